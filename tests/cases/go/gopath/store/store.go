// Package store reads quotes.
package store

import (
	"io"
	"os"
	"path/filepath"
)

// Write writes the quote of that name.
func Write(w io.Writer, root, name string) {
	text, err := os.ReadFile(filepath.Join(root, filepath.Clean("/"+name)))
	if err != nil {
		text = []byte("none\n")
	}
	w.Write(text)
}
