// Renders a page that it reads when it starts.
package main

import (
	"html/template"
	"log"
	"net/http"
)

func main() {
	pages := template.Must(template.ParseGlob("pages/*.html"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		pages.ExecuteTemplate(w, "index.html", r.URL.Path)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
