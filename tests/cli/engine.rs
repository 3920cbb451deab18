//! `--verify` where there is no verdict: whose fault it is is told, nothing is lost and nothing is left. The engine is a script, so
//! that it fails as it should.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::world::{World, told};

/// A world whose program `engine` does this when it is called; `$1` says what for.
fn with_engine(script: &str) -> World {
    let world = World::new(&["a"]);
    world.write("engine", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(world.path("engine"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(world.path("tmp")).unwrap();
    world
}

fn command(world: &World, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restage"));
    command.current_dir(world.path("")).env("TMPDIR", world.path("tmp"));
    command.args(["--verify", "--write", "--engine"]).arg(world.path("engine")).args(args).arg("a");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What is told, after a look that the file is as it was.
fn verify(world: &World, args: &[&str]) -> (Output, String) {
    let before = world.read("a/Dockerfile");
    let output = command(world, args).output().unwrap();
    assert_eq!(world.read("a/Dockerfile"), before);
    let told = told(&output);
    (output, told)
}

/// The names in the folder for what is temporary.
fn left(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.path("tmp")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn no_such_engine() {
    let world = World::new(&["a"]);
    let before = world.read("a/Dockerfile");
    let output = world.restage(&["--verify", "--write", "--engine", "no-such-engine", "a"]);
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(
        told.contains("no engine to verify with: `no-such-engine` can't be started: No such file"),
        "{told}"
    );
    assert_eq!(world.read("a/Dockerfile"), before);
}

#[test]
fn an_engine_that_does_not_answer_or_lets_nobody_in() {
    for (said, fault) in [
        ("Cannot connect to the daemon. Is it running?", "no engine to verify with: "),
        ("permission denied while trying to connect", "the engine does not let this user in: "),
    ] {
        let world = with_engine(&format!("echo '{said}' >&2; exit 1"));
        let (output, told) = verify(&world, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(told.contains(fault) && told.contains(said), "{told}");
        assert_eq!(left(&world), [""; 0]);
    }
}

#[test]
fn an_original_that_does_not_build_is_no_fault_of_ours() {
    let world = with_engine("case $1 in build) echo 'step 3: no such module' >&2; exit 1;; esac");
    let (output, told) = verify(&world, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        told.contains("the original does not build") && told.contains("step 3: no such module"),
        "{told}"
    );
    let logs = told.split("what the builder said is in ").nth(1).unwrap().lines().next().unwrap();
    let log = fs::read_dir(logs).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    assert!(log.collect::<String>().contains("no such module"), "{logs} was promised");
}

#[test]
fn a_full_disk_is_told_as_one() {
    let world = with_engine("case $1 in build) echo 'write /x: no space left on device' >&2; exit 1;; esac");
    let (output, told) = verify(&world, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told.contains("there is no room left to build in") && !told.contains("does not build"), "{told}");
    assert_eq!(left(&world), [""; 0]);
}

#[test]
fn a_build_without_end_is_ended_with_all_that_it_started() {
    let world = with_engine("case $1 in build) echo $$ >$TMPDIR/../pid; sleep 300 & wait;; esac");
    let start = Instant::now();
    let (output, told) = verify(&world, &["--timeout", "1"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told.contains("no end after 1 s (--timeout)"), "{told}");
    assert!(start.elapsed() < Duration::from_secs(60));
    assert!(!group_lives(&world));
}

#[test]
fn a_signal_ends_everything_and_leaves_nothing() {
    let script =
        "echo \"$@\" >>$TMPDIR/../calls; case $1 in build) echo $$ >$TMPDIR/../pid; sleep 300 & wait;; esac";
    for signal in ["INT", "TERM", "HUP"] {
        let world = with_engine(script);
        let before = world.read("a/Dockerfile");
        let mut child = command(&world, &[]).spawn().unwrap();
        let start = Instant::now();
        while !world.path("pid").exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "the build never began");
            thread::sleep(Duration::from_millis(10));
        }
        let process = child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &process]).status().unwrap().success());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "it ends by the signal");
        assert_eq!(world.read("a/Dockerfile"), before);
        assert!(!group_lives(&world));
        assert_eq!(left(&world), [""; 0]);
        let calls = world.read("calls");
        assert!(
            calls.contains("image rm -f restage-verify-"),
            "what a build may have made is removed: {calls}"
        );
    }
}

/// Whether anything still runs of the group that the script began.
fn group_lives(world: &World) -> bool {
    let group = world.read("pid");
    let listed = Command::new("ps").args(["-e", "-o", "pgid=,stat="]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut lines = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.any(|words| words.first() == Some(&group.trim()) && !words[1].starts_with('Z'))
}

/// An engine whose images hold the same file, the new one in half the bytes.
const BUILDS: &str = r#"
case "$1 $4" in
    "image {{json .Config}}") echo '{"Env": []}' ;;
    "image {{.Size}}") case $5 in *-before) echo 2000 ;; *) echo 1000 ;; esac ;;
    "image {{len .RootFS.Layers}}") echo 1 ;;
    export*) mkdir -p etc && echo 'ID=debian' >etc/os-release && tar cf "$3" etc ;;
esac"#;

#[test]
fn what_an_engine_settles_is_no_assumption_any_more() {
    let world = with_engine(BUILDS);
    world.change("a/Dockerfile", |text| text.replace("RUN go build", "RUN task generate && go build"));
    let fails = ["--safe", "--fail-on", "review"];
    let (output, told) = verify(&world, &fails);
    assert_eq!(output.status.code(), Some(1), "nobody asked what the program does: {told}");

    let output = command(&world, &[&fails[..], &["--smoke", "hello"]].concat()).output().unwrap();
    let told = self::told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("verified[unknown-command]: both images answer alike"), "{told}");
    assert!(told.contains("1 converted (safe)"), "{told}");
    assert!(world.read("a/Dockerfile").contains("AS builder"));
    assert_eq!(left(&world), [""; 0]);
}
