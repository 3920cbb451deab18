"""Prints a word."""

print("word")
