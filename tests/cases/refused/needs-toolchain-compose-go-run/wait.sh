#!/bin/sh
sleep 1
exec "$@"
