"""An area by a library of the context."""

import click
from shapes import square

click.echo(square(12))
