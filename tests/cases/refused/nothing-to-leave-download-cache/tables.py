from rich.text import Text
from tabulate import tabulate

print(tabulate([["plum", 3], ["pear", 11]], headers=["fruit", "count"]))
print(Text("ripe").plain)
