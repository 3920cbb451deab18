// Ticks as often as its configuration says.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type config struct {
	Ticks int    `json:"ticks"`
	Sound string `json:"sound"`
}

func main() {
	text, err := os.ReadFile(os.Getenv("TICKER_CONFIG"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var c config
	if err := json.Unmarshal(text, &c); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for i := range c.Ticks {
		fmt.Println(i+1, c.Sound, os.Getuid())
	}
}
