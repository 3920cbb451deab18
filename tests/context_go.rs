//! go.mod, go.work, Go packages and their build constraints.

use proptest::prelude::*;
use restage::context::Context;
use restage::context::gomod::{self, GoModule, GoPackage};
use restage::context::map_files::MapFiles;

const GO_MOD: &str = "\u{feff}// head
module \"example.com/shop/v2\" // trailing

go 1.22.3
toolchain go1.23.0

require github.com/one/single v1.0.0
require (
\tgithub.com/two/block v0.1.0 // indirect
\t// a comment
\t`gopkg.in/yaml.v3` v3.0.1
)

replace github.com/two/block => ./forks/block
replace (
\tgithub.com/four v1.0.0 => ../four
\tgithub.com/five => github.com/six v1.0.0
)
exclude github.com/seven v1.0.0
retract (
\t[v1.0.0, v1.1.0] // broken
)
tool example.com/tool
";

#[test]
fn a_module_with_every_kind_of_line() {
    for text in [GO_MOD.to_owned(), GO_MOD.replace('\n', "\r\n")] {
        let module = GoModule::parse(&text).unwrap();
        assert_eq!(module.path, "example.com/shop/v2");
        assert_eq!(module.go.as_deref(), Some("1.22.3"));
        let requires: Vec<&str> = module.requires.iter().map(String::as_str).collect();
        assert_eq!(requires, ["github.com/one/single", "github.com/two/block", "gopkg.in/yaml.v3"]);
        assert_eq!(module.local_replaces, ["./forks/block", "../four"]);
    }
    assert_eq!(GoModule::parse("go 1.22\n"), None);
}

/// Module path, directory of the package, name of its program.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("example.com/shop", "", "shop"),
    ("example.com/shop/v2", "", "shop"),
    ("example.com/shop/v2", "./cmd/server/", "server"),
    ("example.com/shop", "cmd/server/v3", "server"),
    ("example.com/shop/v1", "", "v1"),
    ("example.com/shop/v02", "", "v02"),
    ("gopkg.in/shop.v2", "", "shop.v2"),
    ("shop", "", "shop"),
    ("v2", "", "v2"),
];

#[test]
fn programs_are_named_as_the_go_tool_names_them() {
    for (module, directory, name) in PROGRAMS {
        let module = GoModule::parse(&format!("module {module}")).unwrap();
        assert_eq!(module.program_name(directory), *name, "{} {directory}", module.path);
    }
}

fn context(files: &[(&str, &str)]) -> Context {
    Context::new(Box::new(MapFiles::new(files.iter().copied())), None)
}

fn only(text: &str) -> GoPackage {
    gomod::packages(&context(&[("a.go", text)]), "").pop().unwrap_or_default()
}

#[test]
fn imports_in_every_form() {
    let text = "// Package main.\n/* package wrong */\npackage main // import \"example.com/x\"\n\nimport \"fmt\"\n\
        import ( \"os\"; log \"example.com/log\"\n. `strings`\n_ \"embed\" // \"comment\"\n)\nimport alias \"net/http\"\n\
        //go:embed templates/*.html \"a b.txt\"\nvar files embed.FS\n//go:embed `static`\nvar x = \"import\"\n// go:embed no\n";
    let package = only(text);
    assert_eq!(package.name, "main");
    let imports: Vec<&str> = package.imports.iter().map(String::as_str).collect();
    assert_eq!(imports, ["embed", "example.com/log", "fmt", "net/http", "os", "strings"]);
    assert_eq!(package.embeds, ["templates/*.html", "a b.txt", "static"]);
    assert!(!package.uses_cgo);
}

#[test]
fn cgo_is_an_import() {
    assert!(only("package a\n// #include <stdio.h>\nimport \"C\"\n").uses_cgo);
    assert!(only("package a\nimport (\n\"C\"\n)").uses_cgo);
    assert!(only("//go:build cgo\n\npackage a\nimport \"C\"\n").uses_cgo, "cgo is possible");
    assert!(!only("package a\n// import \"C\"\nvar x = `import \"C\"`\n").uses_cgo);
    assert!(!only("package a\nimport \"fmt\"\nvar x = \"C\"\n").uses_cgo, "imports come first");
}

