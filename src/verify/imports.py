# Names the modules that distributions bring and that can be imported, one a line; each is tried in a process of its own turn.
import importlib, os, sys
try:
    from importlib.metadata import distributions
except ImportError:
    sys.exit(0)
skipped = set(sys.argv[1:])
names = set()
for distribution in distributions():
    if (distribution.metadata["Name"] or "").lower().replace("_", "-") in skipped:
        continue
    told = distribution.read_text("top_level.txt")
    if told:
        names.update(told.split())
    else:
        for path in distribution.files or ():
            parts = path.parts
            if len(parts) == 2 and parts[1] == "__init__.py":
                names.add(parts[0])
            elif len(parts) == 1 and parts[0].endswith(".py"):
                names.add(parts[0][:-3])
sys.stdout.flush()
for name in sorted(name for name in names if name.isidentifier() and not name.startswith("_")):
    child = os.fork()
    if child == 0:
        hole = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(hole, stream)
        try:
            importlib.import_module(name)
            os._exit(0)
        except BaseException:
            os._exit(1)
    if os.waitpid(child, 0)[1] == 0:
        print(name, flush=True)
