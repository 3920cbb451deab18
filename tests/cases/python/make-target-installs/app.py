import psycopg2
import six

print(psycopg2.__version__, six.__version__)
