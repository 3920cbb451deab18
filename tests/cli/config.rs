//! `restage.toml`, and what a Dockerfile asks for itself.

use crate::world::{World, out, told};

/// A world whose Dockerfile needs a review: its tag floats.
fn floating() -> World {
    let world = World::new(&["r/app"]);
    world.write("r/.git/HEAD", "ref: refs/heads/main\n");
    for file in ["Dockerfile", "main.go", "go.mod"] {
        let from = format!("{}/tests/cmd/world/floating/{file}", env!("CARGO_MANIFEST_DIR"));
        world.write(&format!("r/app/{file}"), &std::fs::read_to_string(from).unwrap());
    }
    world
}

fn restage(world: &World, args: &[&str]) -> (Option<i32>, String, String) {
    let output = world.run("r", env!("CARGO_BIN_EXE_restage"), args, b"");
    (output.status.code(), out(&output), told(&output))
}

#[test]
fn the_nearest_file_says_most_and_flags_win() {
    let world = floating();
    assert!(restage(&world, &["."]).2.contains("1 converted (needs-review)"));
    world.write("r/restage.toml", "safe = true\n");
    assert!(restage(&world, &["."]).2.contains("1 held back by --safe"));
    world.write("r/app/restage.toml", "safe = false\n");
    assert!(restage(&world, &["."]).2.contains("1 converted (needs-review)"));
    assert!(restage(&world, &["--safe", "."]).2.contains("1 held back by --safe"));
    world.write("defaults.toml", "ignore = [\"floating-tag\"]\n");
    world.write("r/app/restage.toml", "extends = \"../../defaults.toml\"\n");
    assert!(restage(&world, &["."]).2.contains("1 converted (safe)"));
    world.write("r/restage.toml", "exclude = [\"/app/\"]\n");
    assert_eq!(restage(&world, &["."]).0, Some(4));
    assert_eq!(restage(&world, &["app/Dockerfile"]).0, Some(4));
}

#[test]
fn the_configuration_in_force_is_printed() {
    let world = floating();
    world.write("r/restage.toml", "safe = true\nkeep = [\"curl\"]\n");
    world.write("r/app/restage.toml", "safe = false\n");
    let (code, printed, _) = restage(&world, &["--print-config", "app", "."]);
    let printed = printed.replace(world.path("").canonicalize().unwrap().to_str().unwrap(), "");
    assert_eq!(
        (code, printed.as_str()),
        (
            Some(0),
            "# for app\nsafe = false  # /r/app/restage.toml\nkeep = [\"curl\"]  # /r/restage.toml\n\
             # for .\nkeep = [\"curl\"]  # /r/restage.toml\nsafe = true  # /r/restage.toml\n"
        )
    );
}

#[test]
fn a_fault_has_its_place_and_stops_only_its_own_repository() {
    let world = floating();
    world.write("r/restage.toml", "# ours\nsaef = true\n");
    let (code, _, told_here) = restage(&world, &["."]);
    assert_eq!(code, Some(2));
    for part in
        ["error: `saef` is no key of restage.toml", "restage.toml:2:1", "^^^^", "did you mean `safe`?"]
    {
        assert!(told_here.contains(part), "{part}: {told_here}");
    }
    let other = World::new(&["ok"]);
    let path = world.path("r");
    let output = other.restage(&[".", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(told(&output).contains("2 files: 1 converted (safe), 1 failed"), "{}", told(&output));
    for (key, message) in [
        ("runtime = \"no image\"", "is not the name of an image"),
        ("ignore = [\"floating-tags\"]", "did you mean `floating-tag`?"),
        ("exclude = [\"[z-a]\"]", "is not a pattern of .gitignore"),
        ("extends = \"gone.toml\"", "which is no file"),
        ("safe = 1", "expected a boolean"),
    ] {
        world.write("r/restage.toml", &format!("{key}\n"));
        let (code, _, told) = restage(&world, &["."]);
        assert!(
            matches!(code, Some(2 | 3)) && told.contains(message) && told.contains("restage.toml"),
            "{key}: {told}"
        );
    }
}

#[test]
fn a_dockerfile_asks_for_itself() {
    let world = floating();
    let plain = world.read("r/app/Dockerfile");
    let with = |pragma: &str| {
        world.write("r/app/Dockerfile", &format!("# restage: {pragma}\n{plain}"));
        restage(&world, &["."])
    };
    assert!(with("ignore[floating-tag]").2.contains("1 converted (safe)"));
    let (code, patch, told) = with("ignore");
    assert_eq!((code, patch.as_str()), (Some(0), ""));
    assert!(told.contains("[ignored]") && told.contains("1 file: 1 unchanged"), "{told}");
    let patch = with("keep curl").1;
    assert!(patch.lines().any(|line| line.starts_with('+') && line.contains("curl")), "{patch}");
    let patch = with("artifact /src/go.mod").1;
    assert!(patch.contains("+COPY --from=builder /src/go.mod /src/go.mod"), "{patch}");
    let told = with("artifact /nowhere").2;
    assert!(told.contains("refused[unknown-output]") && told.contains("/nowhere"), "{told}");
    let patch = with("runtime debian:trixie-slim").1;
    assert!(patch.contains("+FROM debian:trixie-slim"), "{patch}");
    assert!(with("context .").2.contains("1 converted"), "the context is the file's own folder");
    for (pragma, message) in [
        ("ignroe", "is nothing that can be asked of restage"),
        ("ignore[floating]", "is no reason"),
        ("artifact relative", "is no absolute path"),
        ("runtime a b", "one word is expected"),
        ("context gone", "is no folder"),
        ("keep", "something is missing"),
    ] {
        let (code, patch, told) = with(pragma);
        assert_eq!((code, patch.as_str()), (Some(3), ""), "{pragma}");
        assert!(told.contains(message) && told.contains("--> app/Dockerfile:1:"), "{pragma}: {told}");
    }
}
