"""Counts the days between two dates, and keeps the result where only its user may write."""

import getpass
import os
from pathlib import Path

from dateutil.parser import parse

days = (parse("1 Mar 2024") - parse("28 Feb 2024")).days
kept = Path("/var/lib/runner/days")
kept.write_text(str(days))
print(getpass.getuser(), os.getcwd(), kept.owner(), kept.read_text(), os.access("count.py", os.W_OK))
