#!/bin/sh
exec ./inner.sh
