"""Prints a page that the build made."""
print(open("page.html", encoding="utf-8").read())
