"""Asks the C library for absolute numbers."""

import cffi

ffi = cffi.FFI()
ffi.cdef("int abs(int number);")
print(ffi.dlopen(None).abs(-7))
