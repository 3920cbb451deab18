"""Tells where its packages are."""
import humanize

print(humanize.__file__, humanize.intword(1_200_000))
