"""Says what kind of thing each file is, by a library that is opened by name, and counts kinds with sqlite3."""

import subprocess
import sys

import magic
import MySQLdb

print("client", MySQLdb.get_client_info().split(".")[0])
kinds = [magic.from_file(name, mime=True) for name in sys.argv[1:]]
values = ", ".join(f"('{kind}')" for kind in kinds)
query = f"with kind(name) as (values {values}) select name, count(*) from kind group by name order by name"
print(subprocess.run(["sqlite3", ":memory:", query], capture_output=True, text=True, check=True).stdout, end="")
