#!/bin/bash
set -euo pipefail
umask 027
date=2024-05-01
echo "started ${date//-/.}" > /var/lib/board/started
exec bin/board "$@"
