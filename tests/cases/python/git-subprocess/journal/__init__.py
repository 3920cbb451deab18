"""A journal whose pages are commits."""
