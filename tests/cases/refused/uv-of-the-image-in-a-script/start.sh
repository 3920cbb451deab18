#!/bin/sh
uv run migrate.py
exec uv run app.py
