#!/bin/sh
set -e
exec cargo "$@"
