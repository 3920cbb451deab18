from _twice import lib

print(lib.twice(21))
