import os
import pwd
import tabulate

print(tabulate.tabulate([[path, pwd.getpwuid(os.stat(path).st_uid).pw_name] for path in ("env", "app.py")]))
