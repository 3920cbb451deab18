#!/bin/sh
openssl version
exec /go/bin/server
