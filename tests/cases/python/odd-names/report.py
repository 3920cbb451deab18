import os
import tabulate

print(os.listdir("/var/{builder}"))
print(tabulate.tabulate([[open("/var/price list/in $.txt").read().strip()]]))
