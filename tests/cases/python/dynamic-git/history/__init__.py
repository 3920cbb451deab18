"""A history in a repository of its own."""
