"""Answers with the greeting and three times the level."""

import getpass
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import fast


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = f"{os.environ['GREETING']} {getpass.getuser()} {fast.triple(int(sys.argv[1]))}\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(text.encode())


HTTPServer(("", 9000), Handler).serve_forever()
