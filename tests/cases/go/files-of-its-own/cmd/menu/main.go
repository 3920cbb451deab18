// Reads what it is told and nothing else.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed head.txt
var head string

const prices = "testdata/prices.csv"

func main() {
	fmt.Print(head)
	text, err := os.ReadFile(prices)
	fmt.Print(string(text), err, "\n")
	text, err = os.ReadFile(filepath.Join("menu", "today.txt"))
	fmt.Print(string(text), err, "\n")
	text, err = os.ReadFile("go.mod")
	fmt.Print(len(text) > 0, err, "\n")
	_, err = os.ReadFile("secrets.json")
	fmt.Println(os.IsNotExist(err))
}
