"""Says which settings it finds, and which files are beside it."""
import os

import humanize

import settings

print(settings.MODE, humanize.intcomma(12345))
names = [os.path.join(folder, name) for folder, _, files in os.walk(".") for name in files]
print(sorted(name for name in names if not name.endswith(".pyc")))
