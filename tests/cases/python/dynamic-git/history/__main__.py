"""Commits twice by way of a library that calls git, and counts."""

import tempfile

import git

with tempfile.TemporaryDirectory() as folder:
    repository = git.Repo.init(folder)
    who = git.Actor("h", "h@example.com")
    for word in ("first", "second"):
        repository.index.commit(word, author=who, committer=who)
    print([commit.message for commit in repository.iter_commits()])
    print(repository.git.status("--short", "--branch").startswith("## "))
