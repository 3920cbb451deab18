import MySQLdb

print(MySQLdb.version_info)
