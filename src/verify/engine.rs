//! A container engine, driven by its command line: every call is bounded in time, can be stopped, and is logged.
//!
//! Docker and Podman understand the same words. A program of the user's `PATH` is started, never a socket opened, so
//! contexts, credentials and remote engines are the user's own. Nothing is pulled but what a Dockerfile names, nothing pushed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::fault::Fault;

/// The label of everything that is made, with the session as its value.
pub const LABEL: &str = "restage.verify";

/// The names of all that is made begin so; the session follows.
const PREFIX: &str = "restage-verify-";

/// Bound of a call that neither builds nor runs.
const CALL: Duration = Duration::from_secs(120);

/// How often a running call looks whether it has ended or should end.
const LOOK: Duration = Duration::from_millis(20);

/// A container engine and the session in which it is used.
#[derive(Debug)]
pub struct Engine {
    program: String,
    session: String,
    timeout: Duration,
    logs: PathBuf,
    stop: Arc<AtomicBool>,
    count: AtomicU32,
}

/// What a finished call left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code, -1 after a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Finished {
    /// Standard output of a call that must succeed.
    ///
    /// # Errors
    /// The end of what it said, if it failed.
    pub fn success(self) -> Result<String> {
        match self.code {
            0 => Ok(self.stdout),
            code => bail!("exit {code}: {}", last_lines(&format!("{}{}", self.stdout, self.stderr), 12)),
        }
    }
}

impl Engine {
    /// An engine that answers. `stop` ends whatever runs; `logs` is an existing folder for what builds and runs say.
    ///
    /// # Errors
    /// [`Fault::Engine`] where the program can't be started or its engine does not answer.
    pub fn open(
        program: &str,
        timeout: Duration,
        logs: PathBuf,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, Fault> {
        let session = format!("{}-{}", std::process::id(), stamp());
        let engine =
            Self { program: program.to_owned(), session, timeout, logs, stop, count: AtomicU32::new(0) };
        let finished = engine
            .call(&["version"], CALL)
            .map_err(|error| engine.fault(&error, format!("`{program}` can't be started: {error:#}")))?;
        match finished.code {
            0 => {
                engine.clear_dead_sessions();
                Ok(engine)
            }
            code => {
                let said = last_lines(&finished.stderr, 3);
                let said = if said.is_empty() { said } else { format!(": {said}") };
                Err(Fault::Engine(format!("`{program} version` ended with exit code {code}{said}")))
            }
        }
    }

    /// Removes what sessions left whose process was killed without a chance to do so.
    fn clear_dead_sessions(&self) {
        let filter = format!("label={LABEL}");
        let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
        let listed = self.ask(&["ps", "-a", "--filter", &filter, "--format", &format]);
        let images = self.ask(&["images", "--filter", &filter, "--format", "{{.Repository}}:{{.Tag}}"]);
        let (listed, images) = (listed.map(|one| one.stdout), images.map(|one| one.stdout));
        for line in listed.unwrap_or_default().lines() {
            if let Some((container, session)) = line.split_once(' ')
                && is_dead(session)
            {
                self.remove(&["rm", "-f", "-v", container]);
            }
        }
        for image in images.unwrap_or_default().lines() {
            if image.split(PREFIX).nth(1).is_some_and(is_dead) {
                self.remove(&["image", "rm", "-f", image]);
            }
        }
    }

    /// The name that the user gave.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Where the logs are.
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    /// Whether the user asked to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Bound of one build or run.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    fn fault(&self, error: &anyhow::Error, otherwise: String) -> Fault {
        match error.downcast_ref::<Fault>() {
            Some(fault) => fault.clone(),
            None => Fault::Engine(otherwise),
        }
    }

    /// A call that neither builds nor runs an image.
    ///
    /// # Errors
    /// If it can't be started, takes too long or is stopped.
    pub fn ask<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Finished> {
        self.call(arguments, CALL)
    }

