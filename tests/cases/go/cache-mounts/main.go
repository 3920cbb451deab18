// Counts the primes below each limit of a file.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"math/big"
	"os"
	"strconv"
)

func main() {
	path := flag.String("limits", "", "a file with a number per line")
	flag.Parse()
	file, err := os.Open(*path)
	if err != nil {
		log.Fatal(err)
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		limit, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			log.Fatal(err)
		}
		count := 0
		for n := int64(2); n < limit; n++ {
			if big.NewInt(n).ProbablyPrime(0) {
				count++
			}
		}
		fmt.Println(limit, count)
	}
}
