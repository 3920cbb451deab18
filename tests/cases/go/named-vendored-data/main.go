package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const list = "vendor/data/list.sql"

func main() {
	text, err := os.ReadFile(filepath.Clean(list))
	fmt.Print(string(text), err, "\n")
}
