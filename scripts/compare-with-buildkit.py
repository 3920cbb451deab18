#!/usr/bin/env python3
"""Holds what restage reads against BuildKit's own parser, over a folder of real Dockerfiles.

Needs the PyPI package `dockerfile`, which wraps that parser. Usage:

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
import subprocess
import sys

import dockerfile


def buildkit(text):
    """The instructions as BuildKit sees them, or None where it refuses the text."""
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    known = {name.upper() for name in dockerfile.all_cmds()}
    instructions = []
    for command in commands:
        keyword = command.cmd.upper()
        is_known = keyword in known
        instructions.append({
            "keyword": keyword if is_known else "",
            "sub": command.sub_cmd.upper() if command.sub_cmd is not None else None,
            "json": command.json,
            "flags": list(command.flags),
            "value": list(command.value) if is_known else None,
            "lines": [command.start_line, command.end_line],
            "heredocs": [[doc.name, doc.file_descriptor, doc.content] for doc in command.heredocs],
        })
    return instructions


def difference(theirs, ours):
    """The first thing in which two lists of instructions differ, or None."""
    if len(theirs) != len(ours):
        return f"{len(theirs)} instructions, restage sees {len(ours)}"
    for left, right in zip(theirs, ours):
        if left["value"] is None:  # BuildKit keeps nothing of an unknown instruction's arguments.
            left = left | {"value": right["value"]}
        for key, value in left.items():
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
            theirs = buildkit(file.read())
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
        else:
            counts["differ"] += 1
            if counts["differ"] <= options.show:
                print(f"{path}: {found}", file=sys.stderr)
    for name, count in counts.items():
        print(f"{count:>9}  {name}")
    sys.exit(1 if counts["differ"] or counts["not printed back"] or counts["refused by BuildKit alone"] else 0)


if __name__ == "__main__":
    main()
