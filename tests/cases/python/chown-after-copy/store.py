"""Writes a file beside itself and one into the folder of its argument."""

import sys
from pathlib import Path

import attrs


@attrs.define
class Note:
    text: str


Path("note.txt").write_text(Note("kept").text)
Path(sys.argv[1], "note.txt").write_text("uploaded")
print(Path("note.txt").owner(), Path(sys.argv[1]).owner())
