#!/bin/bash
# Waits for nothing, asks the settings for a name, and lets wget and curl look at the page.
set -euo pipefail

cd "$APP_DIR"
name=$(jq -r .name settings.json)
python server.py "$name" &
for _ in $(seq 50); do
    curl -fs http://127.0.0.1:8000/ > /dev/null && break
    sleep 0.1
done
wget -qO- http://127.0.0.1:8000/
ps -o comm= -p 1
python -c 'import requests; print(requests.get("http://127.0.0.1:8000/").status_code)'
kill $!
