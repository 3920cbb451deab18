//! What a COPY sees: `.dockerignore`, patterns, symbolic links.

use proptest::prelude::*;
use restage::context::map_files::MapFiles;
use restage::context::{Context, path};

fn context(dockerignore: &str, paths: &[&str]) -> Context {
    Context::new(Box::new(MapFiles::new(paths.iter().map(|path| (*path, "")))), Some(dockerignore))
}

fn seen(context: &Context) -> Vec<&str> {
    context.below("").map(|entry| entry.path.as_str()).collect()
}

/// What it shows, the `.dockerignore`, the files, those seen.
type Ignore = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const IGNORE: &[Ignore] = &[
    ("an empty file hides nothing", "", &["a", "b/c"], &["a", "b/c"]),
    ("a name hides only at the root", "a", &["a", "b/a"], &["b/a"]),
    ("a directory hides what is in it", "b", &["a", "b/c/d"], &["a"]),
    ("a trailing slash says nothing", "b/", &["b/c", "c/b"], &["c/b"]),
    ("and hides a file too", "b/", &["b"], &[]),
    ("a leading slash is the root", "/a", &["a", "b/a"], &["b/a"]),
    ("a leading dot is the root", "./b/../a", &["a", "b/a"], &["b/a"]),
    ("one star stays in its directory", "*.md", &["a.md", "b/a.md"], &["b/a.md"]),
    ("a star in a deeper element", "*/a", &["a", "b/a", "b/c/a"], &["a", "b/c/a"]),
    ("two stars are any directories, none too", "**/*.md", &["a.md", "b/a.md", "b/c/a.md"], &[]),
    ("two stars before a name", "**/a", &["a", "b/a", "b/ba", "b/a/c"], &["b/ba"]),
    ("two stars before text compare the end", "**.md", &["a.md", "b/a.md", "md"], &["md"]),
    ("two stars at the end spare no file below", "a/**", &["a/b", "a/b/c", "ab"], &["ab"]),
    ("two stars inside", "a/**/z", &["a/z", "a/b/z", "a/b/c/z", "a/bz"], &["a/bz"]),
    ("two stars alone hide all", "**", &["a", "b/c"], &[]),
    ("a question mark is one character", "a?", &["a", "ab", "abc"], &["a", "abc"]),
    ("a class", "[a-c]x", &["ax", "cx", "dx"], &["dx"]),
    ("a class turned round", "[^a-c]x", &["ax", "dx"], &["ax"]),
    ("a backslash takes the meaning", "\\*", &["*", "a"], &["a"]),
    ("a backslash before a letter is no separator", "a\\b", &["a/b", "ab"], &["a/b", "ab"]),
    ("an exception that a slash hides", "*\n/!b", &["a", "b"], &["b"]),
    ("spaces between slashes at the end", "*\n!b/ /", &["a", "b"], &["b"]),
    ("spaces inside of slashes", "/ a /", &["a", "b"], &["b"]),
    ("a broken class is no pattern", "[a", &["a", "[a"], &["[a", "a"]),
    ("dots are dots", "a.b", &["a.b", "axb"], &["axb"]),
    ("comments and blank lines", "# a\n\n  \nb\n", &["# a", "a", "b"], &["# a", "a"]),
    ("a comment starts at the first column", " # a", &["# a", "a"], &["a"]),
    ("spaces around are not meant, inside they are", "  a b \n", &["a b", "a"], &["a"]),
    ("lines may end as on Windows", "a\r\nb\r\n", &["a", "b", "c"], &["c"]),
    ("a byte order mark is no letter", "\u{feff}a", &["a", "b"], &["b"]),
    ("an exception", "*\n!b", &["a", "b", "c"], &["b"]),
    ("an exception is of no use before its rule", "!b\n*", &["a", "b"], &[]),
    ("the last rule wins", "*\n!b\nb", &["a", "b"], &[]),
    ("an exception with a slash and a space", "*\n! /b", &["a", "b"], &["b"]),
    ("an exception below a hidden directory", "b\n!b/c", &["b/a", "b/c"], &["b/c"]),
    ("an exception shows a whole directory", "*\n!src", &["a", "src/b", "src/c/d"], &["src/b", "src/c/d"]),
    ("an exception at any depth", "*\n!**/*.py", &["a", "b/a", "b/c.py", "d.py"], &["b/c.py", "d.py"]),
    ("hidden again below an exception", "*\n!src\nsrc/**/x", &["src/a", "src/b/x", "src/x"], &["src/a"]),
    (
        "Docker's own files are files",
        "Dockerfile\n.dockerignore",
        &["Dockerfile", ".dockerignore", "a"],
        &["a"],
    ),
    ("the root can't be hidden by its name", ".\n/", &["a"], &["a"]),
    ("what leaves the context hides nothing in it", "../a", &["a"], &["a"]),
    ("upper and lower case differ", "A", &["a", "A"], &["a"]),
];

#[test]
fn dockerignore() {
    for (shows, ignore, files, expected) in IGNORE {
        assert_eq!(seen(&context(ignore, files)), *expected, "{shows}: {ignore:?}");
    }
}

