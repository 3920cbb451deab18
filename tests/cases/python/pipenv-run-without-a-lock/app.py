from http.server import BaseHTTPRequestHandler, HTTPServer

from itsdangerous import Signer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(Signer("key").sign(b"hello") + b"\n")


HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
