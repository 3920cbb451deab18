"""Tasks in a database that the migrations make."""

import sqlite3
import sys
from pathlib import Path

from tabulate import tabulate

HERE = Path(__file__).parent


def migrate(database):
    for step in sorted((HERE / "migrations").glob("*.sql")):
        database.executescript(step.read_text())
        print("applied", step.name)


def show(database):
    print(tabulate(database.execute("select id, title from task order by id"), headers=["id", "title"]))


(HERE / "state").mkdir(exist_ok=True)
with sqlite3.connect(HERE / "state/tasks.db") as connection:
    {"migrate": migrate, "list": show}[sys.argv[1]](connection)
