package main

import (
	"fmt"
	"os"
)

func main() {
	greeting, err := os.ReadFile("/usr/share/tool/greeting.txt")
	fmt.Print(string(greeting), err, "\n")
}
