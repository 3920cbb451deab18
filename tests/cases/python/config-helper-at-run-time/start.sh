#!/bin/sh
xml2-config --version
exec python app.py
