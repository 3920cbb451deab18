package main

import (
	"fmt"
	"os"
)

func main() { fmt.Println("up", os.Getenv("TRIES"), os.Getenv("HERE")) }
