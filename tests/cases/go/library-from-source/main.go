package main

/*
#cgo LDFLAGS: -ltwice
#include <twice.h>
*/
import "C"

import "fmt"

func main() { fmt.Println(C.twice(21)) }
