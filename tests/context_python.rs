//! Requirements files and Python projects.

use proptest::prelude::*;
use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::context::python::{self, Project, Requirements};

fn context(files: &[(&str, &str)]) -> Context {
    Context::new(Box::new(MapFiles::new(files.iter().copied())), None)
}

fn read(text: &str) -> Requirements {
    python::requirements(&context(&[("requirements.txt", text)]), "requirements.txt").unwrap_or_default()
}

fn names(found: &Requirements) -> Vec<&str> {
    found.names.iter().map(String::as_str).collect()
}

/// What it shows, the file, the names in it. All are read completely.
const NAMES: &[(&str, &str, &[&str])] = &[
    (
        "names and versions",
        "Flask\nrequests==2.31.0\ndjango >= 4, < 5\nattrs~=23.1\n",
        &["attrs", "django", "flask", "requests"],
    ),
    (
        "names are normalised",
        "Zope.Interface\nruamel_yaml\na-.-b\n",
        &["a-b", "ruamel-yaml", "zope-interface"],
    ),
    ("extras", "uvicorn[standard]==0.1\ncelery [redis]\n", &["celery", "uvicorn"]),
    ("parentheses of old", "six (>=1.10)\n", &["six"]),
    ("comments", "# flask\na # b\nc#d\n  # e\n", &["a"]),
    ("continued lines", "a==1 \\\n    --hash=sha256:1 \\\n    --hash sha256:2\nb\n", &["a", "b"]),
    ("a comment is not continued", "# a \\\nb\n", &["b"]),
    ("line ends of Windows and a byte order mark", "\u{feff}a==1\r\nb \\\r\n >2\r\n", &["a", "b"]),
    (
        "markers for other systems",
        "a; sys_platform == 'win32'\nb ; os_name == \"nt\" or platform_system=='Windows'\nc\n",
        &["c"],
    ),
    (
        "markers that Linux may fulfil",
        "a; sys_platform != 'win32'\nb; sys_platform == 'win32' or python_version < '3'\n",
        &["a", "b"],
    ),
    (
        "addresses with a name",
        "a @ https://h/x.zip\nb@ git+https://h/r.git@v1 ; python_version > '3'\n",
        &["a", "b"],
    ),
    (
        "addresses that end in a name",
        "https://h/d/Some_Pkg-1.0-py3-none-any.whl#sha256=1\nhttps://h/other-2.0.tar.gz?x=1\n",
        &["other", "some-pkg"],
    ),
    (
        "a version control system with an egg",
        "git+ssh://git@h/r.git@main#egg=My_Pkg&subdirectory=x\n",
        &["my-pkg"],
    ),
    ("an editable one", "-e git+https://h/r#egg=ed\n", &["ed"]),
    (
        "options that need no more",
        "-i https://h/s\n--extra-index-url=https://h/s\n--pre\n--trusted-host h\na\n",
        &["a"],
    ),
];

#[test]
fn names_of_packages() {
    for (shows, text, expected) in NAMES {
        let found = read(text);
        assert_eq!(names(&found), *expected, "{shows}");
        assert!(found.complete, "{shows}");
    }
}

#[test]
fn places_instead_of_names() {
    let found = read(
        ".\n./lib[extra]\n-e ./app\n--editable=plug\nfile:sub/x\nfile:///srv/y#egg=y\nvendor/pkg-1.0.whl ; os_name == 'posix'\n\
         name @ file:./z\npkg.tar.gz\ngit+https://h/r.git\n",
    );
    let expected =
        [".", "./lib", "./app", "plug", "sub/x", "/srv/y", "vendor/pkg-1.0.whl", "./z", "pkg.tar.gz"];
    // `-e plug` is a directory, though `plug` alone would be a name.
    assert_eq!(found.local, expected);
    assert_eq!(names(&found), ["name"]);
    assert!(found.version_control && found.complete);
    assert!(!read("git-python\n").version_control);
}

#[test]
fn packages_that_are_compiled() {
    assert_eq!(
        Vec::from_iter(read("--no-binary Some_Pkg,b\n--no-binary=:all:\n").compiled),
        [":all:", "b", "some-pkg"]
    );
    assert!(read("--no-binary a\n--no-binary :none:\n").compiled.is_empty());
}

