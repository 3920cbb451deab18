"""Writes each entry as a commit and shows the log."""

import subprocess
import tempfile

import click


def git(*words, folder):
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@click.command()
@click.argument("entries", nargs=-1, required=True)
def main(entries):
    with tempfile.TemporaryDirectory() as folder:
        git("init", folder=folder)
        for entry in entries:
            git("commit", "--allow-empty", "-m", entry, folder=folder)
        click.echo(git("log", "--format=%an: %s", folder=folder), nl=False)


main()
