// Package names derives names from words.
package names

import (
	"crypto/sha256"
	"encoding/hex"
)

// Of is the name of a word, always the same.
func Of(word string) string {
	sum := sha256.Sum256([]byte(word))
	return hex.EncodeToString(sum[:8])
}