#[test]
fn a_directory_stays_where_only_its_files_are_hidden() {
    let emptied = context("logs/*", &["logs/a"]);
    assert!(emptied.is_directory("logs") && emptied.exists("logs") && !emptied.exists("logs/a"));
    assert!(!context("logs", &["logs/a"]).exists("logs"));
    assert!(context("logs\n!logs/a", &["logs/a", "logs/b"]).exists("logs"));
}

/// What it shows, the source of a COPY, what it names.
const MATCHING: &[(&str, &str, &[&str])] = &[
    ("a file", "a.txt", &["a.txt"]),
    ("a directory", "src", &["src"]),
    ("a trailing slash", "./src/", &["src"]),
    ("a leading slash", "/src/main.go", &["src/main.go"]),
    ("doubled slashes", "src//main.go", &["src/main.go"]),
    ("up and down again", "src/../a.txt", &["a.txt"]),
    ("the root", ".", &[""]),
    ("the root, said otherwise", "/", &[""]),
    ("outside of the context", "../a.txt", &[]),
    ("what is not there", "b.txt", &[]),
    ("a star", "*.txt", &["a.txt", "z.txt"]),
    ("a star also names directories", "s*", &["src", "static"]),
    ("a star stays in its element", "*/*.go", &["src/main.go"]),
    ("a star below a directory", "./static/*/", &["static/css", "static/logo.svg"]),
    ("two stars are no more than one", "**/main.go", &["src/main.go"]),
    ("a question mark", "?.txt", &["a.txt", "z.txt"]),
    ("a class", "[a-m].txt", &["a.txt"]),
    ("a backslash in a pattern", "\\[x\\]*", &["[x].md"]),
    ("a backslash alone makes no pattern", "\\a.txt", &[]),
    ("a backslash keeps a star from being a pattern", "\\*", &[]),
    ("a pattern below what is not there", "nothing/*", &[]),
    ("a broken pattern", "[a", &[]),
    ("an optional file", "go.mod go.sum*", &[]),
];

const FILES: &[&str] =
    &["a.txt", "z.txt", "*", "[x].md", "src/main.go", "src/deep/x.go", "static/css/a.css", "static/logo.svg"];

#[test]
fn matching() {
    let context = context("", FILES);
    for (shows, source, expected) in MATCHING {
        assert_eq!(context.matching(source), *expected, "{shows}: {source:?}");
    }
}

#[test]
fn links_lead_to_what_they_name() {
    let files = MapFiles::new([("shared/conf/app.toml", "key = 1")])
        .link("app/conf", "../shared/conf")
        .link("app.toml", "/app/conf/app.toml")
        .link("loop", "./loop")
        .link("out", "../outside")
        .link("dangling", "nowhere");
    let context = Context::new(Box::new(files), None);
    assert_eq!(context.text("app/conf/app.toml").as_deref(), Some("key = 1"));
    assert_eq!(context.text("app.toml").as_deref(), Some("key = 1"));
    assert_eq!(context.matching("app/conf"), ["shared/conf"], "COPY copies what is in the directory");
    assert_eq!(context.matching("app/c*"), ["shared/conf"], "and so it does for a pattern");
    assert_eq!(context.matching("app.toml"), ["app.toml"], "COPY keeps the name of the link");
    for broken in ["loop", "out", "dangling"] {
        assert!(!context.exists(broken) && context.entry(broken).is_some(), "{broken}");
    }
}

#[test]
fn text_is_short_and_utf_8() {
    let files = MapFiles::new([
        ("short", vec![b'a'; 1 << 20]),
        ("long", vec![b'a'; (1 << 20) + 1]),
        ("bytes", vec![0xff, 0xfe]),
    ]);
    let context = Context::new(Box::new(files), None);
    assert!(context.text("short").is_some());
    assert!(
        context.text("long").is_none() && context.text("bytes").is_none() && context.text("none").is_none()
    );
    assert_eq!(context.bytes("bytes").as_deref(), Some(&[0xff, 0xfe][..]));
}

#[test]
fn paths() {
    for (from, cleaned) in
        [("./a//b/", Some("a/b")), ("/", Some("")), ("a/../..", None), ("a/./../b", Some("b"))]
    {
        assert_eq!(path::clean(from).as_deref(), cleaned, "{from}");
    }
    assert_eq!(path::join("a/b", "../c").as_deref(), Some("a/c"));
    assert_eq!(path::join("a", "/c"), None);
    assert_eq!((path::parent("a/b"), path::parent("a"), path::parent("")), (Some("a"), Some(""), None));
}

proptest! {
    #[test]
    fn any_text_is_a_dockerignore(ignore in "[a-b*?!\\[\\]^\\\\/.#\\- \\n\u{feff}é]{0,40}", source in ".{0,20}") {
        let context = context(&ignore, &["a", "b/a", "a/b/a", "!", "é"]);
        context.matching(&source);
        prop_assert!(context.below("").count() <= 5);
    }

    #[test]
    fn hiding_all_but_a_name_shows_that_name(name in "[a-z]{1,8}(/[a-z]{1,8}){0,3}") {
        let ignore = format!("*\n!{name}");
        let context = context(&ignore, &[&name, "0"]);
        prop_assert_eq!(seen(&context), [name.as_str()]);
        prop_assert_eq!(context.matching(&name), [name.as_str()]);
    }
}
