"""Asks the C library through cffi."""

from cffi import FFI

ffi = FFI()
ffi.cdef("size_t strlen(const char *text);")
print(ffi.dlopen(None).strlen(b"seventeen letters"))
