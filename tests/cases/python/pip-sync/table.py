import importlib.metadata
import tabulate, toolz

names = sorted({d.metadata["Name"].lower() for d in importlib.metadata.distributions()})
print(tabulate.tabulate([[name] for name in names if name in ("tabulate", "toolz", "wcwidth", "build")]))
