import tabulate

print(tabulate.tabulate([["ok"]]))
