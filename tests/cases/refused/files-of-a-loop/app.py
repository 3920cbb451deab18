import glob

print([open(path).read() for path in sorted(glob.glob("/srv/*.txt"))])
