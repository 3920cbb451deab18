import os
import sqlite3

connection = sqlite3.connect(":memory:")
for name in sorted(os.listdir("/app/migrations")):
    connection.executescript(open(f"/app/migrations/{name}").read())
print(connection.execute("select name from sqlite_master").fetchall())
