// Makes a slug of its arguments.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
)

var version, commit = "unknown", "unknown"

func main() {
	show := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *show {
		folder, _ := os.Getwd()
		fmt.Println("slug", version, commit, "in", folder)
		return
	}
	words := strings.ToLower(strings.Join(flag.Args(), " "))
	fmt.Println(strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(words, "-"), "-"))
}
