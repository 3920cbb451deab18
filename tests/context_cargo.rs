//! Cargo.toml, Cargo.lock and .cargo/config.toml.

use proptest::prelude::*;
use restage::context::Context;
use restage::context::cargo::{self, Package, Workspace};
use restage::context::map_files::MapFiles;

fn context(files: &[(&str, &str)]) -> Context {
    Context::new(Box::new(MapFiles::new(files.iter().copied())), None)
}

fn read(files: &[(&str, &str)], directory: &str) -> Workspace {
    cargo::workspace(&context(files), directory).unwrap_or_default()
}

fn package(manifest: &str, files: &[&str]) -> Package {
    let mut all: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    all.push(("Cargo.toml", manifest));
    read(&all, "").packages.pop().unwrap_or_default()
}

/// What it shows, what follows `[package] name = "app"`, the files, the binaries.
type Binaries = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const BINARIES: &[Binaries] = &[
    ("main.rs has the package's name", "edition = '2021'", &["src/main.rs"], &["app"]),
    ("a library has none", "edition = '2021'", &["src/lib.rs"], &[]),
    (
        "src/bin holds files and directories",
        "edition = '2021'",
        &[
            "src/main.rs",
            "src/bin/a.rs",
            "src/bin/b/main.rs",
            "src/bin/b/c.rs",
            "src/bin/d/e/main.rs",
            "src/bin/.f.rs",
        ],
        &["app", "a", "b"],
    ),
    ("autobins", "edition = '2021'\nautobins = false", &["src/main.rs"], &[]),
    (
        "a written binary takes its file",
        "edition = '2021'\n[[bin]]\nname = 'server'\npath = './src/main.rs'",
        &["src/main.rs", "src/bin/a.rs"],
        &["server", "a"],
    ),
    (
        "the first edition looks for no more than is written",
        "[[bin]]\nname = 'server'\npath = 'src/main.rs'",
        &["src/main.rs", "src/bin/a.rs"],
        &["server"],
    ),
    ("the first edition looks where nothing is written", "", &["src/main.rs", "src/bin/a.rs"], &["app", "a"]),
    (
        "features that are not default leave a binary out",
        "edition = '2021'\n[[bin]]\nname = 'app'\nrequired-features = ['cli']\n[features]\ncli = []",
        &["src/main.rs", "src/bin/a.rs"],
        &["a"],
    ),
    (
        "default features are followed",
        "edition = '2021'\n[[bin]]\nname = 'app'\nrequired-features = ['cli', 'clap', 'clap/derive']\n[features]\n\
         default = ['all', 'default']\nall = ['cli']\ncli = ['clap/derive']",
        &["src/main.rs"],
        &["app"],
    ),
];

#[test]
fn binaries() {
    for (shows, manifest, files, expected) in BINARIES {
        let package = package(&format!("[package]\nname = 'app'\n{manifest}\n"), files);
        assert_eq!(package.binaries, *expected, "{shows}");
    }
}

#[test]
fn build_scripts() {
    for (manifest, files, expected) in [
        ("", &[][..], false),
        ("", &["build.rs"], true),
        ("build = false", &["build.rs"], false),
        ("build = 'make.rs'", &["make.rs"], true),
    ] {
        let package = package(&format!("[package]\nname = 'app'\n{manifest}\n"), files);
        assert_eq!(package.build_script, expected, "{manifest}");
    }
}

#[test]
fn dependencies_of_every_kind_but_development() {
    let package = package(
        "[package]\nname = 'app'\ndefault-run = 'x'\n[dependencies]\na = '1'\nrenamed = { package = 'real', version = '1' }\n\
         [dev-dependencies]\nno = '1'\n[build-dependencies]\nb = '1'\n[target.'cfg(unix)'.dependencies]\nc = '1'\n\
         [target.'cfg(unix)'.dev-dependencies]\nno = '1'\n",
        &["src/main.rs"],
    );
    assert_eq!(package.dependencies.iter().map(String::as_str).collect::<Vec<_>>(), ["a", "b", "c", "real"]);
    assert_eq!(package.default_run.as_deref(), Some("x"));
}

