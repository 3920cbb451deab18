#!/usr/bin/env python3
"""Runs restage over all repositories of an all-repos configuration.

    all_repos_restage.py                safe conversions, on the branch `restage`
    all_repos_restage.py --drafts       those that rest on assumptions, on the branch `draft/restage`

The commit's message is the body of the pull request. The same module pushes: name it as "push" in all-repos.json.
"""
import argparse
import json
import os
import pathlib
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from all_repos import autofix_lib
from all_repos.config import Config

# Inside of .git nothing is a stray file.
BODY = pathlib.Path('.git/restage.md')
SAFE, DRAFTS = 'restage', 'draft/restage'


class Settings(NamedTuple):
    """Settings of the push: there are none."""


def push(settings: Settings, branch_name: str) -> None:
    """Puts the body into the commit, and the commit on its branch."""
    branch = branch_name.removeprefix('all-repos_autofix_')
    autofix_lib.run('git', 'commit', '--quiet', '--amend', '--cleanup=whitespace', '--file', str(BODY))
    autofix_lib.run('git', 'push', '--quiet', '--force', 'origin', f'HEAD:refs/heads/{branch}')


def convert_safely() -> None:
    restage('--safe', '.')


def convert_the_rest() -> None:
    told = subprocess.run(
        ('restage', '--format', 'json', '--fail-on', 'never', '--quiet', '.'), check=True, stdout=subprocess.PIPE,
    )
    files = json.loads(told.stdout)['files']
    paths = [file['path'] for file in files if file['safety'] == 'needs-review']
    if paths:
        restage('--', *paths)


def restage(*args: str) -> None:
    subject = 'Build in one stage and ship another\n\n'
    command = ('restage', '--write', '--fail-on', 'never', '--quiet', '--format', 'markdown', '--output', str(BODY), *args)
    autofix_lib.run(*command)
    BODY.write_text(subject + BODY.read_text())


def repositories(config: Config) -> Sequence[str]:
    return sorted(os.path.join(config.output_dir, repo) for repo in config.get_cloned_repos())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--drafts', action='store_true')
    autofix_lib.add_fixer_args(parser)
    args = parser.parse_args()
    repos, config, commit, settings = autofix_lib.from_cli(
        args,
        find_repos=repositories,
        msg='Build in one stage and ship another',
        branch_name=DRAFTS if args.drafts else SAFE,
    )
    fix = convert_the_rest if args.drafts else convert_safely
    autofix_lib.fix(repos, apply_fix=fix, config=config, commit=commit, autofix_settings=settings)
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
