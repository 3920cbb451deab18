from http.server import HTTPServer, SimpleHTTPRequestHandler
from itsdangerous import Signer

SimpleHTTPRequestHandler.server_version = Signer("key").sign("app").decode()
HTTPServer(("0.0.0.0", 8000), SimpleHTTPRequestHandler).serve_forever()
