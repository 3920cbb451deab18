// Dice whose seed is asked for, so that they always fall alike.
package main

import (
	"encoding/json"
	"log"
	"math/rand"
	"net/http"
	"strconv"
)

func main() {
	http.HandleFunc("/roll", func(w http.ResponseWriter, r *http.Request) {
		seed, err := strconv.ParseInt(r.FormValue("seed"), 10, 64)
		if err != nil {
			http.Error(w, "a seed is a number", http.StatusBadRequest)
			return
		}
		dice := rand.New(rand.NewSource(seed))
		json.NewEncoder(w).Encode([]int{dice.Intn(6) + 1, dice.Intn(6) + 1})
	})
	http.Handle("/", http.FileServer(http.Dir("public")))
	log.Fatal(http.ListenAndServe(":3000", nil))
}
