#!/usr/bin/env python3
"""Shapes base-images.toml (facts read from the git history of the official library) into the image tables of rules/.

usage: shape-images.py FACTS_FOLDER RULES_FOLDER
"""
import pathlib
import sys
import tomllib

facts, rules = map(pathlib.Path, sys.argv[1:3])
data = tomllib.loads((facts / "base-images.toml").read_text())
SOURCE = (
    "# Source: docker-library/official-images at 37079fb336f5 (2026-08-21), every version of library/* since 2014, and the FROM lines of the\n"
    "#   Dockerfiles listed there; read 23 November 2026. Shaped by scripts/shape-images.py.\n"
)
LANGUAGES = ("golang", "python", "rust")


def write(name, about, columns, rows):
    rows = [[cell or "-" for cell in row] for row in rows]
    assert all(len(row) == len(columns) for row in rows), name
    lines = sorted(("\t".join(row) for row in rows), key=lambda line: line.split("\t")[0].encode())
    assert len({line.split("\t")[0] for line in lines}) == len(lines), name
    (rules / name).write_text(about + SOURCE + "\t".join(columns) + "\n" + "".join(f"{line}\n" for line in lines))


def known(suite):
    """buildpack-deps without a tag (2014) was jessie or wheezy of that time: not known."""
    return "?" if suite == "buildpack-deps" else suite


def runs(pairs):
    return " ".join(f"{patch}={known(base)}" for patch, base in pairs)


versions = []
for family in LANGUAGES:
    for version, table in data[family]["version"].items():
        if not version.replace(".", "").isdigit() or (family == "golang" and version in ("1.2", "1.3")):
            continue  # release candidates and tip; Go images on bare Debian
        both = lambda key: " ".join(table.get("dropped_" + key, []) + table.get(key, []))
        slim = table.get("patch_slim", [pair for pair in table.get("patch_default", []) if "slim" in table])
        versions.append([
            f"{family}:{version}", table["status"], table["last_patch"], known(table["default"]), table.get("slim"),
            table.get("alpine"), both("suites"), both("slim_suites"), runs(table.get("patch_default", [])), runs(slim),
            runs(table.get("patch_alpine", [])),
        ])
write(
    "image-versions.tsv",
    "# Minor versions of the official language images, and the distribution release behind each kind of tag.\n"
    "# state: active = still rebuilt, so a tag without a release can move; ended = its tags stay what they are.\n"
    "# full, slim, alpine: release behind VERSION, VERSION-slim, VERSION-alpine; - = no such tag, ? = not known.\n"
    "# full_suites, slim_suites: suites that were ever listed as VERSION-SUITE, VERSION-slim-SUITE; oldest first.\n"
    "# *_by_patch: FIRST_PATCH=RELEASE runs: a patch tag keeps the release it had when it was last rebuilt.\n",
    ["image", "state", "last_patch", "full", "slim", "alpine", "full_suites", "slim_suites", "full_by_patch",
     "slim_by_patch", "alpine_by_patch"],
    versions,
)

tags = []
for family in LANGUAGES:
    for tag, table in data[family]["moving"].items():
        if tag.startswith("tip") or "-rc" in tag or tag.startswith("rc"):
            continue  # not released
        name, release = table["base"].split(":")
        if name == "alpine":
            base = f"alpine/{release}"
        else:
            base = "debian/" + release.removesuffix("-slim").removesuffix("-scm")
        named = "alpine3" in tag or base.removeprefix("debian/") in tag
        state = "fixed" if named or not table["active"] else "moves"
        tags.append([f"{family}:{tag}", base, table.get("version"), state])

debian = dict(data["debian"]["moving"])
numbers = {table["number"]: suite for suite, table in data["debian"]["release"].items()}
suites = list(data["debian"]["release"]) + ["sid"]
for suite in suites:
    debian[suite] = suite
for number, suite in numbers.items():
    debian[number] = suite
for tag, suite in debian.items():
    state = "fixed" if tag in suites or tag in numbers else "moves"
    for name in (tag, f"{tag}-slim" if tag != "latest" else ""):
        if name and not (name.endswith("-slim") and tag in ("experimental", "rc-buggy")):
            tags.append([f"debian:{name}", f"debian/{suite}", data["debian"]["release"].get(suite, {}).get("number"), state])
    if tag == suite and suite not in ("squeeze", "forky", "sid"):
        tags.append([f"debian:{suite}-backports", f"debian/{suite}", data["debian"]["release"].get(suite, {}).get("number"), "fixed"])