    /// A call that may take as long as the user allows.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn work<S: AsRef<str>>(&self, arguments: &[S]) -> Result<Finished> {
        self.call(arguments, self.timeout)
    }

    fn call<S: AsRef<str>>(&self, arguments: &[S], limit: Duration) -> Result<Finished> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let verb = arguments.first().map_or("", AsRef::as_ref);
        let log = |stream: &str| self.logs.join(format!("{number:03}-{verb}.{stream}"));
        let (out, err) = (log("out"), log("err"));
        let start = Instant::now();
        let child = Command::new(&self.program)
            .args(arguments.iter().map(AsRef::as_ref))
            .stdin(Stdio::null())
            .stdout(File::create(&out)?)
            .stderr(File::create(&err)?)
            .spawn()?;
        let code = self.wait(child, start, limit, &err)?;
        let read = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let finished = Finished { code, stdout: read(&out)?, stderr: read(&err)?, took: start.elapsed() };
        // what only answers a question is no log
        if !matches!(verb, "build" | "run" | "logs") {
            let _ = fs::remove_file(out).and(fs::remove_file(err));
        }
        Ok(finished)
    }

    fn wait(&self, mut child: Child, start: Instant, limit: Duration, log: &Path) -> Result<i32> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.code().unwrap_or(-1));
            }
            let late = start.elapsed() > limit;
            if late || self.stopped() {
                child.kill()?;
                child.wait()?;
                if !late {
                    bail!(Fault::Stopped);
                }
                bail!(Fault::Late { seconds: limit.as_secs(), log: log.to_owned() });
            }
            thread::sleep(LOOK);
        }
    }

    /// A call that has to be made although the user asked to stop: it removes what was made.
    fn remove(&self, arguments: &[&str]) {
        let call = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        drop(call);
    }

    /// A name that nothing else has.
    fn unique(&self, role: &str) -> String {
        format!("{PREFIX}{}-{}-{role}", self.session, self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn label(&self) -> String {
        format!("{LABEL}={}", self.session)
    }
}

/// An image that this session built; removed when dropped.
#[derive(Debug)]
pub struct Image<'a> {
    engine: &'a Engine,
    /// Its tag.
    pub tag: String,
    /// How long the build took.
    pub took: Duration,
}

impl<'a> Image<'a> {
    /// Builds a Dockerfile over a context. `options` are the user's own words for the builder.
    ///
    /// # Errors
    /// The end of what the builder said, if it failed; as [`Engine::ask`] otherwise.
    pub fn build(
        engine: &'a Engine,
        role: &str,
        dockerfile: &Path,
        context: &Path,
        options: &[String],
    ) -> Result<Self> {
        let mut image = Self { engine, tag: engine.unique(role), took: Duration::ZERO };
        let (file, folder, label) = (dockerfile.to_string_lossy(), context.to_string_lossy(), engine.label());
        let mut arguments = vec!["build", "--label", &label, "-t", &image.tag, "-f", &file];
        arguments.extend(options.iter().map(String::as_str));
        arguments.push(&folder);
        let finished = engine.work(&arguments)?;
        image.took = finished.took;
        finished.success()?;
        Ok(image)
    }

    /// The part of `image inspect` that says how containers start.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn configuration(&self) -> Result<Value> {
        let text = self.inspect("{{json .Config}}")?;
        serde_json::from_str(&text).context("the engine's description of the image is no JSON")
    }

    /// Its size in bytes, as the engine counts it.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn size(&self) -> Result<u64> {
        Ok(self.inspect("{{.Size}}")?.trim().parse()?)
    }

    /// How many layers it has.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn layers(&self) -> Result<usize> {
        Ok(self.inspect("{{len .RootFS.Layers}}")?.trim().parse()?)
    }

    fn inspect(&self, format: &str) -> Result<String> {
        self.engine.ask(&["image", "inspect", "-f", format, &self.tag])?.success()
    }

    /// Writes all its files into a tar archive, without running anything of it.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn export(&self, archive: &Path) -> Result<()> {
        let container = Container::create(self)?;
        let file = archive.to_string_lossy();
        self.engine.work(&["export", "-o", &file, &container.name])?.success()?;
        Ok(())
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        self.engine.remove(&["image", "rm", "-f", &self.tag]);
    }
}

