// Adds its arguments in C.
package main

/*
#include <math.h>
#cgo LDFLAGS: -lm
static double add(double a, double b) { return fma(1.0, a, b); }
*/
import "C"

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

func main() {
	sum := C.double(0)
	for _, word := range os.Args[1:] {
		number, err := strconv.ParseFloat(word, 64)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		sum = C.add(sum, C.double(number))
	}
	who, err := user.Current()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%g for %s\n", float64(sum), who.Username)
}
