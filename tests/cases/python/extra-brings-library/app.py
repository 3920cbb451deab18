import psycopg2
import sqlalchemy

print(sqlalchemy.__version__, psycopg2.apilevel)
