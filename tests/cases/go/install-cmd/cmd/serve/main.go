// Serves names that are derived from a word.
package main

import (
	"fmt"
	"log"
	"net/http"

	"example.com/pair/internal/names"
)

func main() {
	http.HandleFunc("GET /name/{word}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, names.Of(r.PathValue("word")))
	})
	log.Fatal(http.ListenAndServe(":7000", nil))
}
