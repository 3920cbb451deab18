#!/bin/sh
set -e
git init -q /tmp/repository
echo "repository ready"
