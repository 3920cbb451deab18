#!/bin/bash
. ./lib.sh
job
exec "$@"
