// Serves /var/www, a translation, and what it prepared when the image was built.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/service/internal/text"
)

const cache = "/var/cache/service/index"

func main() {
	warm := flag.Bool("warm", false, "prepare the index and end")
	port := flag.Int("port", 0, "the port")
	flag.Parse()
	if *warm {
		if err := os.WriteFile(cache, []byte("warm\n"), 0o644); err != nil {
			log.Fatal(err)
		}
		return
	}
	http.Handle("/", http.FileServer(http.Dir("/var/www")))
	http.HandleFunc("/index", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, cache) })
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, text.Of(r.FormValue("language"), "hello"))
	})
	log.Fatal(http.ListenAndServe(fmt.Sprintf(":%d", *port), nil))
}
