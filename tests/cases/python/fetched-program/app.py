import subprocess

subprocess.run(["weasel", "--version"])
subprocess.run(["otter", "--version"])
