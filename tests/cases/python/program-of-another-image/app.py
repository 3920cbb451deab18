"""Formats a line of Go, with a program that another image gave."""

import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer

from itsdangerous import Signer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        done = subprocess.run(["gofmt"], input=b"package  main\n", capture_output=True)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(Signer("key").sign(done.stdout.strip()) + b"\n")


HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
