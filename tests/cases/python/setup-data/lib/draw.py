"""Draws what each line of the input names, and counts what the drawing holds."""

import sys

import graphviz
from lxml import etree

graph = graphviz.Digraph()
for line in sys.stdin:
    graph.edge(*line.split())
drawing = etree.fromstring(graph.pipe(format="svg"))
names = [text for text in drawing.itertext() if text.strip().isalpha()]
print(len(drawing[0]), sorted(set(names)))
