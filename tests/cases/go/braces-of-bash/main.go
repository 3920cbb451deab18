package main

import (
	"fmt"
	"path/filepath"
)

func main() {
	names, _ := filepath.Glob("/srv/kinds/*")
	fmt.Println(names)
}
