//! Inputs made to cost time or memory, each beside an innocent neighbour: they end soon, in little memory, with the right
//! outcome, and the neighbour is converted as ever.
//!
//! The table is the documentation of what is bounded. Limits are those of the process: `ulimit -t` for its time (more in
//! an unoptimised build), `ulimit -v` for its memory, of which the program itself is a part.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests make files and start programs")]
#![expect(clippy::unwrap_used, reason = "a test that can not go on has failed")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;

/// Seconds of processor time.
const SECONDS: u32 = if cfg!(debug_assertions) { 20 } else { 1 };

/// Kibibytes of address space: 200 MiB, and what an unoptimised program takes before it begins.
const MEMORY: u32 = (200 + if cfg!(debug_assertions) { 140 } else { 60 }) << 10;

const GO: &str =
    "FROM golang:1.24-bookworm\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\nCMD [\"/app\"]\n";
const PYTHON: &str =
    "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install flask\nCMD [\"python\", \"app.py\"]\n";

/// What becomes of the file: the id of one of its notes, or what the message of a failure says.
enum End {
    Note(&'static str),
    Converted,
    /// Whatever it is, as long as it ends and is told.
    Any,
    Fails(&'static str),
    /// The folder itself is told, not a file in it.
    Folder(&'static str),
}
use End::{Any, Converted, Fails, Folder, Note};

/// What it shows, what becomes of it, and how it is made.
type Input = (&'static str, End, fn(&Path));

fn dockerfile(folder: &Path, text: &str) {
    fs::write(folder.join("Dockerfile"), text).unwrap();
}

/// A file of GO with these lines before its last.
fn go(folder: &Path, lines: &str) {
    fs::write(folder.join("go.mod"), "module a\n\ngo 1.24\n").unwrap();
    fs::write(folder.join("main.go"), "package main\n\nfunc main() {}\n").unwrap();
    dockerfile(folder, &GO.replace("CMD", &format!("{lines}CMD")));
}

fn python(folder: &Path, lines: &str) {
    fs::write(folder.join("app.py"), "import flask\n").unwrap();
    dockerfile(folder, &PYTHON.replace("CMD", &format!("{lines}CMD")));
}

/// A file as long as this, without its bytes.
fn sparse(path: &Path, size: u64) {
    File::create(path).unwrap().set_len(size).unwrap();
}

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn files(folder: &Path, count: usize, name: impl Fn(usize) -> String) {
    for index in 0..count {
        let path = folder.join(name(index));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
}

const INPUTS: &[Input] = &[
    // Values that grow
    ("an ENV doubled", Any, |at| go(at, &format!("ENV A=xx\n{}", "ENV A=$A$A\n".repeat(40)))),
    ("an ARG doubled", Any, |at| go(at, &format!("ARG A=xx\n{}", "ARG A=$A$A\n".repeat(40)))),
    ("a LABEL of what was doubled", Any, |at| {
        go(at, &format!("ENV A=xx\n{}LABEL a=$A$A b=$A\n", "ENV A=$A$A\n".repeat(40)));
    }),
    ("a global ARG doubled before FROM", Note("unknown-value"), |at| {
        let args = "ARG A=$A$A\n".repeat(40);
        dockerfile(at, &format!("ARG A=xx\n{args}{}", GO.replace("bookworm", "$A")));
    }),
    ("a value replaced by longer ones", Any, |at| {
        let replacing = format!("ENV A=${{A//a/{}}}\n", "a".repeat(900));
        go(at, &format!("ENV A=aaaaaaaa\n{}", replacing.repeat(40)));
    }),
    ("a pattern of stars against a long value", Any, |at| {
        let pattern = format!("ENV B=${{A##{}b}}\n", "*a".repeat(400));
        go(at, &format!("ENV A={}\n{}", "a".repeat(8000), pattern.repeat(20)));
    }),
    ("a value used ten thousand times in a line", Any, |at| {
        go(at, &format!("ENV A={}\nENV B={}\n", "x".repeat(4000), "$A".repeat(10_000)));
    }),
    ("a shell variable doubled", Any, |at| go(at, &format!("RUN A=xx; {}true\n", "A=$A$A; ".repeat(60)))),
    ("a shell variable in ten thousand words", Any, |at| {
        go(at, &format!("RUN A={}; echo {}\n", "x".repeat(4000), "$A ".repeat(10_000)));
    }),
    // Very many of a thing
    ("ten thousand ENVs in a chain", Note("too-large"), |at| {
        let mut lines = "ENV A0=x\n".to_owned();
        (1..10_000).for_each(|index| writeln!(lines, "ENV A{index}=$A{}x", index - 1).unwrap());
        go(at, &lines);
    }),
    ("four hundred ENVs in a chain", Any, |at| {
        let mut lines = "ENV A0=x\n".to_owned();
        (1..400).for_each(|index| writeln!(lines, "ENV A{index}=$A{}x", index - 1).unwrap());
        go(at, &lines);
    }),
    ("a hundred thousand variables in a line", Note("unreadable"), |at| {
        go(at, &format!("ENV{}\n", (0..100_000).map(|index| format!(" A{index}=x")).collect::<String>()));
    }),
    ("WORKDIR a, a hundred thousand times", Note("too-large"), |at| go(at, &"WORKDIR a\n".repeat(100_000))),
    ("WORKDIR with a long name, nine hundred times", Any, |at| {
        go(at, &format!("WORKDIR {}\n", "a".repeat(200)).repeat(900));
    }),
    ("a long USER and nine hundred lines", Note("unreadable"), |at| {
        go(at, &format!("USER {}\n{}", "u".repeat(100_000), "EXPOSE 1\n".repeat(900)));
    }),
    ("a long SHELL and nine hundred lines", Any, |at| {
        go(at, &format!("SHELL [\"/bin/sh\", \"{}\"]\n{}", "c".repeat(100_000), "EXPOSE 1\n".repeat(900)));
    }),
    ("fifty thousand ports", Note("unreadable"), |at| go(at, &format!("EXPOSE{}\n", " 1".repeat(50_000)))),
    ("nine hundred RUNs", Any, |at| go(at, &"RUN echo a > /b\n".repeat(900))),
    ("three hundred COPYs of all", Any, |at| {
        files(at, 200, |index| format!("data/{index}.txt"));
        go(at, &(0..300).map(|index| format!("COPY . /copy{index}\n")).collect::<String>());
    }),
    ("a RUN of two hundred thousand commands", Note("unreadable"), |at| {
        go(at, &format!("RUN {}true\n", "a;".repeat(200_000)));
    }),
    ("a RUN of fifty thousand commands", Any, |at| go(at, &format!("RUN {}true\n", "a;".repeat(50_000)))),
    ("a RUN nested as deep as it goes", Any, |at| {
        go(at, &format!("RUN {}true{}\n", "(".repeat(30_000), ")".repeat(30_000)));
    }),
    ("packages by the ten thousand", Any, |at| {
        let names: String = (0..10_000).map(|index| format!(" lib{index}-dev")).collect();
        go(at, &format!("RUN apt-get update && apt-get install -y{names}\n"));
    }),
    ("a megabyte of comments", Fails("larger than 1 MiB"), |at| go(at, &"# a\n".repeat(300_000))),
    ("half a megabyte of comments", Note("too-large"), |at| go(at, &"# a\n".repeat(120_000))),
    ("a Dockerfile of two gigabytes", Fails("larger than 1 MiB"), |at| {
        sparse(&at.join("Dockerfile"), 2 << 30)
    }),
    // Scripts
    ("a script that calls itself", Any, |at| {
        fs::write(at.join("a.sh"), "#!/bin/sh\n./a.sh\n./a.sh\n".repeat(500)).unwrap();
        go(at, "RUN ./a.sh\n");
    }),
    ("scripts that call each other over and over", Any, |at| {
        for (name, next) in [("a", "b"), ("b", "c"), ("c", "a")] {
            fs::write(at.join(format!("{name}.sh")), format!("#!/bin/sh\n./{next}.sh\n").repeat(2000))
                .unwrap();
        }
        go(at, "RUN ./a.sh\n");
    }),
    ("an entrypoint that is a megabyte of exec", Any, |at| {
        fs::write(at.join("start.sh"), format!("#!/bin/sh\n{}", "./start.sh\n".repeat(90_000))).unwrap();
        python(at, "ENTRYPOINT [\"./start.sh\"]\n");
    }),
    // Ignore files
    ("a .dockerignore of 50 MB", Note("context-unseen"), |at| {
        fs::write(at.join(".dockerignore"), "node_modules/a\n".repeat(3_500_000)).unwrap();
        python(at, "");
    }),
    ("a .dockerignore of two gigabytes", Note("context-unseen"), |at| {
        sparse(&at.join(".dockerignore"), 2 << 30);
        python(at, "");
    }),
    ("a .dockerignore that is a pipe", Note("context-unseen"), |at| {
        pipe(&at.join(".dockerignore"));
        python(at, "");
    }),
    ("a .dockerignore of ten thousand rules", Note("context-unseen"), |at| {
        fs::write(at.join(".dockerignore"), "a*\n".repeat(10_000)).unwrap();
        python(at, "");
    }),
    ("two thousand rules over four thousand files", Any, |at| {
        let rules: String = (0..2000).map(|index| format!("**/x{index}*y\n")).collect();
        fs::write(at.join(".dockerignore"), rules).unwrap();
        files(at, 4000, |index| format!("d{}/{index}.txt", index % 40));
        python(at, "");
    }),
    ("rules made to be slow", Note("context-unseen"), |at| {
        let rules: String = (0..1500).map(|index| format!("{}[b]\n", "*a".repeat(12 + index % 2))).collect();
        fs::write(at.join(".dockerignore"), rules).unwrap();
        files(at, 500, |index| format!("{}{index}", "a".repeat(80)));
        python(at, "");
    }),
    ("a .gitignore of 10 MB", Folder(".gitignore is larger than 64 KiB"), |at| {
        fs::write(at.join(".gitignore"), "node_modules/a*b\n".repeat(600_000)).unwrap();
        python(at, "");
    }),
    ("a .gitignore that is a pipe", Folder(".gitignore is not a regular file"), |at| {
        pipe(&at.join(".gitignore"));
        python(at, "");
    }),
    ("a .gitignore that leads to /dev/zero", Folder(".gitignore is not a regular file"), |at| {
        symlink("/dev/zero", at.join(".gitignore")).unwrap();
        python(at, "");
    }),
    // Files of the context
    ("manifests that are pipes", Any, |at| {
        go(at, "");
        for name in ["requirements.txt", "go.sum", "compose.yaml", "Cargo.toml", "go.work"] {
            pipe(&at.join(name));
        }
    }),
    ("manifests that lead to devices", Any, |at| {
        python(at, "RUN pip install -r requirements.txt\n");
        for name in ["requirements.txt", "pyproject.toml", "setup.py", "docker-compose.yml"] {
            symlink("/dev/zero", at.join(name)).unwrap();
        }
    }),
    ("requirements that include themselves", Any, |at| {
        fs::write(at.join("requirements.txt"), "-r requirements.txt\n-c requirements.txt\n".repeat(9000))
            .unwrap();
        python(at, "RUN pip install -r requirements.txt\n");
    }),
    ("a lock file of a megabyte", Any, |at| {
        let package = "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"b\"]\n\n";
        fs::write(at.join("poetry.lock"), package.repeat(16_000)).unwrap();
        fs::write(at.join("pyproject.toml"), "[tool.poetry]\nname = \"a\"\n").unwrap();
        python(at, "RUN pip install poetry && poetry install\n");
    }),
    ("a manifest of nothing but brackets", Any, |at| {
        fs::write(at.join("pyproject.toml"), format!("a = {}", "[".repeat(500_000))).unwrap();
        python(at, "RUN pip install .\n");
    }),
    ("a go.sum of a gigabyte", Any, |at| {
        go(at, "");
        sparse(&at.join("go.sum"), 1 << 30);
    }),
    ("a source of nothing but quotes", Any, |at| {
        go(at, "");
        fs::write(at.join("a.go"), "\"`".repeat(200_000)).unwrap();
    }),
    ("a compose file of anchors", Any, |at| {
        let mut text = "a0: &a0 [x, x]\n".to_owned();
        (1..40).for_each(|at| writeln!(text, "a{at}: &a{at} [*a{}, *a{}]", at - 1, at - 1).unwrap());
        fs::write(at.join("compose.yaml"), text).unwrap();
        python(at, "");
    }),
    ("links in a ring", Any, |at| {
        symlink("b", at.join("a")).unwrap();
        symlink("a", at.join("b")).unwrap();
        symlink(".", at.join("self")).unwrap();
        python(at, "RUN pip install -r a/b/requirements.txt\n");
    }),
    ("folders as deep as names go", Converted, |at| {
        let deep = at.join("d/".repeat(400));
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("x"), "").unwrap();
        python(at, "");
    }),
    ("three hundred documents beside three thousand sources", Any, |at| {
        files(at, 300, |index| format!("doc{index}/README.md"));
        files(at, 300, |index| format!("doc{index}/LICENSE"));
        files(at, 3000, |index| format!("src/{index}.txt"));
        go(at, "");
    }),
    ("two hundred Dockerfiles beside four thousand files", Any, |at| {
        files(at, 4000, |index| format!("src/{index}.json"));
        files(at, 200, |index| format!("Dockerfile.{index}"));
        go(at, "");
    }),
    ("an ignored node_modules", Converted, |at| {
        fs::write(at.join(".dockerignore"), "**/node_modules\n").unwrap();
        files(at, 3000, |index| format!("node_modules/{index}/a"));
        python(at, "");
    }),
    // What is no file
    ("a Dockerfile that is a pipe", Any, |at| {
        pipe(&at.join("Dockerfile"));
        dockerfile_beside(at);
    }),
    ("a Dockerfile that leads to /dev/zero", Any, |at| {
        symlink("/dev/zero", at.join("Dockerfile")).unwrap();
        dockerfile_beside(at);
    }),
];

fn dockerfile_beside(at: &Path) {
    fs::write(at.join("app.py"), "import flask\n").unwrap();
    fs::write(at.join("Dockerfile.app"), PYTHON).unwrap();
}

/// Runs the program under the limits; gives its JSON, and how it ended.
fn restage(folder: &Path, args: &[&str]) -> (Option<i32>, Value, String) {
    let limits = format!("ulimit -t {SECONDS}; ulimit -v {MEMORY}; exec \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_restage"), "--format", "json"])
        .args(args)
        .current_dir(folder)
        // Each thread would set aside address space for itself.
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default(), told)
}

fn check((name, end, make): &Input) -> Result<(), String> {
    let root = tempfile::tempdir().unwrap();
    for folder in ["hostile", "neighbour"] {
        fs::create_dir_all(root.path().join(folder).join(".git")).unwrap();
    }
    make(&root.path().join("hostile"));
    go(&root.path().join("neighbour"), "");
    let (code, json, told) = restage(root.path(), &["."]);
    let Some(files) = json["files"].as_array() else {
        return Err(format!("{name}: ended with {code:?} and no result: {told}"));
    };
    let of = |folder: &str| {
        files.iter().find(|file| file["path"].as_str().unwrap_or_default().starts_with(folder))
    };
    if of("neighbour").is_none_or(|file| file["outcome"] != "converted") {
        return Err(format!("{name}: the neighbour was harmed"));
    }
    let file = of("hostile").cloned().unwrap_or_default();
    let holds = match end {
        Note(id) => {
            file["notes"].as_array().is_some_and(|notes| notes.iter().any(|note| note["reason"] == *id))
        }
        Converted => file["outcome"] == "converted",
        Any => file["outcome"].is_string(),
        Fails(part) => file.to_string().contains(part),
        Folder(part) => told.contains(part),
    };
    if holds { Ok(()) } else { Err(format!("{name}: {:.600}", file.to_string())) }
}

#[test]
fn what_is_made_to_cost_time_or_memory_does_not() {
    let failures: Vec<String> = INPUTS.iter().filter_map(|input| check(input).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(INPUTS.len() >= 50);
}

#[test]
fn rules_that_have_no_end_are_refused() {
    let root = tempfile::tempdir().unwrap();
    go(root.path(), "");
    for (name, make) in [
        ("device", (|path| symlink("/dev/zero", path).unwrap()) as fn(&Path)),
        ("pipe", |path| pipe(path)),
        ("sparse", |path| sparse(path, 2 << 30)),
    ] {
        let rules = root.path().join(name);
        fs::create_dir(&rules).unwrap();
        make(&rules.join("go.toml"));
        let (code, _, told) = restage(root.path(), &["--rules", name, "Dockerfile"]);
        assert_eq!(code, Some(2), "{name}: {told}");
        assert!(told.contains("can't read the rules"), "{name}: {told}");
    }
}
