import locale

locale.setlocale(locale.LC_ALL, "xx_XX.UTF-8")
print("the locale is set")
