//! Which files are worked, and where a patch of them applies.

use crate::world::{World, out, told};

fn heads(patch: &str) -> Vec<&str> {
    patch.lines().filter_map(|line| line.strip_prefix("--- a/")).collect()
}

#[test]
fn only_our_own_files() {
    let world = World::new(&["r/app", "r/vendor/x", "r/tests/x", "r/sub/x", "r/skipped"]);
    world.write(".gitignore", "*\n");
    world.write("r/.git/HEAD", "ref: refs/heads/main\n");
    world.write("r/sub/.git", "gitdir: ../.git/modules/sub\n");
    for name in ["bak", "orig", "md", "j2"] {
        world.write(&format!("r/app/Dockerfile.{name}"), &world.read("r/app/Dockerfile"));
    }
    let patch = |args: &[&str]| out(&world.run("r", env!("CARGO_BIN_EXE_restage"), args, b""));
    assert_eq!(heads(&patch(&["--exclude", "skipped/"])), ["app/Dockerfile"]);
    assert_eq!(heads(&patch(&["app/Dockerfile.bak"])), ["app/Dockerfile.bak"], "what is named is taken");
    assert_eq!(heads(&patch(&["tests", "sub"])), ["tests/x/Dockerfile", "sub/x/Dockerfile"]);
    assert_eq!(heads(&patch(&["--exclude", "*.bak", "app/Dockerfile.bak"])), [""; 0]);
}

#[test]
fn a_list_names_files() {
    let world = World::new(&["a", "b c", "d"]);
    let program = env!("CARGO_BIN_EXE_restage");
    for list in [&b"a/Dockerfile\r\n\nb c\n"[..], b"a/Dockerfile\0b c\0"] {
        let output = world.run("", program, &["--from-list", "-"], list);
        assert_eq!(heads(&out(&output)), ["a/Dockerfile", "b c/Dockerfile\t"]);
        std::fs::write(world.path("list"), list).unwrap();
        assert_eq!(out(&world.restage(&["--from-list", "list"])), out(&output));
    }
    assert_eq!(world.run("", program, &["--from-list", "-"], b"").status.code(), Some(4));
    assert_eq!(world.restage(&["--from-list", "list", "a"]).status.code(), Some(2));
}

/// From a folder beside the file, the patch counts from the root of the repository, and says so.
#[test]
fn a_patch_of_files_elsewhere_applies_where_it_says() {
    let world = World::new(&["r/a", "r/b"]);
    std::fs::create_dir_all(world.path("elsewhere")).unwrap();
    assert!(world.run("r", "git", &["init", "-q"], b"").status.success());
    for (folder, args) in
        [("r/a", vec![".", "../b"]), ("elsewhere", vec!["../r"]), ("elsewhere", vec!["../r/a", "../r/b"])]
    {
        let output = world.run(folder, env!("CARGO_BIN_EXE_restage"), &args, b"");
        let (patch, told) = (out(&output), told(&output));
        assert_eq!(heads(&patch), ["a/Dockerfile", "b/Dockerfile"], "{told}");
        let base =
            told.lines().find_map(|line| line.strip_prefix("the paths of this patch count from ")).unwrap();
        let base = base.split(": ").next().unwrap();
        assert_eq!(std::path::Path::new(base), world.path("r").canonicalize().unwrap());
        let applied = world.run("", "git", &["-C", base, "apply", "--check"], patch.as_bytes());
        assert!(applied.status.success(), "{}", crate::world::told(&applied));
    }
    assert!(!told(&world.run("r", env!("CARGO_BIN_EXE_restage"), &["a"], b"")).contains("count from"));
}

#[cfg(unix)]
#[test]
fn a_dockerfile_that_is_a_link_is_found() {
    let world = World::new(&["r"]);
    assert!(world.run("r", "git", &["init", "-q"], b"").status.success());
    std::fs::rename(world.path("r/Dockerfile"), world.path("r/image.build")).unwrap();
    std::os::unix::fs::symlink("image.build", world.path("r/Dockerfile")).unwrap();
    let patch = out(&world.run("r", env!("CARGO_BIN_EXE_restage"), &[], b""));
    assert_eq!(heads(&patch), ["image.build"], "git follows no links");
}
