"""Says which client library it speaks with, and that nobody answers."""

import psycopg2
from psycopg2 import extensions

print("libpq", extensions.libpq_version() // 10000)
try:
    psycopg2.connect("host=127.0.0.1 port=1 dbname=ledger connect_timeout=2")
except psycopg2.OperationalError as error:
    print("no database:", "Connection refused" in str(error))
