#!/usr/bin/env python3
"""Shapes what was read from the archives of Debian and Alpine into the package tables of rules/.

usage: shape-packages.py FACTS_FOLDER ARCHIVE_FOLDER RULES_FOLDER

ARCHIVE_FOLDER holds, for each Debian suite, SUITE-amd64.gz and SUITE-all.gz (Contents indexes of main), and what runs in containers:
SUITE-slim-programs (names on the PATH of debian:SUITE-slim), alpine-programs (the same for alpine).
"""
import collections
import gzip
import pathlib
import re
import sys
import tomllib

facts, archive, rules = map(pathlib.Path, sys.argv[1:4])
SUITES = ("bullseye", "bookworm", "trixie")


def read(name):
    """Rows of a table of facts, without comments and column names."""
    lines = [line for line in (facts / name).read_text().splitlines() if not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


def write(name, about, columns, rows):
    lines = ["\t".join(row) for row in sorted(rows, key=lambda row: row[0].encode())]
    assert all(len(row) == len(columns) for row in rows), name
    assert len({row[0] for row in rows}) == len(rows), name
    head = "".join(f"# {line}\n" for line in about.strip().splitlines())
    (rules / name).write_text(head + "\t".join(columns) + "\n" + "".join(f"{line}\n" for line in lines))


def across(values):
    """`=` where a release says the same as the one before it; `-` where it has nothing to say."""
    said, cells = None, []
    for value in values:
        value = value or "-"
        cells.append("=" if value == said and value != "-" else value)
        said = value
    return cells


# In every image (libc6), or plug-ins that nothing links and that pull in a desktop.
NEVER = {"libc6", "libgvc6-plugins-gtk"}

# Stand in packages.tsv: what they are for depends on whose Python the image has.
PYTHON = re.compile(r"python(\d(\.\d+)?)?(-all)?-dev")


def libraries(value):
    """Facts write nothing at run time as `-`; tables write `.`, for `-` is a gap there."""
    names = [name for name in value.split() if name not in NEVER | {"-"}]
    return " ".join(names) or ("." if value else "")


write(
    "debian-libraries.tsv",
    """Debian: development package -> the shared libraries it stands for at run time, by suite.
`=`: as in the suite to the left; `.`: nothing at run time (headers, static libraries); `-`: not in that suite.
Source: Packages and Contents (main, amd64) of bullseye 11.11, bookworm 12.15, trixie 13.7, read 23 November 2026: library packages among the dependencies that come
  from the same source; then every lib*.so of the development package was looked up in Contents: 99.7 % resolve to a package named here or its dependencies.
Shaped by scripts/shape-packages.py.""",
    ["dev", *SUITES],
    [[row[0], *across(map(libraries, row[1:4]))] for row in read("debian-dev-runtime.tsv")
     if any(row[1:4]) and not PYTHON.fullmatch(row[0])],
)

# Names that stand for more packages than can be told, or that are read by an interpreter only.
UNSURE = re.compile(r"LIB|\*|split|\.x-| or |X\.YY")
write(
    "ubuntu-libraries.tsv",
    """Ubuntu: development package -> the shared libraries it stands for at run time, by suite (20.04, 22.04, 24.04).
Signs as in debian-libraries.tsv.
Source: general knowledge, 23 November 2026; no archive of Ubuntu was read. Names that could not be told for sure are left out.
Shaped by scripts/shape-packages.py.""",
    ["dev", "focal", "jammy", "noble"],
    [[row[0], *across(row[1:4])] for row in read("ubuntu-dev-runtime.tsv")
     if not any(UNSURE.search(cell) for cell in row[1:4]) and not row[0].startswith("python")],
)

# Alpine: what later releases are known or feared to have split is left out, or ends with 3.17; an unknown -dev package
# stays whole in the runtime, which works.
ALPINE_OUT = {
    "abseil-cpp-dev", "blas-dev", "boost-dev", "build-base", "clang-dev", "g++", "gcc", "gfortran", "go", "rust", "grpc-dev", "hdf5-dev",
    "isl-dev", "lapack-dev", "libressl-dev", "llvm-dev", "netcdf-dev", "openblas-dev", "opencv-dev", "openexr-dev", "python3-dev",
    "python2-dev", "suitesparse-dev", "tbb-dev", "onetbb-dev", "xmlsec-dev", "gperftools-dev", "libc6-compat", "libjpeg", "libpulse", "opensc",
    "mariadb-client-libs", "postgresql-libs", "clang-libclang", "samba-dev", "proj-dev",
}
ALPINE_UNTIL = {"libwebp-dev": "3.17", "procps-dev": "3.17", "sdl2-dev": "3.21", "ffmpeg-dev": "3.16", "at-spi2-atk-dev": "3.16", "atk-dev": "3.16"}
ALPINE_SAYS = {"vips-dev": "vips", "gdal-dev": "gdal"}
RANGES = {"all": "*", "3.16-3.17": "*", "3.9-3.16": "3.9-3.16", "3.15-3.16": "-3.16", "3.16-3.18 (release)": "3.16-3.18"}
alpine = collections.defaultdict(list)
for name, runtime, releases, *_ in read("alpine-dev-runtime.tsv"):
    if name in ALPINE_OUT or UNSURE.search(runtime):
        continue
    alpine[name].append((releases, libraries(ALPINE_SAYS.get(name, runtime))))
rows = []
for name, said in alpine.items():
    parts = []
    for releases, runtime in said:
        plain = releases.removeprefix("<=").removeprefix(">=")
        if name in ALPINE_UNTIL and not releases.startswith(">="):
            span = "-" + ALPINE_UNTIL[name]
        elif releases.startswith("<="):
            span = "-" + plain
        elif releases.startswith(">="):
            span = plain + "-"
        elif releases in ("3.16", "3.17") and len(said) > 1:
            span = "-3.16" if releases == "3.16" else "3.17-"
        elif re.fullmatch(r"3\.\d+-3\.\d+", releases) and releases not in RANGES:
            span = releases
        else:
            span = RANGES.get(releases, "*")
        if name == "ffmpeg-dev" and releases.startswith(">="):
            span = "3.20-"  # the first release with the split is not known
        parts.append(runtime if span == "*" else f"{span}: {runtime}")
    rows.append([name, "; ".join(dict.fromkeys(parts))])
write(
    "alpine-libraries.tsv",
    """Alpine: development package -> the shared libraries it stands for at run time.
RELEASES: PACKAGES; … where a name changed (`-3.16` up to, `3.17-` from); without releases the names hold for all of them. `.`: nothing at run time.
Names of Alpine's libraries carry no soname, so they hold across releases, unless a package was split: those stand here only for releases that are known.
Source: package indexes (main) of 3.16 and 3.17; community packages by general knowledge; 23 November 2026. Shaped by scripts/shape-packages.py.""",
    ["dev", "runtime"],
    rows,
)

rhel = tomllib.loads((facts / "rhel.toml").read_text())["devel"]
write(
    "rhel-libraries.tsv",
    """RHEL and its kin: development package -> the shared libraries it stands for at run time. `.`: nothing.
Source: general knowledge, names compared with the rhel and fedora keys of rosdep (2026-08-22), 23 November 2026. Shaped by scripts/shape-packages.py.""",
    ["dev", "runtime"],
    [[name, runtime or "."] for name, runtime in rhel.items()
     if name.endswith(("-devel", "-static")) and not name.startswith(("python", "boost", "mysql", "mariadb-devel", "postgresql"))],
)

# What the images carry.
layers, kinds = collections.defaultdict(dict), {}
for suite, package, layer, kind in read("image-package-sets.tsv"):
    layers[package][suite] = layer
    kinds[package] = kind
write(
    "image-packages.tsv",
    """Debian packages of the official images, and the layer that first has them, by suite:
slim = debian:SUITE and debian:SUITE-slim; curl, scm, full = buildpack-deps:SUITE-curl, -scm, and without suffix, each on the one before.
`-`: in none of them. kind: lib, dev, tool, other. What the language images add on top stands in image-extras.tsv.
Source: apt on the archive (main, amd64; no Recommends) with the package lists of docker-library/buildpack-deps (2025-11-13), 23 November 2026: a simulation, compared in part
  with docker-library/repo-info. Shaped by scripts/shape-packages.py.""",
    ["package", *SUITES, "kind"],
    [[package, *across(by_suite.get(suite, "-") for suite in SUITES), kinds[package]] for package, by_suite in layers.items()],
)

# Programs: what debian:SUITE-slim and alpine have on their PATH, and which package ships any other.
slim = {suite: set((archive / f"{suite}-slim-programs").read_text().split()) for suite in SUITES}
LOCAL = {"openssl", "c_rehash", "update-ca-certificates"}  # on the containers that were listed, not on the official images
rows = []
for program in sorted(set().union(*slim.values()) - LOCAL):
    rows.append([f"debian/{program}", " ".join(suite for suite in SUITES if program in slim[suite])])
for program in (archive / "alpine-programs").read_text().split():
    if program not in LOCAL:
        rows.append([f"alpine/{program}", "*"])
write(
    "slim-programs.tsv",
    """Programs on the PATH of bare distribution images: debian:SUITE-slim and alpine. releases: where it is there; `*` = taken for all.
Source: the folders of PATH in containers laid out from the packages of debian:bullseye-slim, bookworm-slim and trixie-slim, and in Alpine 3.23, listed 23 November 2026
  (busybox's applets are the same few hundred in every release). Shaped by scripts/shape-packages.py.""",
    ["program", "releases"],
    rows,
)

FOLDERS = {"bin", "sbin", "usr/bin", "usr/sbin"}
owners = {suite: collections.defaultdict(set) for suite in SUITES}
for suite in SUITES:
    for part in ("amd64", "all"):
        with gzip.open(archive / f"{suite}-{part}.gz", "rt", errors="replace") as lines:
            for line in lines:
                path, _, packages = line.rstrip("\n").rpartition(" ")
                folder, _, program = path.strip().rpartition("/")
                if folder in FOLDERS:
                    owners[suite][program].update(package.rsplit("/", 1)[-1] for package in packages.split(","))

# Programs that update-alternatives links, that several packages ship, or whose package has another name people install it by.
CHOSEN = {
    "aclocal": "automake", "automake": "automake", "c++": "g++", "c89": "gcc", "c99": "gcc", "cc": "gcc", "dig": "bind9-dnsutils", "nslookup": "bind9-dnsutils", "host": "bind9-host", "pkg-config": "pkg-config", "sudo": "sudo",
    "fakeroot": "fakeroot", "ftp": "ftp", "go": "golang-go", "gofmt": "golang-go", "java": "default-jre-headless", "keytool": "default-jre-headless",
    "javac": "default-jdk-headless", "jar": "default-jdk-headless", "nc": "netcat-openbsd", "netcat": "netcat-openbsd", "node": "nodejs", "ping": "iputils-ping",
    "python": "python-is-python3", "python3": "python3", "kinit": "krb5-user", "klist": "krb5-user", "mariadb": "mariadb-client", "mariadb-dump": "mariadb-client", "telnet": "telnet", "traceroute": "traceroute", "vi": "vim", "vim": "vim",
    "view": "vim", "gawk": "gawk", "sar": "sysstat", "sqlite3": "sqlite3", "libtool": "libtool-bin", "pdftk": "pdftk-java", "cron": "cron", "crontab": "cron",
    "7z": "p7zip-full", "7za": "p7zip-full", "7zr": "p7zip", "unzip": "unzip", "php": "php-cli", "perl": "perl", "which": "debianutils",
    "column": "bsdextrautils", "hexdump": "bsdextrautils", "gpg": "gpg", "gpg2": "gnupg2", "chromium": "chromium", "firefox": "firefox-esr", "nginx": "nginx",
    "protoc": "protobuf-compiler", "time": "time", "less": "less", "man": "man-db", "nano": "nano", "uptime": "procps", "kill": "procps", "iptables": "iptables",
}
for name in "animate compare composite conjure convert display identify import mogrify montage stream".split():
    CHOSEN[name] = "imagemagick"
for name in "clusterdb createdb createuser dropdb dropuser pg_basebackup pg_dump pg_dumpall pg_isready pg_restore psql reindexdb vacuumdb".split():
    CHOSEN[name] = "postgresql-client"
for name in "mysql mysqladmin mysqlcheck mysqldump mysqlimport mysqlshow".split():
    CHOSEN[name] = "default-mysql-client"
# Names that Python packages bring as well: which one is meant can't be told from the name.
AMBIGUOUS = {
    "gunicorn", "gunicorn3", "http", "https", "pipenv", "virtualenv", "pipx", "yt-dlp", "weasyprint", "img2pdf", "ocrmypdf", "meson", "cython", "cython3", "pip", "pip3",
    "supervisord", "supervisorctl", "sendmail", "mailq", "newaliases",
}
wanted = {row[0] for row in read("package-commands.tsv")} | {
    package for package, by_suite in layers.items() if kinds[package] != "dev" and "slim" not in by_suite.values()
}
wanted |= {"bsdextrautils", "mariadb-client", "mariadb-client-core", "time", "xxd", "vim-common", "docker.io", "docker-cli", "openjdk-17-jre-headless", "dnsutils"}
rows = []
programs = set().union(*(owners[suite] for suite in SUITES)) | set(CHOSEN)
NOISE = re.compile(r"linux-gnu|^dh_|\.distrib$|^perl5|^[^A-Za-z0-9]|\.(netkit|openbsd|traditional|py|pl|im6|im7)$|-im[67]|^texdoc|\d+\.\d+\.\d+")
for program in programs - AMBIGUOUS:
    if NOISE.search(program):
        continue
    by_suite = []
    for suite in SUITES:
        ships = owners[suite].get(program, set())
        found = sorted(ships & wanted)
        if program in CHOSEN:
            by_suite.append(CHOSEN[program])
        elif program in slim[suite] and program not in LOCAL:
            by_suite.append("-")
        elif len(found) == 1 and (len(ships) == 1 or found[0] in layers):
            by_suite.append(found[0])
        else:
            by_suite.append("-")
    if any(cell != "-" for cell in by_suite):
        rows.append([program, *across(by_suite)])
write(
    "debian-programs.tsv",
    """Debian: program -> the package to install for it, by suite. Programs of the bare image stand in slim-programs.tsv.
`=`: as in the suite to the left; `-`: not known.
Of packages people install by name, and of those in the official images; a program that several packages ship, or that update-alternatives links, by choice.
Source: Contents indexes (main) of bullseye 11.11, bookworm 12.15, trixie 13.7, read 23 November 2026. Shaped by scripts/shape-packages.py.""",
    ["program", *SUITES],
    rows,
)
