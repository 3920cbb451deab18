import subprocess

import psycopg2

print(psycopg2.__version__, subprocess.run(["bc"], input="6*7\n", capture_output=True, text=True).stdout)
