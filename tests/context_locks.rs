//! Lock files of Python's installers: who is in them, where from, and who asks.

#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use restage::context::Context;
use restage::context::lock::{self, Lock, Origin};
use restage::context::map_files::MapFiles;

fn read(file: &str, text: &str) -> Lock {
    let context = Context::new(Box::new(MapFiles::default().file(file, text)), None);
    lock::read(&context, file).expect("a lock file")
}

fn names(lock: &Lock) -> Vec<&str> {
    lock.of_program().map(|package| package.name.as_str()).collect()
}

#[test]
fn pipenv_keeps_development_apart() {
    let text = r#"{
        "_meta": {"sources": []},
        "default": {
            "Psycopg2": {"version": "==2.8", "index": "pypi"},
            "pywin32": {"version": "==1", "markers": "sys_platform == 'win32'"},
            "own": {"path": "./own", "editable": true},
            "far": {"git": "https://example.com/far.git", "ref": "1"}
        },
        "develop": {"pytest": {"version": "==8"}}
    }"#;
    let lock = read("Pipfile.lock", text);
    assert_eq!(names(&lock), ["psycopg2", "far", "own"]);
    assert_eq!(lock.packages[0].version.as_deref(), Some("2.8"));
    assert_eq!(lock.packages[1].origin, Origin::VersionControl);
    assert_eq!(lock.packages[2].origin, Origin::Path { path: "./own".to_owned(), editable: true });
}

#[test]
fn poetry_tells_groups_in_three_ways() {
    let new = "[[package]]\nname = \"Flask\"\nversion = \"3.0\"\noptional = false\ngroups = [\"main\"]\nfiles = [{file = \"flask-3.0-py3-none-any.whl\"}]\n\n[package.dependencies]\nJinja2 = \">=3\"\n\n[[package]]\nname = \"pytest\"\nversion = \"8\"\ngroups = [\"dev\"]\nfiles = []\n";
    let lock = read("poetry.lock", new);
    assert_eq!(names(&lock), ["flask"]);
    assert_eq!(lock.packages[0].dependencies, ["jinja2"]);
    assert_eq!((lock.packages[0].has_wheel, lock.packages[1].has_wheel), (Some(true), None));
    let old = "[[package]]\nname = \"mysqlclient\"\nversion = \"2.1\"\ncategory = \"main\"\n\n[[package]]\nname = \"black\"\nversion = \"22\"\ncategory = \"dev\"\n\n[metadata.files]\nmysqlclient = [{file = \"mysqlclient-2.1-cp310-win_amd64.whl\"}, {file = \"mysqlclient-2.1.tar.gz\"}]\n";
    let lock = read("poetry.lock", old);
    assert_eq!(names(&lock), ["mysqlclient"]);
    assert_eq!(lock.packages[0].has_wheel, Some(false));
    // between, the lock tells nothing: all may come
    let silent = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.source]\ntype = \"directory\"\nurl = \"libs/a\"\n";
    let lock = read("poetry.lock", silent);
    assert_eq!(names(&lock), ["a"]);
    assert_eq!(lock.packages[0].origin, Origin::Path { path: "libs/a".to_owned(), editable: false });
}

#[test]
fn uv_is_walked_from_its_projects() {
    let text = r#"
version = 1
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "psycopg2" }, { name = "lib" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[package.optional-dependencies]
extra = [{ name = "lxml" }]
[[package]]
name = "psycopg2"
version = "2.9.9"
source = { registry = "https://example.com/simple" }
sdist = { url = "https://example.com/psycopg2-2.9.9.tar.gz" }
wheels = [{ url = "https://example.com/psycopg2-2.9.9-cp311-cp311-win_amd64.whl" }]
[[package]]
name = "lib"
version = "1"
source = { editable = "libs/lib" }
dependencies = [{ name = "deep" }]
[[package]]
name = "deep"
version = "1"
source = { git = "https://example.com/deep?rev=1#abc" }
[[package]]
name = "pytest"
version = "8"
source = { registry = "https://example.com/simple" }
[[package]]
name = "lxml"
version = "5"
source = { registry = "https://example.com/simple" }
"#;
    let lock = read("uv.lock", text);
    let of = |name: &str| lock.packages.iter().find(|package| package.name == name).expect("a package");
    assert_eq!(of("psycopg2").has_wheel, Some(false));
    assert_eq!(of("deep").groups, ["main"]);
    assert_eq!(of("deep").origin, Origin::VersionControl);
    assert_eq!(of("pytest").groups, ["dev"]);
    assert!(of("lxml").optional);
    assert!(!names(&lock).contains(&"pytest") && !names(&lock).contains(&"app"));
}

#[test]
fn pdm_and_the_standard_lock_look_alike() {
    let pdm = "[[package]]\nname = \"pillow\"\nversion = \"10\"\ngroups = [\"default\"]\ndependencies = [\"olefile>=0.4; python_version > '3'\"]\nfiles = [{file = \"pillow-10-cp311-cp311-manylinux_2_28_x86_64.whl\"}]\n\n[[package]]\nname = \"ruff\"\nversion = \"1\"\ngroups = [\"dev\"]\n";
    let lock = read("pdm.lock", pdm);
    assert_eq!(names(&lock), ["pillow"]);
    assert_eq!((lock.packages[0].has_wheel, lock.packages[0].dependencies.len()), (Some(true), 1));
    let standard = "lock-version = \"1.0\"\n[[packages]]\nname = \"attrs\"\nversion = \"25\"\nwheels = [{name = \"attrs-25-py3-none-any.whl\"}]\n[[packages]]\nname = \"own\"\ndirectory = {path = \"own\", editable = true}\n";
    let lock = read("pylock.toml", standard);
    assert_eq!(names(&lock), ["attrs", "own"]);
    assert_eq!(lock.packages[1].origin, Origin::Path { path: "own".to_owned(), editable: true });
}

#[test]
fn what_is_no_lock_file_is_none() {
    let context = Context::new(Box::new(MapFiles::default().file("Pipfile.lock", "{")), None);
    assert_eq!(lock::read(&context, "Pipfile.lock"), None);
    assert_eq!(lock::read(&context, "uv.lock"), None);
}
