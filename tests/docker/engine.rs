//! The Docker engine, by its command line: every call is bounded in time, everything made is removed.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// A build may compile a whole dependency tree.
const BUILD: Duration = Duration::from_secs(900);
/// Any other call.
const CALL: Duration = Duration::from_secs(90);
/// Marks the containers of these tests.
const LABEL: &str = "restage-test";

/// What a finished call left.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code, -1 after a signal.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Finished {
    /// Standard output of a call that must succeed.
    pub(crate) fn success(self) -> Result<String> {
        ensure!(self.code == 0, "exit {}:\n{}{}", self.code, self.stdout, self.stderr);
        Ok(self.stdout)
    }
}

/// Runs `docker` with these arguments.
pub(crate) fn docker<I: IntoIterator<Item: AsRef<str>>>(arguments: I) -> Result<Finished> {
    call(arguments, CALL)
}

fn call<I: IntoIterator<Item: AsRef<str>>>(arguments: I, limit: Duration) -> Result<Finished> {
    let folder = tempfile::tempdir()?;
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut command = Command::new("docker");
    for argument in arguments {
        command.arg(argument.as_ref());
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&out)?)
        .stderr(File::create(&err)?)
        .spawn()
        .context("docker can't be started")?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("no end after {} s: {command:?}\n{}", limit.as_secs(), fs::read_to_string(&err)?);
        }
        thread::sleep(Duration::from_millis(50));
    };
    let read = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(Finished { code: status.code().unwrap_or(-1), stdout: read(&out)?, stderr: read(&err)? })
}

/// Whether an engine is there.
pub(crate) fn answers() -> bool {
    docker(["version"]).is_ok_and(|finished| finished.code == 0)
}

/// Whether the image is here or can be pulled.
pub(crate) fn has_image(name: &str) -> bool {
    let succeeds = |arguments: [&str; 3]| docker(arguments).is_ok_and(|finished| finished.code == 0);
    succeeds(["image", "inspect", name])
        || call(["pull", "-q", name], BUILD).is_ok_and(|finished| finished.code == 0)
}

/// A name that no other call of this or another process gets.
fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A built image, removed when dropped.
#[derive(Debug)]
pub(crate) struct Image {
    /// Its tag.
    pub(crate) tag: String,
}

impl Image {
    /// Builds the Dockerfile of `context`.
    ///
    /// The frontend that a syntax directive names would be pulled; the engine's own does as well, so the
    /// directive is left out of what is built. The Dockerfile is kept out of the context, lest its rewriting
    /// alone compiles everything anew.
    pub(crate) fn build(case: &str, role: &str, context: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("Dockerfile");
        let text = fs::read_to_string(context.join("Dockerfile"))?;
        let directive = |line: &&str| line.trim_start_matches(['#', ' ']).starts_with("syntax=");
        let built: String = text.split_inclusive('\n').filter(|line| !directive(line)).collect();
        fs::write(&file, built)?;
        let ignored = fs::read_to_string(context.join(".dockerignore")).unwrap_or_default();
        fs::write(folder.path().join("Dockerfile.dockerignore"), ignored + "\nDockerfile\n")?;
        let image = Self { tag: unique(&format!("restage-test/{case}-{role}")) };
        let (file, context) = (file.to_string_lossy(), context.to_string_lossy());
        let arguments =
            ["build", "--network", "host", "--progress", "plain", "-t", &image.tag, "-f", &file, &context];
        let finished = call(arguments, BUILD)?;
        ensure!(finished.code == 0, "{}", last_lines(&finished.stderr, 40));
        Ok(image)
    }

    /// `docker image inspect`, the part that says how containers start.
    pub(crate) fn configuration(&self) -> Result<Value> {
        let text = docker(["image", "inspect", "-f", "{{json .Config}}", &self.tag])?.success()?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Its size in bytes.
    pub(crate) fn size(&self) -> Result<u64> {
        let text = docker(["image", "inspect", "-f", "{{.Size}}", &self.tag])?.success()?;
        Ok(text.trim().parse()?)
    }

    /// Where programs of these names are, in any folder called bin or sbin. Works for images without a shell, too.
    pub(crate) fn find_programs(&self, programs: &[String]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir()?;
        let archive = folder.path().join("files.tar");
        let container = Container::create(self)?;
        docker(["export", "-o", &archive.to_string_lossy(), &container.name])?.success()?;
        let output = Command::new("tar").arg("-tf").arg(&archive).output()?;
        ensure!(output.status.success(), "tar: {}", String::from_utf8_lossy(&output.stderr));
        let listing = String::from_utf8_lossy(&output.stdout);
        let found = listing.lines().filter(|path| {
            let mut names = path.rsplit('/');
            let name = names.next().unwrap_or_default();
            programs.iter().any(|program| program == name) && names.next().is_some_and(|f| f.ends_with("bin"))
        });
        Ok(found.map(|path| format!("/{path}")).collect())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        drop(docker(["image", "rm", "-f", &self.tag]));
    }
}

/// A container, removed when dropped.
#[derive(Debug)]
pub(crate) struct Container {
    /// Its name.
    pub(crate) name: String,
}

impl Container {
    /// Starts the image in the background.
    pub(crate) fn start(image: &Image, options: &[String], arguments: &[String]) -> Result<Self> {
        let container = Self { name: unique(LABEL) };
        container.call(&["run", "-d"], options, image, arguments)?.success()?;
        Ok(container)
    }

    /// Runs the image to its end.
    pub(crate) fn finish(image: &Image, options: &[String], arguments: &[String]) -> Result<Finished> {
        let container = Self { name: unique(LABEL) };
        container.call(&["run"], options, image, arguments)
    }

    /// A container of the image that is not started.
    fn create(image: &Image) -> Result<Self> {
        let container = Self { name: unique(LABEL) };
        container.call(&["create"], &[], image, &["nothing".to_owned()])?.success()?;
        Ok(container)
    }

    fn call(
        &self,
        verb: &[&str],
        options: &[String],
        image: &Image,
        arguments: &[String],
    ) -> Result<Finished> {
        let fixed = ["--label", LABEL, "--name", &self.name];
        let options = options.iter().map(String::as_str).chain([image.tag.as_str()]);
        let arguments = arguments.iter().map(String::as_str);
        docker(verb.iter().copied().chain(fixed).chain(options).chain(arguments))
    }

    /// Whether it still runs.
    pub(crate) fn runs(&self) -> Result<bool> {
        Ok(docker(["inspect", "-f", "{{.State.Running}}", &self.name])?.success()?.trim() == "true")
    }

    /// The address on this machine of one of its ports.
    pub(crate) fn address(&self, port: u16) -> Result<String> {
        let text = docker(["port", &self.name, &port.to_string()])?.success()?;
        Ok(text.lines().next().context("the port is not published")?.to_owned())
    }

    /// What it wrote so far, for messages.
    pub(crate) fn logs(&self) -> String {
        docker(["logs", &self.name])
            .map(|finished| last_lines(&format!("{}{}", finished.stdout, finished.stderr), 30))
            .unwrap_or_default()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        drop(docker(["rm", "-f", "-v", &self.name]));
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
