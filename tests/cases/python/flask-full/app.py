"""A guest list over HTTP: one page from a template, one answer from a query, one static file."""

import json
from pathlib import Path

from flask import Flask, jsonify, render_template, request

app = Flask(__name__)
GUESTS = json.loads(Path("data/guests.json").read_text())


@app.get("/")
def index():
    return render_template("index.html", guests=GUESTS)


@app.get("/hello")
def hello():
    name = request.args.get("name", "stranger")
    return jsonify(greeting=f"Hello {name}", invited=name in GUESTS)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
