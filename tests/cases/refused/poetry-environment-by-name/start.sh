#!/bin/sh
. /app/.venv/bin/activate
exec greet-serve
