import pymc

print(pymc.__version__)
