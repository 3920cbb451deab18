package main

import (
	"fmt"
	"os"
)

func main() {
	names, err := os.ReadFile("/usr/share/tool/names.txt")
	fmt.Print(string(names), err, "\n")
}
