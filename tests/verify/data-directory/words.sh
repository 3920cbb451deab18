#!/bin/sh
set -e
cat data/words | sort
