import flask_mysqldb

print(flask_mysqldb.__name__)
