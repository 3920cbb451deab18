"""The smallest application that gunicorn serves."""

import sys


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['PATH_INFO']} {sys.version_info[:2]}\n".encode()]
