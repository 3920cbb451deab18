"""Notes written in Markdown under data/, shown through a template."""

from pathlib import Path

from flask import Flask, abort, render_template
from markdown import markdown

HERE = Path(__file__).parent
app = Flask(__name__)


@app.get("/health")
def health():
    return "fine"


@app.get("/note/<name>")
def note(name):
    path = HERE / "data" / f"{name}.md"
    if not path.is_file():
        abort(404)
    return render_template("note.html", title=name, body=markdown(path.read_text()))
