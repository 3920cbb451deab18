// Lists things to do with their length.
package main

import (
	"fmt"
	"os"

	"example.com/sqlite"
)

func main() {
	for _, what := range os.Args[1:] {
		length, err := sqlite.Number("select length('" + what + "')")
		fmt.Println(length, err, what)
	}
}
