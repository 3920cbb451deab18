// Greets whoever runs it, from where it runs.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/user"
)

func main() {
	greeting := flag.String("greeting", "Hello", "")
	flag.Parse()
	who, err := user.Current()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	folder, err := os.Getwd()
	home, _ := os.UserHomeDir()
	fmt.Println(*greeting, who.Username, who.Uid, folder, home, err, os.Getenv("USER"))
}
