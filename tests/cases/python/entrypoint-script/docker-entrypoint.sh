#!/bin/sh
set -e

# a first start brings the schema up to date
if [ ! -f state/tasks.db ]; then
    python tasks.py migrate
fi

exec "$@"
