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

use anyhow::{Result, bail};

use super::fault::Fault;
use super::session::{self, PREFIX, is_dead};

/// The label of everything that is made, with the session as its value.
pub const LABEL: &str = "restage.verify";

/// Bound of a call that neither builds nor runs.
const CALL: Duration = Duration::from_secs(120);

/// How often a running call looks whether it has ended or should end.
const LOOK: Duration = Duration::from_millis(20);

/// How long a program that is asked to end may take to undo what it began.
const GRACE: Duration = Duration::from_secs(5);

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
        let session = session::name();
        let engine =
            Self { program: program.to_owned(), session, timeout, logs, stop, count: AtomicU32::new(0) };
        let finished = engine
            .call(&["version"], CALL)
            .map_err(|error| engine.fault(&error, format!("`{program}` can't be started: {error:#}")))?;
        match finished.code {
            0 => {
                session::clear_folders();
                engine.clear(is_dead);
                Ok(engine)
            }
            code => {
                let said = last_lines(&finished.stderr, 3);
                let said = if said.is_empty() { said } else { format!(": {said}") };
                let why = format!("`{program} version` ended with exit code {code}{said}");
                Err(if is_denied(&said) { Fault::Denied(why) } else { Fault::Engine(why) })
            }
        }
    }

    /// Removes containers and images that bear our label, and a name that is wanted gone.
    fn clear(&self, is_gone: impl Fn(&str) -> bool) {
        let filter = format!("label={LABEL}");
        let lists = [
            (["ps", "-a", "--filter", &filter, "--format", "{{.Names}}"], &["rm", "-f", "-v"]),
            (
                ["images", "-a", "--filter", &filter, "--format", "{{.Repository}}:{{.Tag}}"],
                &["image", "rm", "-f"],
            ),
        ];
        for (list, removal) in lists {
            let listed = self.tidy(&list);
            for name in listed.lines().filter(|name| is_gone(name)) {
                self.tidy(&[&removal[..], &[name]].concat());
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
        let mut command = self.command(arguments);
        let child = command.stdout(File::create(&out)?).stderr(File::create(&err)?).spawn()?;
        let code = self.wait(child, start, limit, &err)?;
        let read = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let finished = Finished { code, stdout: read(&out)?, stderr: read(&err)?, took: start.elapsed() };
        // what only answers a question is no log
        if !matches!(verb, "build" | "run" | "logs") {
            let _ = fs::remove_file(out).and(fs::remove_file(err));
        }
        Ok(finished)
    }

    /// The program in a process group of its own: a terminal's Ctrl-C comes to us, and we say who ends when.
    fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments.iter().map(AsRef::as_ref)).stdin(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }

    fn wait(&self, mut child: Child, start: Instant, limit: Duration, log: &Path) -> Result<i32> {
        loop {
            let ended = child.try_wait()?;
            let late = start.elapsed() > limit;
            if ended.is_none() && (late || self.stopped()) {
                end(&mut child)?;
            }
            match ended {
                _ if self.stopped() => bail!(Fault::Stopped),
                Some(status) => return Ok(status.code().unwrap_or(-1)),
                None if late => bail!(Fault::Late { seconds: limit.as_secs(), log: log.to_owned() }),
                None => thread::sleep(LOOK),
            }
        }
    }

    /// What a call says that has to be made although the user asked to stop: it removes what was made.
    pub(super) fn tidy(&self, arguments: &[&str]) -> String {
        let child = self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let output = child.and_then(Child::wait_with_output);
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    }

    /// A folder of this session, removed when dropped.
    ///
    /// # Errors
    /// If none can be made.
    pub(super) fn folder(&self) -> std::io::Result<tempfile::TempDir> {
        tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", self.session)).tempdir()
    }

    /// A name that nothing else has.
    pub(super) fn unique(&self, role: &str) -> String {
        format!("{PREFIX}{}-{}-{role}", self.session, self.count.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn label(&self) -> String {
        format!("{LABEL}={}", self.session)
    }
}

/// What was still being made when a call was ended may come into being after it.
impl Drop for Engine {
    fn drop(&mut self) {
        let own = format!("{PREFIX}{}-", self.session);
        self.clear(|name| name.contains(&own) || is_dead(name));
    }
}

/// Asks a program and what it started to end, and makes it after a while.
fn end(child: &mut Child) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let tell = |signal| group.map(|group| kill_process_group(group, signal));
        let asked = Instant::now();
        let _ = tell(Signal::TERM);
        while asked.elapsed() < GRACE && child.try_wait()?.is_none() {
            thread::sleep(LOOK);
        }
        let _ = tell(Signal::KILL);
    }
    if child.try_wait()?.is_none() {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

/// Whether an engine is there, but not for this user.
fn is_denied(said: &str) -> bool {
    said.to_ascii_lowercase().contains("permission denied")
}

/// The last lines of a text, for messages.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
