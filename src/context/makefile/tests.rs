//! What targets run, as a table of texts.

use super::{Calling, Makefile};
use std::collections::BTreeMap;

/// What goals run, with the target of what can't be told in angle brackets; an environment of `HOME` and `CC`.
fn run(text: &str, goals: &[&str]) -> Vec<String> {
    let environment = BTreeMap::from([("HOME".to_owned(), "/root".to_owned())]);
    let overrides = BTreeMap::from([("V".to_owned(), "1".to_owned())]);
    let include = |path: &str| (path == "more.mk").then(|| "M = more\n".to_owned());
    let matching = |pattern: &str| Some(vec![pattern.replace('*', "a")]);
    let calling = Calling {
        environment: &environment,
        overrides: &overrides,
        directory: "/src",
        matching: &matching,
        include: &include,
    };
    let goals: Vec<String> = goals.iter().map(|goal| (*goal).to_owned()).collect();
    let lines = Makefile::read(text, &calling).and_then(|makefile| makefile.lines(&goals));
    let said = |line: super::Line| line.text.unwrap_or(format!("<{}>", line.target));
    lines.map_or(vec!["-".to_owned()], |lines| lines.into_iter().map(said).collect())
}

#[test]
fn targets_run_what_make_would_run() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("a:\n\techo $(V) $V ${HOME} $$x\n", &[], &["echo 1 1 /root $x"]),
        ("V = 2\nX ?= 3\nHOME ?= /h\na:\n\t@-echo $(V) $(X) $(HOME)\n", &[], &["echo 1 3 /root"]),
        ("A = $(B)\nC := $(B)\nB = b\nC += c\na:\n\t$(A) $(C)\n", &[], &["b  c"]),
        (".PHONY: a\nall: a b\nb: c ; two\na:\n\tone\nc:\n\tnull\n", &["all"], &["one", "null", "two"]),
        (
            "bin/%: src/% | bin\n\tcc -o $@ $< $*\nbin:\n\tmkdir $@\n",
            &["bin/x"],
            &["mkdir bin", "cc -o bin/x src/x x"],
        ),
        ("a:\n\tone \\\n\t  two\n\n# c\n\tthree\n", &[], &["one \\\n  two", "three"]),
        ("ifeq ($(V),1)\nX = y\nelse\nX = n\nendif\nifdef NO\na:\n\tno\nendif\na:\n\t$(X)\n", &[], &["y"]),
        ("ifeq ($(shell id -u),0)\nX = y\nendif\na:\n\techo $(X)\n", &[], &["echo ${X}"]),
        ("G := $(shell git describe --tags)\na:\n\techo $(G)\n", &[], &["echo $(git describe --tags)"]),
        (
            "S = $(wildcard *.c)\nO = $(S:.c=.o)\na:\n\tld $(patsubst %.o,o/%.o,$(O)) $(notdir x/y)\n",
            &[],
            &["ld o/a.o y"],
        ),
        ("define D\none\ntwo\nendef\na:\n\t$(D)\n", &[], &["one", "two"]),
        ("include more.mk\n-include none.mk\na: X = $(M)\na:\n\t$(X)$(N)\n", &[], &["more"]),
        ("include none.mk\na: $(LIST)\n\techo $(N)\n", &[], &["<${LIST}>", "echo ${N}"]),
        ("a: $(shell find . -name '*.go') $(shell go list)\n\tb\n", &[], &["<$>", "b"]),
        ("a: b.o\n\tld b.o\n", &["a", "none"], &["ld b.o", "<none>"]),
        ("X = $(X)\na:\n\t$(X)\n", &[], &["-"]),
        (".RECIPEPREFIX = >\na:\n> b\n", &[], &["-"]),
        ("o: %.o: %.c\n\tcc\n", &["o"], &["<o>"]),
    ];
    for (text, goals, expected) in table {
        assert_eq!(run(text, goals), *expected, "{text}");
    }
}

#[test]
fn what_would_be_too_much_is_not_read() {
    let doubling: String =
        (0..40).map(|at| format!("A{at} = $(A{next})$(A{next})\n", next = at + 1)).collect();
    assert_eq!(run(&format!("{doubling}a:\n\techo $(A20)\n"), &[]), ["-"]);
    let chain: String = (0..100).map(|at| format!("a{at}: a{}\n\tx\n", at + 1)).collect();
    assert_eq!(run(&chain, &[]), ["-"]);
}
