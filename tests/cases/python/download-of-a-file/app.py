import os

print(open("/models/release.txt").read(), oct(os.stat("/models/release.txt").st_mode))
