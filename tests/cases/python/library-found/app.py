from ctypes.util import find_library

from cffi import FFI

ffi = FFI()
print(find_library("magic") is not None, ffi.dlopen("libyaml-0.so.2") is not None)
