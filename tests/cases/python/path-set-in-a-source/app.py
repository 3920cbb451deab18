"""Starts a worker with a PATH of its own."""

import subprocess

subprocess.run(["python", "worker.py"], check=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
