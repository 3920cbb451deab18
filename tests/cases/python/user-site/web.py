"""Says whose packages it uses."""

import getpass

import flask

app = flask.Flask(__name__)


@app.get("/")
def index():
    return f"{getpass.getuser()} {flask.__name__}\n"
