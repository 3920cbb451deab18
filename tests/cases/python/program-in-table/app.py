import subprocess

TOOLS = {"git": ["git", "--version"], "hg": ["hg", "--version"]}

for name, command in TOOLS.items():
    print(name, subprocess.run(command, capture_output=True).returncode)
