with open("packages.txt") as packages:
    print([line.strip() for line in packages if line.startswith("itsdangerous")])
