import click; click.echo("old")
