from shell import first

print(first("git --version"))
