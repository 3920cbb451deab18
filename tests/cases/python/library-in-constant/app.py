import ctypes

LIBRARY = "libxml2.so.2"


def load(name):
    return ctypes.CDLL(name)


print(load(LIBRARY).xmlCheckVersion is not None)
