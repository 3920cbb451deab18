"""Plans a week from a file beside the sources."""

from importlib.metadata import version
from pathlib import Path

import yaml


def main():
    week = yaml.safe_load(Path(__file__).with_name("week.yaml").read_text())
    print("planner", version("planner"), Path(__file__).parent)
    for day, work in week.items():
        print(f"{day}: {', '.join(work) or 'rest'}")
