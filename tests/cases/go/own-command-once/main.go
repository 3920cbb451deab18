package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "--init" {
		if err := os.MkdirAll(os.Args[2], 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(os.Args[2]+"/items", []byte("pen\n"), 0o644); err != nil {
			panic(err)
		}
		return
	}
	items, err := os.ReadFile("/srv/data/items")
	fmt.Print(string(items), err, "\n")
}
