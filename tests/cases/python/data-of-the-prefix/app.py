"""Reads data that lie beside the interpreter."""

import os
import sys

from itsdangerous import Signer

with open(os.path.join(sys.prefix, "tea_data", "kinds.txt")) as kinds:
    print(Signer("key").sign(kinds.read().strip()))
