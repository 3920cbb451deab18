"""The command line."""

from collections import Counter
from importlib import metadata, resources

import click


@click.command()
@click.version_option(metadata.version("wordcount"))
@click.argument("words", nargs=-1)
def main(words):
    """Count WORDS, leaving out the ones that say nothing."""
    stop = set(resources.files("wordcount").joinpath("stopwords.txt").read_text().split())
    for word, count in Counter(w for w in words if w not in stop).most_common():
        click.echo(f"{count} {word}")
