//! The program as a user meets it: `tests/cmd/*.toml` say what goes in and what comes out, and so does the README. What they
//! can't say, of files on disk and of other programs, is said here in Rust.

#![expect(clippy::disallowed_methods, reason = "tests make files and start programs")]
#![expect(clippy::unwrap_used, reason = "a test that can not go on has failed")]

mod choice;
mod config;
#[cfg(unix)]
mod engine;
mod exit;
mod formats;
mod reasons;
mod world;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::world::{World, out, told};

#[test]
fn commands() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").run();
}

#[test]
fn readme() {
    trycmd::TestCases::new().case("README.md").run();
}

#[test]
fn a_patch_applies_as_it_is_written() {
    let texts: [fn(String) -> String; 5] = [
        |text| text,
        |text| text.replace("WORKDIR", "# \u{1b}[31mred\u{1b}[0m and \r back\nWORKDIR"),
        |text| text.replace('\n', "\r\n"),
        |text| text.trim_end().to_owned(),
        |text| text.replace('\n', "\r\n").trim_end().to_owned(),
    ];
    for text in texts {
        for folder in ["", "deep"] {
            let names = ["plain", "with blanks", "quo\"ted", "ünï"];
            let world = World::new(
                &names
                    .map(|name| Path::new("deep").join(name).to_str().unwrap().to_owned())
                    .each_ref()
                    .map(String::as_str),
            );
            for name in names {
                world.change(&format!("deep/{name}/Dockerfile"), text);
            }
            assert!(world.run("", "git", &["init", "-q"], b"").status.success());
            let patch = world.run(folder, env!("CARGO_BIN_EXE_restage"), &[], b"").stdout;
            let applied = world.run(folder, "git", &["apply", "--whitespace=nowarn"], &patch);
            assert!(applied.status.success(), "{}", told(&applied));

            let written = World::new(&["x"]);
            written.change("x/Dockerfile", text);
            assert!(written.restage(&["--write", "x"]).status.success());
            for name in names {
                assert_eq!(world.read(&format!("deep/{name}/Dockerfile")), written.read("x/Dockerfile"));
            }
        }
    }
}

#[test]
fn a_written_file_needs_no_second_run() {
    let world = World::new(&["a"]);
    let before = world.read("a/Dockerfile");
    assert_eq!(world.restage(&["--check", "a"]).status.code(), Some(1));
    let new = out(&world.restage(&["--stdout", "a"]));
    assert_eq!(world.read("a/Dockerfile"), before);

    let written = world.restage(&["--write", "a"]);
    assert_eq!(written.status.code(), Some(0));
    assert_eq!(out(&written), "converted a/Dockerfile (go, safe)\n", "each file that changed is named");
    assert_eq!(world.read("a/Dockerfile"), new);
    assert_ne!(new, before);

    let again = world.restage(&["--check", "a"]);
    assert_eq!((again.status.code(), out(&again)), (Some(0), String::new()));
    assert!(told(&again).contains("1 file: 1 already multi-stage"), "{}", told(&again));
}

#[test]
fn one_file_that_cannot_be_written_stops_nothing() {
    let world = World::new(&["a", "b", "c"]);
    let before = world.read("b/Dockerfile");
    read_only(&world.path("b/Dockerfile"), true);
    let output = world.restage(&["--write", "."]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told(&output).contains("can't write: the file is read-only"), "{}", told(&output));
    assert!(told(&output).contains("3 files: 2 converted (safe), 1 failed"), "{}", told(&output));
    assert_eq!(world.read("b/Dockerfile"), before);
    assert_eq!(world.read("a/Dockerfile"), world.read("c/Dockerfile"));
    assert_ne!(world.read("a/Dockerfile"), before);
}

#[test]
fn a_folder_that_cannot_be_written_loses_nothing() {
    let world = World::new(&["a"]);
    let before = world.read("a/Dockerfile");
    read_only(&world.path("a"), true);
    let output = world.restage(&["--write", "a"]);
    read_only(&world.path("a"), false);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(world.read("a/Dockerfile"), before);
    assert_eq!(fs::read_dir(world.path("a")).unwrap().count(), 3);
}

fn read_only(path: &Path, yes: bool) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    permissions.set_readonly(yes);
    fs::set_permissions(path, permissions).unwrap();
}

#[test]
fn a_folder_of_the_name_is_searched() {
    let world = World::new(&["a"]);
    fs::create_dir(world.path("Dockerfile")).unwrap();
    let output = world.restage(&["Dockerfile"]);
    assert_eq!((output.status.code(), out(&output)), (Some(4), String::new()));
    assert!(told(&output).contains("no Dockerfile in this folder"), "{}", told(&output));
}