/// A container of this session; removed with its volumes when dropped.
#[derive(Debug)]
pub struct Container<'a> {
    engine: &'a Engine,
    /// Its name.
    pub name: String,
}

impl<'a> Container<'a> {
    /// A container that is not started.
    fn create(image: &Image<'a>) -> Result<Self> {
        let container = Self::named(image.engine);
        container.call("create", &[], image, &["/none".to_owned()])?.success()?;
        Ok(container)
    }

    /// Starts an image in the background.
    ///
    /// # Errors
    /// If the engine can't start it; as [`Engine::ask`] otherwise.
    pub fn start(image: &Image<'a>, options: &[&str], arguments: &[String]) -> Result<Self> {
        let container = Self::named(image.engine);
        container.call("run", &[&["-d"], options].concat(), image, arguments)?.success()?;
        Ok(container)
    }

    /// Runs an image to its end.
    ///
    /// # Errors
    /// As [`Engine::ask`]; what the program itself says of its end is no error.
    pub fn finish(image: &Image<'a>, options: &[&str], arguments: &[String]) -> Result<Finished> {
        Self::named(image.engine).call("run", options, image, arguments)
    }

    fn named(engine: &'a Engine) -> Self {
        Self { engine, name: engine.unique("run") }
    }

    fn call(
        &self,
        verb: &str,
        options: &[&str],
        image: &Image<'_>,
        arguments: &[String],
    ) -> Result<Finished> {
        let label = self.engine.label();
        let fixed = [verb, "--label", &label, "--name", &self.name];
        let words: Vec<&str> = fixed
            .into_iter()
            .chain(options.iter().copied())
            .chain([image.tag.as_str()])
            .chain(arguments.iter().map(String::as_str))
            .collect();
        self.engine.work(&words)
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn runs(&self) -> Result<bool> {
        let state = self.engine.ask(&["inspect", "-f", "{{.State.Running}}", &self.name])?.success()?;
        Ok(state.trim() == "true")
    }

    /// `healthy`, `unhealthy`, `starting`, or nothing where the image has no health check.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn health(&self) -> Result<String> {
        let format = "{{if .State.Health}}{{.State.Health.Status}}{{end}}";
        Ok(self.engine.ask(&["inspect", "-f", format, &self.name])?.success()?.trim().to_owned())
    }

    /// The address on this machine of one of its ports.
    ///
    /// # Errors
    /// If the port is not published.
    pub fn address(&self, port: u16) -> Result<String> {
        let text = self.engine.ask(&["port", &self.name, &port.to_string()])?.success()?;
        Ok(text.lines().next().context("the port is not published")?.to_owned())
    }

    /// What it wrote so far, both streams.
    pub fn said(&self) -> String {
        let finished = self.engine.ask(&["logs", &self.name]);
        finished.map(|finished| format!("{}{}", finished.stdout, finished.stderr)).unwrap_or_default()
    }

    /// What a command inside says; nothing where the image has no such program.
    pub fn inside(&self, command: &[&str]) -> String {
        let words: Vec<&str> = ["exec", &self.name].into_iter().chain(command.iter().copied()).collect();
        self.engine.ask(&words).map(|finished| finished.stdout).unwrap_or_default()
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.engine.remove(&["rm", "-f", "-v", &self.name]);
    }
}

/// The last lines of a text, for messages.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// Whether the process of a session, which begins with its number, has ended. Where that can't be seen it has not.
fn is_dead(session: &str) -> bool {
    let process = session.split('-').next().unwrap_or_default();
    let number = !process.is_empty() && process.chars().all(|digit| digit.is_ascii_digit());
    number && Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists()
}

/// Tells sessions of one process number apart.
fn stamp() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.subsec_nanos())
}
