"""Says where its packages come from."""

import click

click.echo(click.__file__)
