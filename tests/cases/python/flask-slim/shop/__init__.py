"""A shop window: the application factory that gunicorn calls."""

from pathlib import Path

from flask import Flask
from markupsafe import _speedups, escape

from shop.prices import total


def create_app():
    app = Flask(__name__)

    @app.get("/total/<int:count>")
    def show(count):
        return {"count": count, "total": total(count)}

    @app.get("/escaped")
    def escaped():
        return {"text": escape("<b>"), "compiled": Path(_speedups.__file__).suffix == ".so"}

    return app
