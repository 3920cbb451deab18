// Greets in every language of the phrase book beside it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"example.com/someone/greeter/v2/phrase"
)

func main() {
	book, err := os.Open("phrases/greetings.txt")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer book.Close()
	for lines := bufio.NewScanner(book); lines.Scan(); {
		if language, words, found := strings.Cut(lines.Text(), ": "); found {
			fmt.Println(phrase.Polite(language, words))
		}
	}
}
