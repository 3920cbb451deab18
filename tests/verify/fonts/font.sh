#!/bin/sh
set -- $(find / -xdev -name "*.ttf" 2>/dev/null | sort)
[ -n "$1" ] || { echo "no font"; exit 1; }
basename "$1"
