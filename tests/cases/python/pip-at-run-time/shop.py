import apples
import humanize

print(humanize.intcomma(apples.COUNT))
