// Serves the pages that a stage before made, which are part of the program.
package main

import (
	"embed"
	"io/fs"
	"log"
	"net/http"
)

//go:embed site
var files embed.FS

func main() {
	site, err := fs.Sub(files, "site")
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/", http.FileServer(http.FS(site)))
	log.Fatal(http.ListenAndServe(":8080", nil))
}
