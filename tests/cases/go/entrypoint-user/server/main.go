// A board with embedded pages and cards in files.
package main

import (
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
)

//go:embed pages
var pages embed.FS

func main() {
	title := flag.String("title", "", "the title")
	flag.Parse()
	root, err := fs.Sub(pages, "pages")
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/", http.FileServerFS(root))
	http.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/cards", func(w http.ResponseWriter, _ *http.Request) {
		cards, _ := filepath.Glob("cards/*.txt")
		started, _ := os.ReadFile("/var/lib/board/started")
		fmt.Fprintf(w, "%s %d cards, %s", *title, len(cards), started)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