const ROOT: &str = "[workspace]\nmembers = ['crates/*', 'tool', 'missing']\nexclude = ['crates/old', 'examples']\n\
    default-members = ['tool']\n[workspace.package]\nedition = '2021'\n\
    [workspace.dependencies]\nshared = { path = 'shared', package = 'shared-core' }\nssl = { package = 'openssl', version = '0.10' }\n";

const WORKSPACE: &[(&str, &str)] = &[
    ("ws/Cargo.toml", ROOT),
    (
        "ws/crates/a/Cargo.toml",
        "[package]\nname = 'a'\nedition.workspace = true\n[[bin]]\nname = 'x'\npath = 'x.rs'\n[dependencies]\nshared.workspace = true\n",
    ),
    ("ws/crates/a/src/main.rs", ""),
    ("ws/crates/b/Cargo.toml", "[package]\nname = 'b'\n[dev-dependencies]\nd = { path = '../../deep/d' }\n"),
    ("ws/crates/notes/README.md", ""),
    ("ws/crates/old/Cargo.toml", "[package]\nname = 'old'\n"),
    ("ws/crates/a/inner/Cargo.toml", "[package]\nname = 'too-deep-for-a-star'\n"),
    (
        "ws/tool/Cargo.toml",
        "[package]\nname = 'tool'\n[dependencies]\nssl = { workspace = true }\nout = { path = '../../out' }\n",
    ),
    ("ws/tool/src/main.rs", ""),
    ("ws/shared/Cargo.toml", "[package]\nname = 'shared-core'\n"),
    ("ws/deep/d/Cargo.toml", "[package]\nname = 'd'\n"),
    ("ws/examples/e/Cargo.toml", "[package]\nname = 'e'\n"),
    ("ws/examples/e/src/main.rs", ""),
    ("out/Cargo.toml", "[package]\nname = 'out'\n"),
];

#[test]
fn a_workspace() {
    let workspace = read(WORKSPACE, "ws");
    let directories: Vec<&str> =
        workspace.packages.iter().map(|package| package.directory.as_str()).collect();
    assert_eq!(directories, ["ws/crates/a", "ws/crates/b", "ws/deep/d", "ws/shared", "ws/tool"]);
    assert_eq!((workspace.root.as_str(), &workspace.current), ("ws", &None));
    assert_eq!(workspace.default_members, Some(vec!["ws/tool".to_owned()]));
    let [a, .., tool] = &workspace.packages[..] else { panic!("five packages") };
    assert_eq!(a.binaries, ["x", "a"], "the edition is inherited");
    assert!(a.dependencies.contains("shared-core"), "{:?}", a.dependencies);
    assert!(tool.dependencies.contains("openssl"), "{:?}", tool.dependencies);
}

#[test]
fn a_workspace_seen_from_a_member() {
    for directory in ["ws/tool", "./ws/tool/", "ws/tool/src"] {
        let workspace = read(WORKSPACE, directory);
        assert_eq!(
            (workspace.root.as_str(), workspace.current.as_deref()),
            ("ws", Some("ws/tool")),
            "{directory}"
        );
        assert_eq!(workspace.packages.len(), 5);
    }
    let excluded = read(WORKSPACE, "ws/examples/e");
    assert_eq!((excluded.root.as_str(), excluded.packages.len()), ("ws/examples/e", 1));
    let alone = read(WORKSPACE, "out");
    assert_eq!((alone.root.as_str(), alone.current.as_deref()), ("out", Some("out")));
}

#[test]
fn a_root_that_is_a_package_and_says_where_its_members_are() {
    let workspace = read(
        &[
            (
                "Cargo.toml",
                "[workspace]\n[package]\nname = 'app'\nedition = '2021'\n[dependencies]\nlib = { path = 'lib' }\n",
            ),
            ("src/main.rs", ""),
            ("lib/Cargo.toml", "[package]\nname = 'lib'\n"),
            ("far/Cargo.toml", "[package]\nname = 'far'\nworkspace = '..'\n"),
        ],
        "far",
    );
    assert_eq!((workspace.root.as_str(), workspace.current.as_deref()), ("", Some("far")));
    let names: Vec<&str> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["app", "lib"], "cargo would say that far is no member");
}

