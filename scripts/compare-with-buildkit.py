#!/usr/bin/env python3
"""Holds what restage reads against BuildKit's own parser, over a folder of real Dockerfiles.

Needs the PyPI package `dockerfile`, which wraps that parser. Its release 3.4.0 holds BuildKit v0.12.5 of January 2024.
BuildKit has changed twice since; files in which only that shows are counted apart and are not agreement:
text after a JSON array makes the shell form of it (v0.15), and blanks may stand between `<<` and a heredoc's name
(v0.22). The package built against a newer BuildKit, found first on PYTHONPATH, has no such files. Usage:

    cargo build --release --example dump
    scripts/compare-with-buildkit.py FOLDER... [--dump target/release/examples/dump]

Every file in the folders is taken, whatever its name. Compared are, for each instruction: keyword, the keyword that
ONBUILD wraps, exec or shell form, flags, arguments, first and last line, heredocs (name, descriptor, body).
Ends with 1 where a file differs or does not print back byte for byte.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys

import dockerfile

# The keywords that BuildKit knows.
KNOWN = {name.upper() for name in dockerfile.all_cmds()}
# Items that it gives for a pair of ENV: key, value and, in newer releases, the separator.
PAIR = len(dockerfile.parse_string("ENV a=b\n")[0].value)


def buildkit(text):
    """The instructions as BuildKit sees them, or None where it refuses the text."""
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    instructions = []
    for command in commands:
        keyword = command.cmd.upper()
        innermost = (command.sub_cmd or command.cmd).upper()
        value = list(command.value)
        if innermost in ("ENV", "LABEL"):
            value = [item for index, item in enumerate(value) if index % PAIR < 2]
        if keyword == "HEALTHCHECK":
            value[:1] = [word.upper() for word in value[:1]]
        instructions.append({
            "keyword": keyword if keyword in KNOWN else "",
            "sub": command.sub_cmd.upper() if command.sub_cmd is not None else None,
            "json": command.json,
            "flags": list(command.flags),
            "value": value if innermost in KNOWN and innermost != "ONBUILD" else None,
            "lines": [command.start_line, command.end_line],
            "heredocs": [[doc.name, doc.file_descriptor, doc.content] for doc in command.heredocs],
        })
    return instructions


def changed_since(text, theirs, ours):
    """Whether two lists of instructions differ only in what BuildKit reads differently since v0.12.5."""
    if ours is None or len(theirs) != len(ours):
        return re.search(r"<<-?[ \t]+[^ \t<]", text) is not None
    pairs = [(left, right) for left, right in zip(theirs, ours) if difference([left], [right])]
    return all(left["json"] and not right["json"] for left, right in pairs)


def difference(theirs, ours):
    """The first thing in which two lists of instructions differ, or None.

    The package cuts its strings at a NUL; so does this.
    """
    if len(theirs) != len(ours):
        return f"{len(theirs)} instructions, restage sees {len(ours)}"
    for left, right in zip(theirs, ours):
        # BuildKit keeps nothing of an unknown instruction's arguments; restage reads an ONBUILD of ONBUILD, which Docker
        # refuses, no deeper; the package shows no heredocs of ONBUILD.
        if left["value"] is None:
            left = left | {"value": right["value"]}
        if left["keyword"] == "ONBUILD":
            left = left | {"heredocs": right["heredocs"]}
        for key, value in left.items():
            if key == "value" and value is not None:
                right = right | {"value": [item.partition("\0")[0] for item in right["value"]]}
            if value != right[key]:
                return f"line {left['lines'][0]}: {key}: {value!r}, restage sees {right[key]!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--dump", default="target/release/examples/dump", help="the example program `dump`")
    parser.add_argument("--show", type=int, default=20, help="how many differences to print")
    options = parser.parse_args()

    paths = sorted(str(path) for folder in options.folders for path in folder.rglob("*") if path.is_file())
    dump = subprocess.run([options.dump], input="\n".join(paths), stdout=subprocess.PIPE, text=True, check=True)
    counts = collections.Counter()
    for line in dump.stdout.split("\n"):
        if not line:
            continue
        record = json.loads(line)
        path, read = record["path"], record["read"]
        if read.get("error") == "not UTF-8":
            counts["not UTF-8"] += 1
            continue
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        theirs = buildkit(text)
        counts["files"] += 1
        ours = read.get("instructions")
        if ours is not None and not read["prints_back"]:
            counts["not printed back"] += 1
        if theirs is None:
            counts["refused by both" if ours is None else "refused by BuildKit alone"] += 1
            continue
        counts["accepted by BuildKit"] += 1
        counts["instructions"] += len(theirs)
        found = f"refused: {read['error']}" if ours is None else difference(theirs, ours)
        if found is None:
            counts["agree"] += 1
        elif PAIR == 2 and changed_since(text, theirs, ours):
            counts["differ as BuildKit itself has changed"] += 1
        else:
            counts["differ"] += 1
            if counts["differ"] <= options.show:
                print(f"{path}: {found}", file=sys.stderr)
    for name, count in counts.items():
        print(f"{count:>9}  {name}")
    sys.exit(1 if counts["differ"] or counts["not printed back"] or counts["refused by BuildKit alone"] else 0)


if __name__ == "__main__":
    main()
