package main

import (
	"fmt"
	"os"
	"os/exec"
)

type tool struct {
	path string
	args []string
}

func env(name, value string) string {
	if set := os.Getenv(name); set != "" {
		return set
	}
	return value
}

func main() {
	t := tool{path: env("FETCH", "curl"), args: []string{"--version"}}
	_, err := exec.Command(t.path, t.args...).Output()
	fmt.Println(err)
}
