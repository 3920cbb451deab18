import pkg_resources


def app(environ, start_response):
    body = f"setuptools {pkg_resources.get_distribution('setuptools').version}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
