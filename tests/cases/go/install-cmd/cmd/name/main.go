// Prints names that are derived from its arguments.
package main

import (
	"fmt"
	"os"

	"example.com/pair/internal/names"
)

func main() {
	for _, word := range os.Args[1:] {
		fmt.Println(names.Of(word))
	}
}
