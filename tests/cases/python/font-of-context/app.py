import os

print(os.path.exists("assets/Own.ttf"))
