#!/bin/sh
exec go run ./cmd/server
