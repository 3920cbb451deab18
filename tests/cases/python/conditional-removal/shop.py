"""Prints the prices of the day, which only a lean build leaves out."""
import csv

import humanize

with open("prices/today.csv", encoding="utf-8") as file:
    for name, price in csv.reader(file):
        print(name, humanize.intcomma(int(price) * 1000))
