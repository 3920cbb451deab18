import ctypes

major, minor, patch = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
library = ctypes.CDLL("libyaml-0.so.2")
library.yaml_get_version(ctypes.byref(major), ctypes.byref(minor), ctypes.byref(patch))
print("yaml", major.value)
