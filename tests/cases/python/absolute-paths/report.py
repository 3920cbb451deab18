#!/usr/local/bin/python3
"""Started by its own first line, which names the interpreter by its path."""

import click

click.echo("report")
