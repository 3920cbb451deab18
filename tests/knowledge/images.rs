//! What a FROM stands for, and what takes its place.

use super::{reference, rows};
use restage::dockerfile::reference::ImageReference;
use restage::knowledge::Knowledge;

/// An image's meaning in one line.
fn meaning(name: &str) -> String {
    match Knowledge::embedded().image(&reference(name)) {
        None => "unknown".into(),
        Some(image) => format!(
            "{} {} {:?} {}{}{}",
            image.family,
            image.version.as_deref().unwrap_or("-"),
            image.variant,
            image.distribution,
            if image.floats { " floats" } else { "" },
            if image.presumed { " presumed" } else { "" },
        ),
    }
}

#[test]
fn a_tag_stands_for_a_release() {
    for row in rows(include_str!("images.txt")) {
        let [name, expected] = row[..] else { panic!("two columns: {row:?}") };
        assert_eq!(meaning(name), expected, "{name}");
    }
}

#[test]
fn a_runtime_base_keeps_release_and_registry() {
    let knowledge = Knowledge::embedded();
    let said = |found: Option<ImageReference>| found.as_ref().map_or("none".to_owned(), ToString::to_string);
    for row in rows(include_str!("bases.txt")) {
        let [name, slim, pinned, bare] = row[..] else { panic!("four columns: {row:?}") };
        let from = reference(name);
        assert_eq!(said(knowledge.slim_counterpart(&from)), slim, "slim counterpart of {name}");
        assert_eq!(said(knowledge.pinned(&from)), pinned, "pinned {name}");
        let image = knowledge.image(&from).expect(name);
        assert_eq!(
            said(knowledge.distribution_image(&image.distribution, &from)),
            bare,
            "bare image under {name}"
        );
    }
}

#[test]
fn the_newest_alpine_comes_from_the_same_place() {
    let knowledge = Knowledge::embedded();
    for (like, expected) in [
        ("golang:1.22", "alpine:3.24"),
        ("public.ecr.aws/docker/library/golang:1.22", "public.ecr.aws/docker/library/alpine:3.24"),
        ("registry.example.com/base/golang:1.22", "alpine:3.24"),
    ] {
        assert_eq!(knowledge.newest_alpine(&reference(like)).to_string(), expected);
    }
}

#[test]
fn an_image_tells_its_configuration() {
    let image = |name: &str| Knowledge::embedded().image(&reference(name)).expect(name);
    let value = |name: &str, key: &str| {
        image(name).environment.into_iter().find(|(variable, _)| variable == key).map(|(_, value)| value)
    };
    assert_eq!(value("python:3.12", "LANG").as_deref(), Some("C.UTF-8"));
    assert_eq!(value("python:3.13", "LANG"), None);
    assert_eq!(value("golang:1.20", "GOTOOLCHAIN"), None);
    assert_eq!(value("golang:1.21", "GOTOOLCHAIN").as_deref(), Some("local"));
    assert_eq!(value("rust:1.80-slim", "CARGO_HOME").as_deref(), Some("/usr/local/cargo"));
    assert!(image("python:3.12").opaque_environment.contains(&"PYTHON_VERSION".to_owned()));
    assert!(image("golang:1.22").toolchain_environment.contains(&"GOPATH".to_owned()));
    assert_eq!(image("golang:1.22").workdir, "/go");
    assert_eq!(image("golang:1.22-alpine").command, ["/bin/sh"]);
    assert_eq!(image("python:2.7").command, ["python2"]);
    assert_eq!(image("python:3.8").command, ["python3"]);
    assert_eq!(image("golang:1.22-bookworm").libc_version.as_deref(), Some("2.36"));
    assert_eq!(image("alpine:3.20").libc_version.as_deref(), Some("1.2.5"));
}
