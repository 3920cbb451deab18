#!/usr/bin/env python3
"""Writes the README's table of verified figures: cases built before and after by `restage --verify`, compared, and asked.

    cargo build --release
    scripts/verified-figures.py target/release/restage     # needs an engine; minutes a case

Each case is built three times: without any cache (cold), again (cached), and after a line was added to one of its sources
(changed). A case that is not verified is told and left out: the table holds nothing that does not hold.
"""

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- verified figures: begin -->\n", "<!-- verified figures: end -->\n"

# A case and the source of which a line changes.
CASES = {
    "go/build-dir": "cmd/api/main.go",
    "go/cgo-hello": "main.go",
    "go/library-from-source": "main.go",
    "go/timezone": "main.go",
    "python/activate": "main.py",
    "python/flask-full": "app.py",
    "python/flask-slim": "shop/prices.py",
    "python/healthcheck-curl": "notes.py",
    "python/nonroot-user": "count.py",
    "python/psycopg2-full": "report.py",
    "rust/cargo-config": "src/main.rs",
    "rust/library-from-source": "src/main.rs",
    "rust/runtime-files": "src/page.rs",
}
TAG = "restage-verified-figures"
COMMENTS = {".go": "//", ".rs": "//", ".py": "#"}
HEAD = [
    "case", "size (MB)", "packages", "files", "setuid", "compilers", "cold build (s)", "cached (s)", "changed (s)",
]


class NotVerified(Exception):
    """What restage told of a case."""


def questions(folder):
    """What the case asks of its running container, as options."""
    run = tomllib.loads((folder / "case.toml").read_text()).get("run", {})
    requests = [f"--smoke-http={run['port']}{path}" for path in run.get("get", [])]
    return requests + [f"--smoke={shlex.join(words)}" for words in run.get("exec", [])]


def verified(restage, folder, options):
    """The figures of both images, and the new text."""
    command = [restage, "--verify", *questions(folder), "--format", "json", "--fail-on", "refused", "Dockerfile"]
    context = folder / "context"
    done = subprocess.run(
        [*command, "--", "--network", "host", *options], cwd=context, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NotVerified([note["message"] for note in json.loads(done.stdout)["files"][0]["notes"]])
    file = json.loads(done.stdout)["files"][0]
    return file["verification"]["before"], file["verification"]["after"], file["text"]


def changed_build(context, dockerfile, source):
    """Seconds of a build after a line was added: one that no build had, for both files share the steps of the builder."""
    with (context / source).open("a") as file:
        file.write(f"{COMMENTS[Path(source).suffix]} {time.time_ns()}\n")
    start = time.monotonic()
    build = ["docker", "build", "-q", "--network", "host", "-t", TAG, "-f", dockerfile, "."]
    subprocess.run(build, cwd=context, check=True, capture_output=True)
    seconds = time.monotonic() - start
    subprocess.run(["docker", "image", "rm", "-f", TAG], check=True, capture_output=True)
    return seconds


def row(restage, name):
    """A line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copytree(ROOT / "tests/cases" / name, folder / "context", symlinks=True)
        (folder / "context/case.toml").rename(folder / "case.toml")
        before, after, text = verified(restage, folder, ["--no-cache"])
        again = verified(restage, folder, [])
        context = folder / "context"
        (folder / "after.Dockerfile").write_text(text)
        changed = [changed_build(context, file, CASES[name]) for file in ("Dockerfile", "../after.Dockerfile")]
    megabytes = [round(side["bytes"] / 1e6) for side in (before, after)]
    counts = [[side[key] for side in (before, after)] for key in ("packages", "files", "setuid_files", "compilers")]
    times = [[side["build_seconds"] for side in pair] for pair in ((before, after), again[:2])]
    seconds = [[f"{side:.1f}" for side in pair] for pair in [*times, changed]]
    return [name, *(f"{old} → {new}" for old, new in [megabytes, *counts, *seconds])]


def main():
    restage = Path(sys.argv[1]).resolve()
    rows = []
    for name in CASES:
        try:
            rows.append(row(restage, name))
            print(*rows[-1], sep=" | ", flush=True)
        except NotVerified as told:
            print(f"{name} is not verified: {told}", file=sys.stderr, flush=True)
    lines = [HEAD, ["---"] + ["---:"] * (len(HEAD) - 1), *rows]
    table = "".join("| " + " | ".join(cells) + " |\n" for cells in lines)
    readme = ROOT / "README.md"
    text = readme.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    readme.write_text(f"{text[:start]}\n{table}\n{text[end:]}")
    sys.exit(len(rows) < len(CASES))


if __name__ == "__main__":
    main()
