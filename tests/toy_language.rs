//! A language said in one file of data, without a line of Rust: `--rules` lays it over the built-in ones.

#![expect(clippy::disallowed_methods, clippy::expect_used, reason = "a test starts the program")]

use std::path::Path;
use std::process::{Command, Output};

fn restage(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/toy");
    Command::new(env!("CARGO_BIN_EXE_restage"))
        .args(["--color", "never"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("restage starts")
}

#[test]
fn without_its_rules_the_language_is_refused() {
    let output = restage(&["hello/Dockerfile"]);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.stdout.is_empty(), "a refused file changes nothing");
    assert!(notes.contains("refused[no-recipe]"), "{notes}");
}

#[test]
fn with_its_rules_the_language_is_converted() {
    let output = restage(&["--rules", "rules", "--stdout", "hello/Dockerfile"]);
    let expected = "\
FROM buildpack-deps:bookworm AS builder
WORKDIR /src
COPY . .
RUN gcc -O2 -Wall -o /usr/local/bin/hello hello.c

FROM debian:bookworm-slim
WORKDIR /src
COPY motto.txt ./
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=builder /usr/local/bin/hello /usr/local/bin/hello
ENV GREETING=hello
USER nobody
ENTRYPOINT [\"hello\"]
CMD [\"world\"]
";
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{notes}");
}

#[test]
fn an_unknown_key_is_told_with_its_place() {
    let rules = tempfile::tempdir().expect("a folder");
    std::fs::write(rules.path().join("c.toml"), "name = \"c\"\nimagse = [\"gcc\"]\n").expect("a rule file");
    let output = restage(&["--rules", &rules.path().display().to_string(), "hello/Dockerfile"]);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{notes}");
    assert!(notes.contains("unknown field `imagse`") && notes.contains(":2:1"), "{notes}");
}

#[test]
fn a_word_that_no_list_has_is_told_with_its_place_and_the_nearest_one() {
    let broken = [
        (
            "effect = \"compile\"\nfrom = \"go-biuld\"",
            "no engine is called `go-biuld`; did you mean `go-build`?",
            ":4:8",
        ),
        (
            "effect = \"compile\"\nfrom = \"pip\"",
            "`pip` is an engine of rules with effect = \"install-dependencies\", not of `compile`",
            ":4:8",
        ),
        (
            "effect = \"compile\"\nfrom = \"go-run\"",
            "`go-run` is an engine of [[starter]], not of `compile`",
            ":4:8",
        ),
        (
            "effect = \"instal-packages\"",
            "no effect is called `instal-packages`; did you mean `install-packages`?",
            ":3:10",
        ),
        (
            "effect = \"install-packages\"\nmanager = \"apt-get\"",
            "no package manager is called `apt-get`; did you mean `apt`?",
            ":4:11",
        ),
        ("effect = \"install-packages\"", "a rule that installs packages names its `manager`", ":1:1"),
    ];
    for (lines, message, place) in broken {
        let rules = tempfile::tempdir().expect("a folder");
        let text = format!("[[command]]\nrun = \"tool *\"\n{lines}\n");
        std::fs::write(rules.path().join("tool.toml"), text).expect("a rule file");
        let output = restage(&["--rules", &rules.path().display().to_string(), "hello/Dockerfile"]);
        let notes = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{notes}");
        assert!(notes.contains(message) && notes.contains(&format!("tool.toml{place}")), "{notes}");
    }
    for (text, message, place) in [
        (
            "name = \"x\"\nlibraries = \"pyhton\"\n",
            "no reader of libraries is called `pyhton`; did you mean `python`?",
            ":2:13",
        ),
        (
            "name = \"x\"\n[[starter]]\nrun = \"go run\"\nfrom = \"go-build\"\n",
            "`go-build` is no engine of a [[starter]]",
            ":4:8",
        ),
    ] {
        let rules = tempfile::tempdir().expect("a folder");
        std::fs::write(rules.path().join("tool.toml"), text).expect("a rule file");
        let output = restage(&["--rules", &rules.path().display().to_string(), "hello/Dockerfile"]);
        let notes = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(notes.contains(message) && notes.contains(&format!("tool.toml{place}")), "{notes}");
    }
}
