//! What an image answers when it is run as its case says.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::case::Case;
use crate::engine::{self, Container, Finished, Image};

/// How long a converted server may take until it answers.
pub(crate) const READY: Duration = Duration::from_secs(30);
/// The same for an original, which may compile when it starts.
pub(crate) const COMPILED: Duration = Duration::from_secs(180);

/// Questions and answers, in the order of the case.
#[derive(Debug, Default)]
pub(crate) struct Answers(Vec<(String, String)>);

impl Answers {
    fn add(&mut self, question: impl Into<String>, answer: impl Into<String>) {
        self.0.push((question.into(), answer.into()));
    }

    fn finished(&mut self, question: &str, finished: &Finished) {
        self.add(format!("{question}: exit code"), finished.code.to_string());
        self.add(format!("{question}: stdout"), finished.stdout.clone());
    }

    /// One line for each answer that `new` gives otherwise.
    pub(crate) fn differences(&self, new: &Self) -> Vec<String> {
        let pairs = self.0.iter().zip(&new.0);
        let differing = pairs.filter(|(old, new)| old != new);
        differing
            .map(|((question, old), (_, new))| format!("{question}\n  was {old:?}\n  is  {new:?}"))
            .collect()
    }
}

/// Runs the image and asks all that the case asks; a server may take `patience` until it answers.
pub(crate) fn collect(case: &Case, image: &Image, patience: Duration) -> Result<Answers> {
    let mut answers = Answers::default();
    let options = environment(case)?;
    if let Some(port) = case.run.port {
        let publish = ["-p".to_owned(), format!("127.0.0.1::{port}")];
        let server = Container::start(image, &[&options[..], &publish].concat(), &case.run.args)?;
        let ask = || -> Result<()> {
            for path in &case.run.get {
                let answer = get(&server, port, path, patience)?;
                ensure!(!answer.starts_with('5'), "GET {path}: the server failed: {answer}");
                answers.add(format!("GET {path}"), answer);
            }
            if let Some(finished) = health(image, &server)? {
                answers.finished("HEALTHCHECK", &finished);
            }
            Ok(())
        };
        ask_server(ask, &server)?;
    }
    if case.run.stdout {
        let finished = Container::finish(image, &options, &case.run.args)?;
        if finished.code != 0 {
            bail!("exit {}: {}{}", finished.code, finished.stdout, finished.stderr);
        }
        answers.finished("run", &finished);
    }
    for command in &case.run.exec {
        let finished = execute(image, &options, command)?;
        // the engine or the shell found nothing to start
        if finished.code >= 125 {
            bail!("{command:?}: exit {}: {}{}", finished.code, finished.stdout, finished.stderr);
        }
        answers.finished(&command.join(" "), &finished);
    }
    Ok(answers)
}

fn ask_server(ask: impl FnOnce() -> Result<()>, server: &Container) -> Result<()> {
    ask().with_context(|| format!("docker logs:\n{}", server.logs()))
}

/// The options that set the variables of the case.
fn environment(case: &Case) -> Result<Vec<String>> {
    let mut options = Vec::new();
    for (name, value) in &case.run.env {
        options.extend(["-e".to_owned(), format!("{name}={value}")]);
    }
    if let Some(name) = &case.run.https {
        options.extend(["-e".to_owned(), format!("{name}={}", site()?)]);
    }
    Ok(options)
}

/// Runs one command in a container of its own.
fn execute(image: &Image, options: &[String], command: &[String]) -> Result<Finished> {
    let (program, arguments) = command.split_first().context("an empty command")?;
    let entrypoint = ["--entrypoint".to_owned(), program.clone()];
    Container::finish(image, &[options, &entrypoint].concat(), arguments)
}

/// A site that answers over HTTPS: the one that pip installs from, which these tests must reach anyway.
fn site() -> Result<String> {
    static SITE: OnceLock<String> = OnceLock::new();
    if let Some(known) = SITE.get() {
        return Ok(known.clone());
    }
    let ask = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
    let told = engine::docker(["run", "--rm", "--entrypoint", "python", "python:3.11-slim", "-c", ask])?
        .success()?;
    Ok(SITE.get_or_init(|| told.trim().to_owned()).clone())
}

/// Runs the HEALTHCHECK of the image beside the running server, in its network.
fn health(image: &Image, server: &Container) -> Result<Option<Finished>> {
    let configuration = image.configuration()?;
    let test: Vec<String> =
        serde_json::from_value(configuration["Healthcheck"]["Test"].clone()).unwrap_or_default();
    let network = ["--network".to_owned(), format!("container:{}", server.name)];
    let command = match test.split_first() {
        Some((kind, words)) if kind == "CMD" => words.to_vec(),
        Some((kind, words)) if kind == "CMD-SHELL" => [shell(&configuration), words.to_vec()].concat(),
        _ => return Ok(None),
    };
    execute(image, &network, &command).map(Some)
}

fn shell(configuration: &Value) -> Vec<String> {
    serde_json::from_value(configuration["Shell"].clone())
        .unwrap_or_else(|_| vec!["/bin/sh".to_owned(), "-c".to_owned()])
}

/// Status, content type and body, waiting for the server to come up.
fn get(server: &Container, port: u16, path: &str, patience: Duration) -> Result<String> {
    let start = Instant::now();
    loop {
        let last = match server.address(port).and_then(|address| request(&address, path)) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => "the connection was closed".to_owned(),
            Err(error) => error.to_string(),
        };
        ensure!(server.runs()?, "GET {path}: the container has ended");
        ensure!(start.elapsed() < patience, "GET {path}: no answer in {} s: {last}", patience.as_secs());
        thread::sleep(Duration::from_millis(200));
    }
}

/// One HTTP/1.0 request; `None` if the peer closed without a word, as the engine's proxy does until the server is up.
fn request(address: &str, path: &str) -> Result<Option<String>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: */*\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let status = head.split(' ').nth(1).context("no status")?;
    let kind =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-type:")).unwrap_or_default();
    Ok(Some(format!("{status}\n{kind}\n\n{body}")))
}
