"""Says who runs it, and whether it could change its own source."""

import getpass
import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def who():
    return {"user": getpass.getuser(), "uid": os.getuid(), "may_write": os.access(__file__, os.W_OK)}
