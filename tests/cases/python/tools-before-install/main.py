import click

with open("/models/history/.git/HEAD") as head:
    click.echo(head.read().strip())
with open("/models/tool.txt") as tool:
    click.echo(tool.readline().split()[1])
