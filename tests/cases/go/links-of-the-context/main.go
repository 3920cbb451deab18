// Command library reads books through symbolic links, one of which leads to what only a running container may have.
package main

import (
	"fmt"
	"os"
)

func main() {
	for _, name := range []string{"books/first.txt", "newest.txt", "card.txt"} {
		text, err := os.ReadFile(name)
		target, _ := os.Readlink(name)
		fmt.Printf("%s -> %q: %q %v\n", name, target, text, err)
	}
}
