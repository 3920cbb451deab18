// Prints a word.
package main

import "fmt"

func main() {
	fmt.Println("windows")
}
