package main

import (
	"fmt"
	"os/exec"
)

func main() {
	out, err := exec.Command("tool", "--version").CombinedOutput()
	fmt.Print(string(out), err, "\n")
}
