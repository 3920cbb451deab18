// Command speaker prints all its texts.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	names, _ := filepath.Glob("texts/*")
	for _, name := range names {
		text, _ := os.ReadFile(name)
		fmt.Printf("%s: %s", name, text)
	}
}
