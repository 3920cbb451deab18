package main

import (
	"fmt"

	"example.com/bar/greet"
)

func main() { fmt.Println(greet.Text()) }