#[test]
fn includes_are_relative_to_the_file_that_includes() {
    let context = context(&[
        ("req/dev.txt", "-r base.txt\n-r ../top.txt\n-c limits.txt\nd\n"),
        ("req/base.txt", "--requirement=dev.txt\nb\n"),
        ("req/limits.txt", "never-installed\n-r more.txt\n-e ./neither\n"),
        ("req/more.txt", "nor-this\n"),
        ("top.txt", "-rreq/base.txt\n--constraint 'req/li mits.txt'\nt\n-f wheels\n"),
        ("req/li mits.txt", "x\n"),
        ("wheels/a.whl", ""),
    ]);
    let found = python::requirements(&context, "./req/dev.txt").expect("it is there");
    assert_eq!(names(&found), ["b", "d", "t"]);
    let files: Vec<&str> = found.files.iter().map(String::as_str).collect();
    let expected = [
        "req/base.txt",
        "req/dev.txt",
        "req/li mits.txt",
        "req/limits.txt",
        "req/more.txt",
        "top.txt",
        "wheels/a.whl",
    ];
    assert_eq!(files, expected);
    assert!(found.complete && found.local.is_empty());
}

#[test]
fn a_file_is_incomplete_where_something_is_not_seen() {
    for text in [
        "-r missing.txt",
        "-r /etc/requirements.txt",
        "-r ../outside.txt",
        "-r https://h/requirements.txt",
        "-r ${WHERE}.txt",
        "-c missing.txt",
        "-f /wheels",
        "--unheard-of",
        "https://h/archive",
        "${PACKAGE}",
    ] {
        let found = read(&format!("a\n{text}\n"));
        assert!(!found.complete && names(&found) == ["a"], "{text}: {found:?}");
    }
    assert_eq!(python::requirements(&context(&[]), "requirements.txt"), None);
}

#[test]
fn files_from_windows() {
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        let text = "flask==1\r\n".encode_utf16().flat_map(bytes);
        Context::new(Box::new(MapFiles::new([("r.txt", Vec::from_iter(mark.into_iter().chain(text)))])), None)
    };
    for context in [utf16([0xff, 0xfe], u16::to_le_bytes), utf16([0xfe, 0xff], u16::to_be_bytes)] {
        let found = python::requirements(&context, "r.txt").expect("it is there");
        assert_eq!((names(&found), found.complete), (vec!["flask"], true));
    }
    let unmarked = python::requirements(&utf16(*b"a\0", u16::to_le_bytes), "r.txt").expect("it is there");
    assert!(!unmarked.complete);
}

#[test]
fn one_requirement_of_a_command_line() {
    for (text, expected) in [
        ("Flask[async]>=2", Some("flask")),
        ("psycopg2_binary==2.9", Some("psycopg2-binary")),
        ("a; python_version < '3'", Some("a")),
        ("name @ git+https://h/r", Some("name")),
        (".", None),
        ("./lib", None),
        ("lib/sub", None),
        ("pkg-1.0-py3-none-any.whl", None),
        ("pkg.tar.gz", None),
        ("git+https://h/r#egg=x", None),
        ("https://h/x.whl", None),
        ("-r", None),
        ("$PACKAGE", None),
        ("", None),
    ] {
        assert_eq!(python::requirement_name(text).as_deref(), expected, "{text}");
    }
}

