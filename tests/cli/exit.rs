//! Exit codes: a campaign tells by them what to do with a repository.

use std::fs;

use crate::world::{World, out, told};

const REFUSED: &str = "FROM node:20\nCMD [\"node\"]\n";

fn code(world: &World, args: &[&str]) -> Option<i32> {
    world.restage(args).status.code()
}

#[test]
fn each_fate_has_its_code() {
    let world = World::new(&["go"]);
    world.write("node/Dockerfile", REFUSED);
    world.write("broken/Dockerfile", "FORM debian\n");
    for file in ["Dockerfile", "main.go", "go.mod"] {
        let from = format!("{}/tests/cmd/world/floating/{file}", env!("CARGO_MANIFEST_DIR"));
        world.write(&format!("review/{file}"), &fs::read_to_string(from).unwrap());
    }
    world.write("empty/readme", "");
    for (args, expected) in [
        (&["go"][..], 0),
        (&["node"], 0),
        (&["--check", "go"], 1),
        (&["--fail-on", "change", "go"], 1),
        (&["--fail-on", "refused", "go"], 0),
        (&["--fail-on", "refused", "node"], 1),
        (&["--fail-on", "review,refused", "review"], 1),
        (&["--fail-on", "review", "go"], 0),
        (&["--safe", "--check", "review"], 0),
        (&["--safe", "--fail-on", "review", "review"], 1),
        (&["--fail-on", "sometimes", "go"], 2),
        (&["--fail-on", "never,review", "go"], 2),
        (&["--check", "--fail-on", "never", "go"], 2),
        (&["--exclude", "[z-a]", "go"], 2),
        (&["--from-list", "gone"], 2),
        (&["broken"], 3),
        (&["--check", "go", "broken"], 3),
        (&["--fail-on", "never", "go", "broken", "empty"], 0),
        (&["empty"], 4),
        (&["go", "empty"], 0),
        (&["--allow-none", "empty"], 0),
        (&["--fail-on", "never", "empty"], 0),
        (&["--exclude", "go/", "go"], 4),
    ] {
        assert_eq!(code(&world, args), Some(expected), "{args:?}");
    }
}

#[test]
fn a_broken_file_keeps_the_others_converted() {
    let world = World::new(&["a", "b"]);
    world.write("c/Dockerfile", "<<<<<<< HEAD\nFROM a\n=======\nFROM b\n>>>>>>> theirs\n");
    let output = world.restage(&["--write", "."]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(out(&output), "converted a/Dockerfile (go, safe)\nconverted b/Dockerfile (go, safe)\n");
    assert!(told(&output).contains("a merge was not finished here"), "{}", told(&output));
    assert!(told(&output).contains("2 converted (safe), 1 failed"), "{}", told(&output));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_looked_into_is_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(&["a", "locked"]);
    let locked = world.path("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser looks into every folder: as another user, where this one may become it.
    let is_root = fs::read_dir(&locked).is_ok();
    let output = if is_root {
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(world.path(""), open).unwrap();
        let program = world.path("restage");
        fs::copy(env!("CARGO_BIN_EXE_restage"), &program).unwrap();
        world.run("", "setpriv", &["--reuid=65534", "--clear-groups", program.to_str().unwrap(), "."], b"")
    } else {
        world.restage(&["."])
    };
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("warning: can't look into this folder: "), "{}", told(&output));
    assert!(told(&output).contains("1 file: 1 converted (safe)"), "{}", told(&output));
}
