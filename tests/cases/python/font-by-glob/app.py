import glob

print(bool(glob.glob("/usr/share/fonts/**/DejaVuSans.ttf", recursive=True)))
