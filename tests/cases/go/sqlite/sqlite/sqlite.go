// Package sqlite asks the system's SQLite.
package sqlite

/*
#cgo pkg-config: sqlite3
#include <sqlite3.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Number runs a query in an empty database and gives the number that it answers.
func Number(query string) (int, error) {
	memory, text := C.CString(":memory:"), C.CString(query)
	defer C.free(unsafe.Pointer(memory))
	defer C.free(unsafe.Pointer(text))
	var database *C.sqlite3
	defer func() { C.sqlite3_close(database) }()
	if C.sqlite3_open(memory, &database) != C.SQLITE_OK {
		return 0, errors.New(C.GoString(C.sqlite3_errmsg(database)))
	}
	var statement *C.sqlite3_stmt
	if C.sqlite3_prepare_v2(database, text, -1, &statement, nil) != C.SQLITE_OK {
		return 0, errors.New(C.GoString(C.sqlite3_errmsg(database)))
	}
	defer C.sqlite3_finalize(statement)
	C.sqlite3_step(statement)
	return int(C.sqlite3_column_int(statement, 0)), nil
}
