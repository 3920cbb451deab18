// Counts the words of a list, and of the copy that make put beside the program.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	for _, path := range []string{os.Args[1], "bin/short.txt"} {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(path, len(strings.Fields(string(text))))
	}
}
