"""Lists the mechanisms of SASL that are installed."""

import glob
import os

print(sorted(os.path.basename(path) for path in glob.glob("/usr/lib/*/sasl2/*.so*")))