/// What it shows, files of the project, name, scripts, dependencies.
type Projects = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const PROJECTS: &[Projects] = &[
    (
        "pyproject.toml",
        &[(
            "pyproject.toml",
            "[project]\nname = 'My_App'\ndependencies = ['Flask>=2', 'b; python_version < \"3\"']\n\
            [project.optional-dependencies]\npg = ['psycopg2']\nall = ['my-app[pg]']\n[project.scripts]\nserve = 'a:b'\n[project.gui-scripts]\nwin = 'a:c'\n",
        )],
        "my-app",
        &["serve", "win"],
        &["b", "flask", "psycopg2"],
    ),
    (
        "poetry",
        &[(
            "pyproject.toml",
            "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.8'\nFlask = '*'\ntyped_ast = {version='1', optional=true}\n\
            [tool.poetry.scripts]\nrun-it = 'a:b'\n",
        )],
        "app",
        &["run-it"],
        &["flask", "typed-ast"],
    ),
    (
        "dependencies that setuptools reads from a file",
        &[
            (
                "pyproject.toml",
                "[project]\nname = 'app'\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = ['requirements.txt']}\n",
            ),
            ("requirements.txt", "-r base.txt\na\n"),
            ("base.txt", "b\n"),
        ],
        "app",
        &[],
        &["a", "b"],
    ),
    (
        "setup.cfg",
        &[(
            "setup.cfg",
            "[metadata]\nname = My.App\n; comment\n[options]\ninstall_requires =\n    Flask>=2\n    # comment\n\n    b;python_version<'3'\nscripts =\n    bin/run\n\
            [options.extras_require]\npg = psycopg2\n[options.entry_points]\nconsole_scripts =\n    serve = a:b\nother =\n    no = a:b\n[other]\nname = wrong\n",
        )],
        "my-app",
        &["run", "serve"],
        &["b", "flask", "psycopg2"],
    ),
    (
        "setup.py",
        &[(
            "setup.py",
            "# name='wrong'\nfrom setuptools import setup\nneeds = ['Flask>=2', 'b']\nsetup(\n  name=\"My_App\",\n  install_requires=needs,\n\
            extras_require={'pg': ['psycopg2'], 'all': ['x',]},\n  scripts=['bin/run'],\n  entry_points={'console_scripts': ['serve = a:b', 'x=c:d'], 'plug': ['no=a:b']},\n)\n",
        )],
        "my-app",
        &["run", "serve", "x"],
        &["b", "flask", "psycopg2", "x"],
    ),
    (
        "setup.py with its entry points in one string",
        &[(
            "setup.py",
            "setup(name='app', entry_points='''\n  [console_scripts]\n  serve=a:b\n  [other]\n  no=a:b\n''')",
        )],
        "app",
        &["serve"],
        &[],
    ),
    (
        "setup.py that reads a file",
        &[
            (
                "setup.py",
                "with open('requirements.txt') as f:\n  r = f.read().splitlines()\nsetup(name='app', install_requires=r)",
            ),
            ("requirements.txt", "a\n"),
        ],
        "app",
        &[],
        &["a"],
    ),
    (
        "all three",
        &[
            ("pyproject.toml", "[project]\nname = 'first'\n"),
            ("setup.cfg", "[metadata]\nname=second\n[options]\ninstall_requires = a"),
            ("setup.py", "setup(install_requires=['b'])"),
        ],
        "first",
        &[],
        &["a", "b"],
    ),
];

#[test]
fn projects() {
    for (shows, files, name, scripts, dependencies) in PROJECTS {
        let project = python::project(&context(files), "./").expect(shows);
        let expected = Project {
            name: Some((*name).to_owned()),
            scripts: scripts.iter().map(|text| (*text).to_owned()).collect(),
            dependencies: dependencies.iter().map(|text| (*text).to_owned()).collect(),
        };
        assert_eq!(project, expected, "{shows}");
    }
    assert_eq!(python::project(&context(&[("a/setup.py", "")]), ""), None);
    assert_eq!(python::project(&context(&[("a/setup.py", "")]), "a"), Some(Project::default()));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "([a-z=<>;@#\\[\\](){},.:'\"/\\\\ \n\té$-]|-r |-e |file:|git\\+|name|entry_points|install_requires|project|\\[options\\]\n){0,50}") {
        let files = ["requirements.txt", "setup.py", "setup.cfg", "pyproject.toml"].map(|file| (file, text.as_str()));
        python::project(&context(&files), "");
        read(&text);
        python::requirement_name(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100), path in ".{0,10}") {
        let files = ["requirements.txt", "setup.py", "setup.cfg", "pyproject.toml"].map(|file| (file, bytes.clone()));
        let context = Context::new(Box::new(MapFiles::new(files)), None);
        python::requirements(&context, &path);
        python::project(&context, &path);
        prop_assert!(python::requirements(&context, "requirements.txt").is_some());
        prop_assert!(python::project(&context, "").is_some());
    }

    #[test]
    fn a_name_and_a_version_is_a_name(name in "[a-z][a-z0-9]{0,8}", version in "[0-9]{1,3}") {
        prop_assert_eq!(python::requirement_name(&format!("{name}=={version}")), Some(name.clone()));
        let found = read(&format!("{name}=={version}"));
        prop_assert_eq!(names(&found), [name.as_str()]);
    }
}
