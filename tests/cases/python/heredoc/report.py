"""Writes a report with the title of the settings."""

from configparser import ConfigParser

import tomli_w

settings = ConfigParser()
settings.read("settings.ini")
with open("out/report.toml", "wb") as file:
    tomli_w.dump({"title": settings["report"]["title"], "numbers": [1, 2, 3]}, file)
print(open("out/report.toml").read(), end="")
