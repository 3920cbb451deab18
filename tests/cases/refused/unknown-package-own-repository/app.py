import subprocess; subprocess.run(["example-tool"])
