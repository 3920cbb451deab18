#!/bin/sh
PATH=/usr/local/bin:/usr/bin:/bin
export PATH
exec honcho version