/// File name, text before the package clause, whether it is built for linux.
const BUILT: &[(&str, &str, bool)] = &[
    ("a.go", "", true),
    ("a_linux.go", "", true),
    ("a_linux_arm64.go", "", true),
    ("a_windows.go", "", false),
    ("a_386.go", "", false),
    ("a_windows_amd64.go", "", false),
    ("linux.go", "", true),
    ("windows.go", "", true),
    ("a_unix.go", "", true),
    ("a_wasm_helper.go", "", true),
    ("a_test.go", "", false),
    (".a.go", "", false),
    ("_a.go", "", false),
    ("a.go", "//go:build ignore\n\n", false),
    ("a.go", "//go:build linux && !arm64\n\n", true),
    ("a.go", "//go:build !(amd64 || arm64)\n\n", false),
    ("a.go", "//go:build windows || (unix && !darwin)\n\n", true),
    ("a.go", "//go:build windows || darwin\n\n", false),
    ("a.go", "//go:build !cgo\n\n", true),
    ("a.go", "//go:build !go1.18\n\n", true),
    ("a.go", "//go:build integration\n\n", false),
    ("a.go", "//go:build custom\n\n", true),
    ("a.go", "// Copyright\n\n//go:build ignore\n\n", false),
    ("a.go", "/* Copyright\n*/ //go:build is text here\n\n", true),
    ("a.go", "// +build ignore\n\n", false),
    ("a.go", "// +build linux,!arm64 windows\n\n", true),
    ("a.go", "// +build linux\n// +build 386\n\n", false),
    ("a.go", "// +build ignore\n", true),
    ("a.go", "//go:build linux\n// +build ignore\n\n", true),
];

#[test]
fn constraints() {
    for (name, head, built) in BUILT {
        let context = context(&[(name, &format!("{head}package a\n"))]);
        assert_eq!(
            gomod::packages_with(&context, "", &["custom"]).len(),
            usize::from(*built),
            "{name} {head:?}"
        );
    }
}

#[test]
fn packages_are_what_dot_dot_dot_means() {
    let context = context(&[
        ("app/go.mod", "module m"),
        ("app/main.go", "package main"),
        ("app/doc.go", "package documentation"),
        ("app/internal/b/b.go", "package b"),
        ("app/internal/b/empty.go", ""),
        ("app/vendor/x/x.go", "package x\nimport \"C\""),
        ("app/b/testdata/t.go", "package t"),
        ("app/.hidden/h.go", "package h"),
        ("app/_old/o.go", "package o"),
        ("app/tools/go.mod", "module tools"),
        ("app/tools/t.go", "package t"),
        ("application/a.go", "package a"),
    ]);
    let of = |directory| {
        gomod::packages(&context, directory).into_iter().map(|package| package.directory).collect::<Vec<_>>()
    };
    assert_eq!(of("app"), ["app", "app/internal/b"]);
    assert_eq!(of("app/tools"), ["app/tools"]);
    assert_eq!(gomod::vendor_uses_cgo(&context, "app"), Some(true));
    assert_eq!(gomod::vendor_uses_cgo(&context, ""), None);
}

#[test]
fn go_work_is_found_upwards() {
    let context = context(&[
        ("src/go.work", "go 1.22\nuse ./app\nuse (\n\t../lib // shared\n\t../../out\n)\nreplace a => b v1\n"),
        ("src/app/go.mod", "module app"),
    ]);
    assert_eq!(gomod::work(&context, "src/app"), Some(vec!["src/app".to_owned(), "lib".to_owned()]));
    assert_eq!(gomod::work(&context, ""), None);
}

#[test]
fn a_constraint_nested_without_end_is_unknown() {
    let deep = format!("//go:build {}ignore\n\npackage a\n", "!(".repeat(100_000));
    assert_eq!(only(&deep).name, "a");
}

proptest! {
    #[test]
    fn any_text_is_read(text in "([a-zC\"`'/*()!&|=>\\\\ \n.é]|//go:build|//go:embed|import|package a|module|replace){0,60}") {
        GoModule::parse(&text);
        let files = [("go.mod", text.as_str()), ("a.go", text.as_str()), ("go.work", text.as_str())];
        gomod::packages(&context(&files), "");
        gomod::work(&context(&files), "");
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), directory in ".{0,12}") {
        let context = Context::new(Box::new(MapFiles::new([("a.go", bytes.clone())])), None);
        gomod::packages(&context, &directory);
        let text = String::from_utf8_lossy(&bytes);
        GoModule::parse(&text).unwrap_or_default().program_name(&directory);
    }
}
