// Counts visits by name in files under data/, greeting from a page that is compiled in.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
)

//go:embed greeting.txt
var greeting string

func visit(w http.ResponseWriter, r *http.Request) {
	path := filepath.Join("data", filepath.Base(r.FormValue("name")))
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	fmt.Fprint(file, "x")
	info, err := file.Stat()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, greeting, info.Size())
}

func main() {
	http.HandleFunc("/visit", visit)
	log.Fatal(http.ListenAndServe(":8080", nil))
}
