// Draws the modules of the working directory.
package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	list, err := exec.Command("go", "list", "-m", "all").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(string(list))
}
