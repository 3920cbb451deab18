// Serves quotes out of its folder in the GOPATH.
package main

import (
	"log"
	"net/http"
	"os"
	"path/filepath"

	"example.com/quotes/store"
)

func main() {
	root := filepath.Join(os.Getenv("GOPATH"), "src/example.com/quotes/data")
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { store.Write(w, root, r.URL.Path) })
	log.Fatal(http.ListenAndServe(":8080", nil))
}
