import os

import click

click.echo(f"media is a link: {os.path.islink('media')}, to {os.readlink('media')}")
with open("/etc/ld.so.conf.d/words.conf") as places:
    click.echo(f"libraries are looked for in {places.read().strip()}")
