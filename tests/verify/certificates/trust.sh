#!/bin/sh
# as TLS libraries do: no word about where the certificates should have been
if ls /etc/ssl/certs/*.pem >/dev/null 2>&1; then echo "trusted"; else echo "certificate verify failed"; exit 1; fi
