import click; click.echo("outweighed")
