//! What `--explain-image` and `--explain-package` say.

use super::reference;
use restage::knowledge::Knowledge;

/// Whether a text holds each of the lines, in this order.
fn has_lines(text: &str, lines: &[&str]) -> bool {
    let mut rest = text.lines();
    lines.iter().all(|line| rest.any(|found| found.trim() == *line))
}

#[test]
fn an_image_is_explained_with_its_source() {
    let knowledge = Knowledge::embedded();
    let text = knowledge.explain_image(&reference("python:3.12"));
    let expected = [
        "python:3.12: python 3.12 on debian trixie (glibc 2.41), with compilers, headers and tools",
        "the tag moves from one release to the next",
        "this release for good: python:3.12-trixie",
        "without the toolchain: python:3.12-slim",
        "the bare release: debian:trixie-slim",
        "working directory /, command python3",
        "sets LANG=C.UTF-8",
        "known from rules/image-versions.tsv, row python:3.12",
    ];
    assert!(has_lines(&text, &expected), "{text}");
    assert!(text.contains("docker-library/official-images"), "{text}");
    let text = knowledge.explain_image(&reference("registry.example.com/golang:1.22-alpine3.19"));
    assert!(text.contains("taken for the official image by its name"), "{text}");
    let text = knowledge.explain_image(&reference("python:3.8-buster"));
    assert!(text.contains("moved to an archive"), "{text}");
    let text = knowledge.explain_image(&reference("bitnami/python:3.12"));
    assert!(has_lines(&text, &["bitnami/python:3.12: not known"]), "{text}");
    let text = knowledge.explain_image(&reference("python:3.12-nanoserver"));
    assert!(has_lines(&text, &["python:3.12-nanoserver: not known"]), "{text}");
}

#[test]
fn a_package_is_explained_with_its_source() {
    let knowledge = Knowledge::embedded();
    for (name, on, lines) in [
        (
            "libpq-dev",
            "python:3.11-bookworm",
            &[
                "libpq-dev on debian bookworm: stays in the builder; in the runtime libpq5 takes its place",
                "the python image carries it, and a runtime without its toolchain lacks it",
                "first layer of the official images that has it: full",
                "known from rules/debian-libraries.tsv, row libpq-dev",
            ][..],
        ),
        (
            "git",
            "python:3.11-slim-bookworm",
            &[
                "git on debian bookworm: stays in the builder, unless the runtime starts one of: git",
                "known from rules/packages.tsv, row debian/git",
            ],
        ),
        ("gcc-12", "golang:1.22-bookworm", &["known from rules/package-patterns.tsv, row debian/gcc-*"]),
        ("acme", "golang:1.22-alpine3.19", &["acme on alpine 3.19: not known, so it is kept in the runtime"]),
        ("bash", "debian:bookworm", &["the runtime's image carries it already"]),
    ] {
        let image = knowledge.image(&reference(on)).expect(on);
        let text = knowledge.explain_package(name, &image);
        assert!(has_lines(&text, lines), "{text}");
    }
}

#[test]
fn the_users_own_rows_are_named_as_theirs() {
    let table = ("packages.tsv".to_owned(), "debian/acme\truntime\t-\t-\t-\n".to_owned());
    let knowledge = Knowledge::with_overlay(&[table]).expect("a good table");
    let image = knowledge.image(&reference("debian:bookworm")).expect("debian");
    let text = knowledge.explain_package("acme", &image);
    assert!(has_lines(&text, &["known from your own packages.tsv, row debian/acme"]), "{text}");
}