#[test]
fn configuration_of_the_nearest_directory_counts() {
    let manifest = ("app/Cargo.toml", "[package]\nname = 'app'\n");
    let workspace = read(
        &[
            manifest,
            (".cargo/config", "[build]\ntarget = 'far'\ntarget-dir = 'out'\n"),
            ("app/.cargo/config.toml", "[build]\ntarget = ['x86_64-unknown-linux-musl']\n"),
        ],
        "app",
    );
    assert_eq!(workspace.target.as_deref(), Some("x86_64-unknown-linux-musl"));
    assert_eq!(workspace.target_directory.as_deref(), Some("out"));
    let absolute = read(&[manifest, ("app/.cargo/config.toml", "build.target-dir = '/build'\n")], "app");
    assert_eq!((absolute.target, absolute.target_directory.as_deref()), (None, Some("/build")));
}

#[test]
fn locks_of_every_version() {
    let first = "[root]\nname = 'app'\nversion = '0.1.0'\ndependencies = [\n 'a 1.0.0 (registry+https://example.com)',\n]\n\
        [[package]]\nname = 'a'\nversion = '1.0.0'\n[metadata]\n'checksum a 1.0.0' = 'x'\n";
    let fourth = "version = 4\n[[package]]\nname = 'a'\nversion = '1.0.0'\ndependencies = ['b 1.0.0', 'c']\n\
        [[package]]\nname = 'a'\nversion = '2.0.0'\ndependencies = ['d']\n";
    let lock = |text| {
        let files = [("Cargo.toml", "[package]\nname = 'app'\n"), ("Cargo.lock", text)];
        read(&files, "")
            .lock
            .expect("a lock")
            .into_iter()
            .map(|(name, needs)| (name, Vec::from_iter(needs)))
            .collect::<Vec<_>>()
    };
    assert_eq!(lock(first), [("a".to_owned(), vec![]), ("app".to_owned(), vec!["a".to_owned()])]);
    assert_eq!(lock(fourth), [("a".to_owned(), ["b", "c", "d"].map(str::to_owned).to_vec())]);
    assert_eq!(read(&[("Cargo.toml", "[package]\nname = 'app'\n")], "").lock, None);
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    let error = |files: &[(&str, &str)], directory| cargo::workspace(&context(files), directory).unwrap_err();
    let package = ("Cargo.toml", "[package]\nname = 'a'\n");
    assert_eq!(error(&[("a", "")], "x"), "there is no Cargo.toml in x or above it");
    assert_eq!(error(&[], ""), "there is no Cargo.toml in the root of the build context or above it");
    assert_eq!(error(&[], "../x"), "../x is not in the build context");
    assert_eq!(error(&[("Cargo.toml", "[lib]\n")], ""), "Cargo.toml has neither a package nor a workspace");
    for (path, files) in [
        ("Cargo.toml", &[("Cargo.toml", "[package]\nname = 'a\n")][..]),
        ("Cargo.lock", &[package, ("Cargo.lock", "\n<<<<<<< HEAD\n")]),
        (".cargo/config.toml", &[package, (".cargo/config.toml", "\n[build\n")]),
    ] {
        let error = error(files, "");
        assert!(error.starts_with(&format!("{path}:2 can't be read: ")) && !error.contains('\n'), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "([a-z='\"{}\\[\\]., \n#é/*]|\\[package\\]\n|name = 'a'\n|\\[workspace\\]\n|members = \\['|\\*\\*|\\.\\./){0,50}") {
        let files = [("Cargo.toml", text.as_str()), ("a/Cargo.toml", "[package]\nname = 'b'\n"), ("Cargo.lock", text.as_str())];
        let _ = cargo::workspace(&context(&files), "");
        let _ = cargo::workspace(&context(&files), "a");
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100), directory in ".{0,10}") {
        let context = Context::new(Box::new(MapFiles::new([("Cargo.toml", bytes)])), None);
        let _ = cargo::workspace(&context, &directory);
    }
}

#[test]
fn brackets_without_end_do_not_overflow_the_stack() {
    for open in ["[", "{a="] {
        let text = format!("[package]\nname = 'a'\nx = {}", open.repeat(100_000));
        assert!(cargo::workspace(&context(&[("Cargo.toml", &text)]), "").is_err());
    }
    let dotted = format!("[package]\nname = 'a'\n[{}]\n", vec!["a"; 100_000].join("."));
    let _ = cargo::workspace(&context(&[("Cargo.toml", &dotted)]), "");
}