ubuntu = data["ubuntu"]
for suite, table in ubuntu["release"].items():
    for tag in (suite, table["number"]):
        tags.append([f"ubuntu:{tag}", f"ubuntu/{suite}", table["number"], "fixed"])
for tag, suite in ubuntu["moving"].items():
    tags.append([f"ubuntu:{tag}", f"ubuntu/{suite}", ubuntu["release"][suite]["number"], "moves"])

for release in data["alpine"]["release"]:
    tags.append([f"alpine:{release}", f"alpine/{release}", release, "fixed"])
for tag, release in data["alpine"]["moving"].items():
    tags.append([f"alpine:{tag}", f"alpine/{release}", release if release != "edge" else None, "fixed" if tag == "edge" else "moves"])

deps = data["buildpack-deps"]
for suite in deps["release"]:
    family = "debian" if suite in suites else "ubuntu"
    number = None if family == "debian" else ubuntu["release"][suite]["number"]
    for kind in ("", "-curl", "-scm"):
        tags.append([f"buildpack-deps:{suite}{kind}", f"{family}/{suite}", None, "fixed"])
        if number:
            tags.append([f"buildpack-deps:{number}{kind}", f"{family}/{suite}", None, "fixed"])
for tag, suite in deps["moving"].items():
    suite = suite.split("-")[0]
    for kind in ("", "-curl", "-scm") if "stable" in tag else ("",):
        tags.append([f"buildpack-deps:{tag}{kind}", f"debian/{suite}", None, "moves"])
write(
    "image-tags.tsv",
    "# Tags of the official images that name no minor version of a language, and the tags of distributions.\n"
    "# release: distribution/release it stands for; version: what of the image's own versions it carries;\n"
    "# state: moves = will stand for another release one day; fixed = stays on this release.\n",
    ["image", "release", "version", "state"],
    tags,
)

# Debian suite whose names of tools hold in a release that has no tables of its own.
LIKE = {"squeeze": "bullseye", "wheezy": "bullseye", "jessie": "bullseye", "stretch": "bullseye", "buster": "bullseye", "forky": "trixie", "sid": "trixie",
        "trusty": "bullseye", "xenial": "bullseye", "bionic": "bullseye", "focal": "bullseye"}
LIKE |= dict.fromkeys(("groovy", "hirsute", "impish"), "bullseye") | dict.fromkeys(("jammy", "kinetic", "lunar", "mantic"), "bookworm")
ARCHIVED = {"squeeze", "wheezy", "jessie", "stretch", "buster"}
ARCHIVED |= {suite for suite, table in ubuntu["release"].items() if table["image_status"] == "ended" and not table["number"].endswith(("14.04", "16.04", "18.04", "20.04"))}


def like(family, suite):
    return LIKE.get(suite, suite if family == "debian" else "trixie")


def index(suite):
    return "archived" if suite in ARCHIVED else "live"


releases = []
for suite, table in data["debian"]["release"].items():
    releases.append([f"debian/{suite}", table["number"], table["glibc"], table["python3"], table["openssl"], table["image_status"], index(suite), like("debian", suite)])
releases.append(["debian/sid", None, None, None, None, "active", "live", "trixie"])
for suite, table in ubuntu["release"].items():
    releases.append([f"ubuntu/{suite}", table["number"], table.get("glibc"), table.get("python3"), table.get("openssl"), table["image_status"], index(suite), like("ubuntu", suite)])
for release, table in data["alpine"]["release"].items():
    releases.append([f"alpine/{release}", release, table["musl"], table.get("python3"), table["openssl"], table["image_status"], "live", None])
releases.append(["alpine/edge", None, None, None, None, "active", "live", None])
write(
    "releases.tsv",
    "# Distribution releases: number, version of the C library (glibc, or musl on Alpine), of the distribution's own python3 and of OpenSSL.\n"
    "# state: active = its image is still rebuilt; ended = it is not. Versions of Debian up to buster, of Ubuntu and of most Alpine releases: general knowledge.\n"
    "# index: archived = its packages left the mirrors that its image asks, so apt-get update fails in it (Debian tried on 23 November 2026; Ubuntu by its rules); live = they did not.\n"
    "# like: Debian suite whose names of programs and tools hold here too; never used for libraries.\n",
    ["release", "number", "libc", "python3", "openssl", "state", "index", "like"],
    releases,
)
