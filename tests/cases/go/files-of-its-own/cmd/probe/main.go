// Another program, which this image does not build.
package main

import (
	"os"
	"os/exec"
)

func main() {
	text, _ := os.ReadFile("probe.txt")
	_ = exec.Command("gofmt", string(text)).Run()
}
