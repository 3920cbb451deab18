//! Hints in sources: programs started, zones, content types, files named.

use proptest::prelude::*;
use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::context::sources::{self, Hints};

fn context(files: &[(&str, &str)]) -> Context {
    Context::new(Box::new(MapFiles::new(files.iter().copied())), None)
}

fn hints(files: &[(&str, &str)]) -> Hints {
    sources::hints(&context(files), "")
}

/// What it shows, file, text, programs.
type Programs = (&'static str, &'static str, &'static str, &'static [&'static str]);

const PROGRAMS: &[Programs] = &[
    ("a list", "a.py", "import subprocess\nsubprocess.run(['git', 'log'], check=True)", &["git"]),
    (
        "a list on lines of its own",
        "a.py",
        "subprocess.Popen(\n    [\n        \"ffmpeg\",  # fast\n        x,\n    ]\n)",
        &["ffmpeg"],
    ),
    ("a tuple, a keyword", "a.py", "subprocess.call(args=('git',))", &["git"]),
    ("a line", "a.py", "subprocess.check_output('git log | grep x', shell=True)", &["git", "grep"]),
    ("a module by another name", "a.py", "import os, subprocess as sp\nsp.run(['git'])", &["git"]),
    (
        "functions by their names",
        "a.py",
        "from subprocess import (\n  run,\n  Popen as P,\n)\nrun(['git'])\nP('hg')",
        &["git", "hg"],
    ),
    ("a function of another module", "a.py", "import subprocess\napp.run('0.0.0.0')\nrun(['git'])", &[]),
    (
        "a variable",
        "a.py",
        "cmd = ['convert', a]\nif x:\n  other = ['no']\nsubprocess.run(cmd, cwd='/tmp')",
        &["convert"],
    ),
    ("a variable with a type", "a.py", "cmd: list[str] = ['convert', a]\nsubprocess.run(cmd)", &["convert"]),
    (
        "an attribute",
        "a.py",
        "self.cmd = shlex.split('nice -n 5 x')\nPopen = 1\nsubprocess.run(self.cmd)",
        &["nice"],
    ),
    ("a default", "a.py", "def f(tool='git'):\n  subprocess.run([tool])\n  subprocess.run(tool)", &["git"]),
    (
        "the shell",
        "a.py",
        "import os\nos.system(f'cd {x} && FOO=1 convert a b | grep c > d 2>&1; `date`')",
        &["convert", "date", "grep"],
    ),
    (
        "a line of many",
        "a.py",
        "os.popen('''\nif test -f a; then\n  rsync a b\nfi\nexec gosu x y\n''')",
        &["gosu", "rsync"],
    ),
    (
        "a shell in a list",
        "a.py",
        "subprocess.run(['bash', '-ec', 'pg_dump x | gzip'])",
        &["bash", "gzip", "pg_dump"],
    ),
    ("an interpreter is no shell", "a.py", "subprocess.run(['python', '-c', 'import x'])", &["python"]),
    (
        "asyncio",
        "a.py",
        "await asyncio.create_subprocess_exec('git', 'x')\nasyncio.create_subprocess_shell('hg x')",
        &["git", "hg"],
    ),
    (
        "a search on the path",
        "a.py",
        "shutil.which('pdftotext')\nos.execvp('nginx', [])\nos.spawnlp(os.P_WAIT, 'cp', 'cp')",
        &["cp", "nginx", "pdftotext"],
    ),
    ("another thing of its name", "a.py", "sh = open_sheet()\nsh.git(1)", &[]),
    (
        "the module of programs",
        "a.py",
        "import sh\nfrom sh import tar\nsh.git('log')\ntar('x')",
        &["git", "tar"],
    ),
    (
        "what is not known",
        "a.py",
        "subprocess.run([sys.executable, 'git'])\nsubprocess.run(f'{x} git')\nos.system(cmd)",
        &[],
    ),
    (
        "comments and strings",
        "a.py",
        "# os.system('git')\nx = \"os.system('git')\"\n'''os.system('git')'''",
        &[],
    ),
    (
        "directories of programs",
        "a.py",
        "subprocess.run(['/usr/local/bin/git'])\nsubprocess.run(['/usr/bin/hg'])\nsubprocess.run(['./run.sh'])\nsubprocess.run(['/app/x'])",
        &["./run.sh", "/app/x", "/usr/bin/hg", "git"],
    ),
    (
        "Go",
        "a.go",
        "exec.Command(\"git\", \"log\")\nexec.CommandContext(ctx(a, b), \"hg\")\nexec.LookPath(`svn`)",
        &["git", "hg", "svn"],
    ),
    ("Go with a shell", "a.go", "exec.Command(\"/bin/sh\", \"-c\", \"wget x\")", &["sh", "wget"]),
    (
        "Go with names",
        "a.go",
        "const tool = \"git\"\nvar other string = \"hg\"\nthird := \"svn\"\nfourth := \"no\"\nexec.Command(tool, other)\nexec.Command(other)\nexec.Command(cfg.third)",
        &["git", "hg", "svn"],
    ),
    ("Go and other commands", "a.go", "cmd.Command(\"git\")\nexec.Commander(\"git\")", &[]),
    (
        "Rust",
        "a.rs",
        "use std::process::{self, Command};\nCommand::new(\"git\").arg(\"x\");\nprocess::Command::new(r#\"hg\"#);",
        &["git", "hg"],
    ),
    (
        "Rust with a shell",
        "a.rs",
        "use std::process::Command;\nCommand::new(\"sh\")\n  .arg(\"-c\")\n  .arg(\"curl x | tar x\")\n  .status()",
        &["curl", "sh", "tar"],
    ),
    (
        "Rust with a list",
        "a.rs",
        "use tokio::process::Command;\nCommand::new(\"bash\").args([\"-c\", \"curl x\"])",
        &["bash", "curl"],
    ),
    (
        "Rust with names",
        "a.rs",
        "use std::{fs, process::Command};\nconst GIT: &'static str = \"git\"; static HG: &str = \"hg\";\nCommand::new(GIT); Command::new(&Self::HG);",
        &["git", "hg"],
    ),
    (
        "Rust's other commands",
        "a.rs",
        "use clap::{Arg, Command};\nCommand::new(\"my-app\");\nstd::process::Command::new(\"git\");",
        &["git"],
    ),
    (
        "Rust's commands from a prelude",
        "a.rs",
        "use super::prelude::*;\nCommand::new(\"build\"); std::process::exit(1);",
        &[],
    ),
    (
        "Rust's tests",
        "a.rs",
        "use std::process::Command;\nCommand::new(\"git\");\n#[cfg(test)]\nmod tests { fn a() { Command::new(\"hg\"); } }\nfn b() { Command::new(\"svn\"); }",
        &["git", "svn"],
    ),
    (
        "Rust's characters and lifetimes",
        "a.rs",
        "use std::process::Command;\nfn a<'a>(x: &'a str) { let q = '\"'; let e = '\\''; Command::new(\"git\"); }",
        &["git"],
    ),
    ("a test file", "a_test.go", "exec.Command(\"git\")", &[]),
    ("a test file of Python", "test_a.py", "os.system('git')", &[]),
    ("vendored sources", "vendor/x/a.go", "exec.Command(\"git\")", &[]),
    ("tests in a directory", "tests/a.rs", "Command::new(\"git\");", &[]),
    ("another language", "a.js", "exec.Command(\"git\")", &[]),
];

#[test]
fn programs() {
    for (shows, file, text, expected) in PROGRAMS {
        let found = hints(&[(file, text)]).programs;
        assert!(found.iter().all(|(_, source)| source == file), "{shows}");
        assert_eq!(
            found.iter().map(|(program, _)| program.as_str()).collect::<Vec<_>>(),
            *expected,
            "{shows}"
        );
    }
}

#[test]
fn zones_and_content_types() {
    for (file, text, zones, content_types) in [
        ("a.go", "time.LoadLocation(name)", true, false),
        ("a.go", "import _ \"time/tzdata\"\ntime.LoadLocation(name)", false, false),
        ("a.go", "// time.LoadLocation\nx := \"LoadLocation\"", false, false),
        ("a.go", "http.Handle(\"/\", http.FileServer(http.Dir(\".\")))", false, true),
        ("a.py", "from zoneinfo import ZoneInfo", true, false),
        ("a.py", "import mimetypes", false, true),
        ("a.rs", "use chrono_tz::Tz;", true, false),
        ("a.rs", "use std::time::Instant;", false, false),
    ] {
        let hints = hints(&[(file, text)]);
        assert_eq!((hints.zones, hints.content_types), (zones, content_types), "{text}");
    }
}

/// What it shows, file, text, the paths among [`DATA`] that it names.
type Paths = (&'static str, &'static str, &'static str, &'static [&'static str]);

const DATA: &[&str] = &[
    "templates/a.html",
    "templates/mail/b.html",
    "config.yml",
    "cmd/data/x.json",
    "static/css/s.css",
    "VERSION",
];

const PATHS: &[Paths] = &[
    ("a file", "a.py", "open('config.yml')", &["config.yml"]),
    ("a directory", "a.py", "Environment(FileSystemLoader(\"templates\"))", &["templates"]),
    ("from the root", "cmd/a.go", "template.ParseFiles(\"templates/a.html\")", &["templates/a.html"]),
    ("from the source", "cmd/a.py", "Path(__file__).parent / 'data' / 'x.json'", &["cmd/data"]),
    ("from above", "cmd/a.py", "open('../config.yml')", &["config.yml"]),
    ("an absolute path", "a.rs", "File::open(\"/srv/app/config.yml\")", &["config.yml"]),
    ("a pattern", "a.go", "template.ParseGlob(\"templates/*.html\")", &["templates"]),
    ("a deeper pattern", "a.rs", "Tera::new(\"templates/mail/**/*\")", &["templates/mail"]),
    (
        "holes",
        "a.py",
        "f'{BASE}/templates/a.html'\nf'cmd/data/{name}.json'\n",
        &["cmd/data", "templates/a.html"],
    ),
    (
        "holes of Go",
        "a.go",
        "fmt.Sprintf(\"%s/config.yml\", x)\nfmt.Sprintf(\"static/css/%s.css\", y)",
        &["config.yml", "static/css"],
    ),
    ("a plain name", "a.py", "read('VERSION')", &["VERSION"]),
    ("comments", "a.py", "# open('config.yml')\n", &[]),
    (
        "what is not there",
        "a.py",
        "open('other.yml')\nopen('templates/c.html')\nopen('../../x')\nopen('/')\nopen('.')\nopen('')",
        &[],
    ),
    ("imports", "a.go", "import \"static\"\nimport (\n x \"templates\"\n)\nimport y \"static\"\n", &[]),
    (
        "what is compiled in",
        "a.rs",
        "#![doc = \"VERSION\"]\n#[template(path = \"templates/a.html\")] struct A;\nlet x = include_str!(concat!(\"config\", \"config.yml\"));",
        &[],
    ),
    ("links of HTML", "a.py", "'<a href=\"static\">'", &[]),
];

#[test]
fn paths() {
    for (shows, file, text, expected) in PATHS {
        let mut files: Vec<(&str, &str)> = DATA.iter().map(|path| (*path, "")).collect();
        files.push((file, text));
        let found = hints(&files).paths;
        assert!(found.iter().all(|(_, source)| source == file), "{shows}");
        assert_eq!(found.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), *expected, "{shows}");
    }
}

#[test]
fn a_directory_below_which_is_looked() {
    let context = context(&[
        ("app/a.py", "os.system('git')"),
        ("lib/b.py", "os.system('hg')"),
        ("tests/app/c.py", "os.system('svn')"),
    ]);
    let programs = |directory| {
        sources::hints(&context, directory).programs.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(programs("app"), ["git"]);
    assert_eq!(programs(""), ["git", "hg"]);
    assert_eq!(programs("tests/app"), ["svn"], "asked for by name");
}

#[test]
fn mentions() {
    let context = context(&[
        ("app/main.js", "require('./data.json')"),
        ("app/run.sh", "cat names.txt"),
        ("app/README.md", "see notes.txt"),
        ("app/Cargo.lock", "name = \"locked\""),
        ("app/tests/t.py", "open('fixture.txt')"),
        ("app/self.txt", "self.txt"),
        ("other.yml", "elsewhere.txt"),
    ]);
    for (text, expected) in [
        ("data.json", true),
        ("names.txt", true),
        ("notes.txt", false),
        ("locked", false),
        ("fixture.txt", false),
        ("self.txt", false),
        ("elsewhere.txt", false),
    ] {
        assert_eq!(
            sources::mentions(&context, text, &|file| !matches!(file, "app/self.txt" | "other.yml")),
            expected,
            "{text}"
        );
    }
}

#[test]
fn no_nesting_and_no_length_is_too_much() {
    for part in [
        "(",
        "[",
        "{",
        "/*",
        "#[",
        "'",
        "\"",
        "r#",
        "os.system(",
        "a=",
        "#[cfg(test)]",
        "import (",
        "sh.x(",
        "`",
        "exec.CommandContext(",
    ] {
        let text = part.repeat(200_000 / part.len());
        hints(&[("a.go", &text), ("b.py", &text), ("c.rs", &text)]);
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "([a-z\"'`#/*(){}\\[\\]=:.,;!&|\\\\ \n%é]|r#\"|'''|/\\*|os.system\\(|exec.Command\\(|Command::new\\(|import |#\\[cfg\\(test\\)\\]|x = |config.yml){0,60}") {
        let files = [("a.go", text.as_str()), ("b.py", text.as_str()), ("c.rs", text.as_str()), ("config.yml", "")];
        hints(&files);
        sources::mentions(&context(&files), &text, &|_| true);
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), directory in ".{0,10}") {
        let lossy = String::from_utf8_lossy(&bytes).into_owned().into_bytes();
        let files = [("a.go", &bytes), ("b.py", &bytes), ("c.rs", &lossy), ("d.py", &lossy), ("e.go", &lossy)];
        let context = Context::new(Box::new(MapFiles::new(files.map(|(path, bytes)| (path, bytes.clone())))), None);
        sources::hints(&context, "");
        sources::hints(&context, &directory);
    }

    #[test]
    fn a_program_is_found_whatever_stands_around_it(before in "[a-z =+.,\n]{0,30}", name in "[a-z]{1,8}", after in ".{0,30}") {
        let text = format!("{before}\nos.execvp('{name}')\n{after}");
        prop_assert!(hints(&[("a.py", &text)]).programs.contains(&(name, "a.py".to_owned())));
    }
}
