import sys

import six

print("hello", sys.argv[1], six.__version__)
