//! `--verify` is stopped at moments that nobody chose: nothing of it is left in the engine or on disk, and the file is as it was.
//!
//! `RESTAGE_ROUNDS=20` stops it more often.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use restage::verify::engine::LABEL;

/// How often it is stopped, if nobody says so.
const ROUNDS: usize = 3;

/// The engine to use.
pub(crate) fn engine() -> String {
    std::env::var("RESTAGE_ENGINE").unwrap_or_else(|_| "docker".to_owned())
}

/// What the engine has of sessions of a process, by name.
pub(crate) fn made_by(process: u32) -> Vec<String> {
    let filter = format!("label={LABEL}");
    let own = format!("restage-verify-{process}-");
    let list = |what: [&str; 3]| {
        let output = Command::new(engine())
            .args([what[0], what[1], "-a", "--filter", &filter, "--format", what[2]])
            .output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    let names = [["image", "ls", "{{.Repository}}"], ["container", "ls", "{{.Names}}"]].map(list).concat();
    names.lines().filter(|name| name.contains(&own)).map(str::to_owned).collect()
}

/// An application, and a folder for what is temporary.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Result<Self, Failed> {
        let world = tempfile::tempdir()?;
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/go/file-store");
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            fs::copy(entry.path(), world.path().join(entry.file_name()))?;
        }
        fs::create_dir(world.path().join("tmp"))?;
        Ok(Self(world))
    }

    fn verify(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restage"));
        // nothing is cached, so that steps of the build are stopped, too
        command.args([
            "--engine",
            &engine(),
            "--verify",
            "--smoke-http",
            "8080/visit?name=a",
            "--fail-on",
            "refused",
            "Dockerfile",
        ]);
        command.args(["--", "--network", "host", "--no-cache"]);
        command.current_dir(self.0.path()).env("TMPDIR", self.0.path().join("tmp"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// What is left of a process.
    fn left(&self, process: u32) -> Result<Vec<String>, Failed> {
        let mut left = made_by(process);
        for entry in fs::read_dir(self.0.path().join("tmp"))? {
            left.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(left)
    }
}

/// Stops it again and again; the last time so that it can't clean up, and the next one has to.
pub(crate) fn at_any_moment() -> Result<(), Failed> {
    let world = World::new()?;
    let whole = Instant::now();
    if !world.verify().status()?.success() {
        return Err("the application is not verified when nobody stops that".into());
    }
    let whole = whole.elapsed();
    let rounds = std::env::var("RESTAGE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let mut stopped = 0;
    for round in 0..rounds.unwrap_or(ROUNDS) {
        let moment = whole.mul_f64((RandomState::new().hash_one(round) % 1000) as f64 / 1000.0);
        let (process, ended) = stop(&world, moment, ["INT", "TERM"][round % 2])?;
        let left = world.left(process)?;
        if !left.is_empty() {
            let told = fs::read_to_string(world.0.path().join("told"))?;
            return Err(format!("stopped after {moment:?} of {whole:?} it leaves {left:?}: {told}").into());
        }
        stopped += usize::from(ended);
    }
    if stopped == 0 {
        return Err("it was over before anybody stopped it".into());
    }
    let (process, _) = stop(&world, whole / 2, "KILL")?;
    world.verify().status()?;
    let mut left = world.left(process)?;
    // what it wrote down tells why somebody killed it
    left.retain(|name| !name.starts_with("restage-logs-"));
    if !left.is_empty() {
        return Err(format!("after a process was killed, the next one leaves {left:?}").into());
    }
    Ok(())
}

/// Starts it and sends it a signal: its number, and whether that is what ended it.
fn stop(world: &World, moment: Duration, signal: &str) -> Result<(u32, bool), Failed> {
    let told = fs::File::create(world.0.path().join("told"))?;
    let mut child = world.verify().stderr(told).spawn()?;
    thread::sleep(moment);
    Command::new("kill")
        .args([format!("-{signal}"), child.id().to_string()])
        .stderr(Stdio::null())
        .status()?;
    let ended = child.wait()?.code().is_none();
    Ok((child.id(), ended))
}
