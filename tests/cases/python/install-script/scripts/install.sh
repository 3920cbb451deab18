#!/bin/sh
set -eux
kind=${1:-development}
for file in requirements.txt; do
    [ -f "$file" ] && echo "installing for $kind"
done
pip install -r requirements.txt
