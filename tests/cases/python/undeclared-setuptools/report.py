import pkg_resources
import sys

import click

for name in ["click", "pip"]:
    found = pkg_resources.get_distribution(name)
    print(found.project_name, bool(found.version))
print(click.style("done", bold=True).strip(), sys.version_info[:2])
