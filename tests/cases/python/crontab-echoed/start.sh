#!/bin/sh
service cron start >/dev/null
exec python app.py
