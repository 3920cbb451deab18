// Package phrase makes phrases polite.
package phrase

// Polite adds what the language adds.
func Polite(language, words string) string {
	if language == "en" {
		return words + ", please"
	}
	return words
}
