"""Has a login shell start a worker."""

import subprocess

subprocess.run(["bash", "-lc", "python worker.py"], check=True)
