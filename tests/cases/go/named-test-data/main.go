package main

import (
	"fmt"
	"os"

	"example.com/words/words"
)

func main() {
	files, err := os.ReadDir("testdata")
	fmt.Println("words", words.Name, len(files), err)
}
