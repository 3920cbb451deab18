"""A report over a database that may be away."""

import argparse

import psycopg2
from psycopg2 import extensions

options = argparse.ArgumentParser()
options.add_argument("--short", action="store_true")
arguments = options.parse_args()

print("libpq", extensions.libpq_version() // 10000)
if not arguments.short:
    print("threads:", psycopg2.threadsafety, "style:", psycopg2.paramstyle)
