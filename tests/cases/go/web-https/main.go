// A page from templates/, files from static/, and a look through the window over HTTPS.
package main

import (
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"time"
)

var page = template.Must(template.ParseGlob("templates/*.html"))

func index(w http.ResponseWriter, r *http.Request) {
	if err := page.ExecuteTemplate(w, "index.html", r.URL.Query().Get("name")); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// outside says what class of answer the site in CHECK_URL gives.
func outside(w http.ResponseWriter, _ *http.Request) {
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Get(os.Getenv("CHECK_URL"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	fmt.Fprintf(w, "%dxx\n", answer.StatusCode/100)
}

func main() {
	http.HandleFunc("/", index)
	http.HandleFunc("/outside", outside)
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("./static"))))
	log.Fatal(http.ListenAndServe(":8080", nil))
}
