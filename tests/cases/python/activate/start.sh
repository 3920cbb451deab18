#!/bin/bash
source .venv/bin/activate
exec python main.py
