"""Compiles the module `_twice`."""

from cffi import FFI

ffi = FFI()
ffi.cdef("int twice(int);")
ffi.set_source("_twice", "int twice(int n) { return 2 * n; }")
ffi.compile()
