// Package greet is a library: installing it makes no program.
package greet

// Text says hello.
func Text() string { return "gin and tonic" }