#[test]
fn stdin_is_a_filter() {
    let world = World::new(&["a"]);
    let text = world.read("a/Dockerfile");
    let program = env!("CARGO_BIN_EXE_restage");
    let place = ["--write", "-", "--stdin-filename", "a/Dockerfile"];
    let output = world.run("", program, &place, text.as_bytes());
    assert_eq!(out(&output), out(&world.restage(&["--stdout", "a"])));
    assert_eq!(world.read("a/Dockerfile"), text);
    // What is not converted is handed on.
    let other = "FROM node:20\nCMD [\"node\"]";
    let output = world.run("", program, &["--write", "-"], other.as_bytes());
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), other));
    let output = world.run("", program, &["-"], other.as_bytes());
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), ""));
}

#[test]
fn json_tells_everything() {
    let world = World::new(&["a"]);
    fs::write(world.path("x.Dockerfile"), "FROM node:20\nCMD [\"node\"]\n").unwrap();
    let output = world.restage(&["--format", "json", ".", "gone"]);
    assert_eq!(output.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["version"], 1);
    assert_eq!(told["files"][0]["path"], "a/Dockerfile");
    assert_eq!(told["files"][0]["outcome"], "converted");
    assert_eq!(told["files"][0]["recipe"], "go");
    assert_eq!(told["files"][0]["text"], out(&world.restage(&["--stdout", "a"])).as_str());
    assert_eq!(told["files"][0]["diff"], out(&world.restage(&["a"])).as_str());
    assert_eq!(told["files"][0]["explanation"][0]["line"], 1);
    assert_eq!(told["files"][1]["outcome"], "refused");
    assert_eq!(told["files"][1]["notes"][0]["level"], "refusal");
    assert_eq!(told["files"][2]["outcome"], "failed");
    assert_eq!(told["files"][2]["notes"][0]["message"], "no such file");
    assert_eq!(told["summary"]["files"], 3);
    assert_eq!(told["summary"]["failed"], 1);
}

#[test]
fn colors_are_paint_and_nothing_else() {
    let world = World::new(&["a"]);
    let plain = out(&world.restage(&["--color", "auto", "a"]));
    let painted = out(&world.restage(&["--color", "always", "a"]));
    assert!(painted.contains("\u{1b}[32m+FROM "), "{painted:?}");
    let codes = ["0", "1", "31", "32", "36"].map(|code| format!("\u{1b}[{code}m"));
    assert_eq!(codes.iter().fold(painted, |text, code| text.replace(code, "")), plain);
    assert!(told(&world.restage(&["--color", "always", "gone"])).contains('\u{1b}'));
    assert!(!told(&world.restage(&["--color", "never", "gone"])).contains('\u{1b}'));
}

#[test]
fn many_files_are_told_in_order() {
    let names: Vec<String> = (0..40).map(|number| format!("n{number:02}")).collect();
    let world = World::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let patch = out(&world.restage(&[]));
    let heads: Vec<&str> = patch.lines().filter_map(|line| line.strip_prefix("--- a/")).collect();
    let expected: Vec<String> = names.iter().map(|name| format!("{name}/Dockerfile")).collect();
    assert_eq!(heads, expected);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::new(&["a", "b", "c"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_restage"))
        .current_dir(world.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_context_is_found_above_the_dockerfile() {
    let world = World::new(&["."]);
    fs::create_dir(world.path("docker")).unwrap();
    fs::rename(world.path("Dockerfile"), world.path("docker/Dockerfile")).unwrap();
    let output = world.restage(&["-v", "docker"]);
    assert!(told(&output).contains("the build context is taken to be ., where"), "{}", told(&output));
    assert!(told(&output).contains("1 converted (safe)"), "{}", told(&output));
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_its_target_is_written() {
    let world = World::new(&["a"]);
    std::os::unix::fs::symlink("a/Dockerfile", world.path("Dockerfile")).unwrap();
    let patch = out(&world.restage(&["Dockerfile"]));
    assert!(patch.starts_with("--- a/a/Dockerfile\n"), "git follows no links:\n{patch}");
    let before = world.read("a/Dockerfile");
    assert!(world.restage(&["--write", "--context", "a", "Dockerfile"]).status.success());
    assert!(fs::symlink_metadata(world.path("Dockerfile")).unwrap().is_symlink());
    assert_ne!(world.read("a/Dockerfile"), before);
}
