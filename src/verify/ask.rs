//! What an image answers when it is run, where the user asked for that: commands, requests, imports.
//!
//! An answer has a part that has to be the same and a part that may change from run to run: what two runs of the *old* image
//! tell differently is not held against the new one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::built::{Container, Image};
use super::engine::{Engine, last_lines};
use super::fault::Fault;

/// How long a server may take to answer its first request, at most; `--timeout` may be shorter.
const PATIENCE: Duration = Duration::from_secs(120);

/// Names the modules that can be imported.
const IMPORTS: &str = include_str!("imports.py");

/// What to ask both images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Commands to run, as words.
    pub commands: Vec<Vec<String>>,
    /// Ports and paths to request from the started image.
    pub requests: Vec<(u16, String)>,
    /// The interpreter whose modules are to be imported, and the distributions that need not be.
    pub imports: Option<(String, Vec<String>)>,
    /// The network of commands and imports, as the engine names it; none if empty.
    pub network: String,
    /// Variables set from outside, `NAME=value`.
    pub variables: Vec<String>,
}

impl Questions {
    /// Whether nothing is to be run.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.requests.is_empty() && self.imports.is_none()
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question, for people.
    pub question: String,
    /// What has to be the same: an exit code, a status.
    pub outcome: String,
    /// What is the same unless it changes from run to run: an output, a body.
    pub content: String,
    /// All that was said beside it, for messages and for what it names.
    pub said: String,
    /// Whether each line of the content stands for itself, and more of them are no harm.
    pub is_list: bool,
}

impl Answer {
    /// Whether there is no answer: nothing was started, or nobody spoke. Two of those are no agreement.
    pub fn is_none(&self) -> bool {
        match self.outcome.strip_prefix("exit code ") {
            // of an engine: it failed itself, the program can't be executed, it is not there
            Some(code) => matches!(code, "125" | "126" | "127"),
            None => !self.outcome.starts_with("status"),
        }
    }

    /// How the answer of the new image differs from this one; `again` is a second answer of the old image.
    pub fn difference(&self, new: &Self, again: Option<&Self>) -> Option<String> {
        if self.outcome != new.outcome {
            return Some(format!("{}: was {}, is {}", self.question, self.outcome, new.outcome));
        }
        if self.is_list {
            let lost: Vec<&str> = self
                .content
                .lines()
                .filter(|line| !new.content.lines().any(|other| other == *line))
                .collect();
            return (!lost.is_empty()).then(|| format!("{}: without {}", self.question, lost.join(", ")));
        }
        let changes = again.is_some_and(|again| again.content != self.content);
        (self.content != new.content && !changes).then(|| {
            format!("{}: was {:?}, is {:?}", self.question, short(&self.content), short(&new.content))
        })
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Asks an image all questions, in order.
///
/// # Errors
/// [`Fault::Stopped`] and faults of the engine; that the program fails is an answer.
pub fn answers(engine: &Engine, image: &Image<'_>, questions: &Questions) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    for words in &questions.commands {
        answers.push(command(image, questions, words)?);
    }
    if let Some((interpreter, skipped)) = &questions.imports {
        let mut words = vec![interpreter.clone(), "-c".to_owned(), IMPORTS.to_owned()];
        words.extend(skipped.iter().cloned());
        let answer = command(image, questions, &words)?;
        answers.push(Answer { question: "imports".to_owned(), is_list: true, ..answer });
    }
    if !questions.requests.is_empty() {
        answers.extend(server(engine, image, questions)?);
    }
    Ok(answers)
}

fn command(image: &Image<'_>, questions: &Questions, words: &[String]) -> Result<Answer> {
    let network = if questions.network.is_empty() { "none" } else { &questions.network };
    let mut options = vec!["--network", network, "--entrypoint", ""];
    options.extend(questions.variables.iter().flat_map(|variable| ["-e", variable]));
    let finished = Container::finish(image, &options, words)?;
    Ok(Answer {
        question: words.join(" "),
        outcome: format!("exit code {}", finished.code),
        said: format!("{}\n{}", finished.stdout, finished.stderr),
        content: finished.stdout,
        is_list: false,
    })
}

fn server(engine: &Engine, image: &Image<'_>, questions: &Questions) -> Result<Vec<Answer>> {
    let mut ports: Vec<String> =
        questions.requests.iter().map(|(port, _)| format!("127.0.0.1::{port}")).collect();
    ports.dedup();
    let mut options: Vec<&str> = ports.iter().flat_map(|port| ["-p", port]).collect();
    options.extend(questions.variables.iter().flat_map(|variable| ["-e", variable]));
    let asked = questions.requests.iter();
    let container = match Container::start(image, &options, &[]) {
        Ok(container) => container,
        Err(error) if engine.stopped() => bail!(error),
        Err(error) => {
            let failed = |(port, path): &(u16, String)| Answer {
                question: format!("GET :{port}{path}"),
                outcome: "the container does not start".to_owned(),
                content: String::new(),
                said: format!("{error:#}"),
                is_list: false,
            };
            return Ok(asked.map(failed).collect());
        }
    };
    let mut answers = Vec::new();
    for (port, path) in asked {
        let (outcome, content) = match get(engine, &container, *port, path)? {
            Ok(answer) => answer,
            Err(why) => (why, String::new()),
        };
        let said = format!("{content}\n{}", container.said());
        answers.push(Answer {
            question: format!("GET :{port}{path}"),
            outcome,
            content,
            said,
            is_list: false,
        });
    }
    Ok(answers)
}

/// Status and content type, and the body; or why there is none. Waits for the server to come up.
fn get(
    engine: &Engine,
    container: &Container<'_>,
    port: u16,
    path: &str,
) -> Result<Result<(String, String), String>> {
    let patience = PATIENCE.min(engine.timeout());
    let start = Instant::now();
    loop {
        let last = match container.address(port).and_then(|address| request(&address, path)) {
            Ok(Some(answer)) => return Ok(Ok(answer)),
            Ok(None) => "the connection was closed".to_owned(),
            Err(error) => error.to_string(),
        };
        if engine.stopped() {
            bail!(Fault::Stopped);
        }
        if !container.runs()? {
            return Ok(Err(format!("the container has ended: {}", last_lines(&container.said(), 5))));
        }
        if start.elapsed() > patience {
            return Ok(Err(format!("no answer in {} s: {last}", patience.as_secs())));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// One HTTP/1.0 request; `None` if the peer closed without a word, as an engine's proxy does until the server is up.
fn request(address: &str, path: &str) -> Result<Option<(String, String)>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: */*\r\n\r\n")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let status = head.split(' ').nth(1).context("no status in the answer")?;
    let kind = head.lines().filter_map(|line| line.split_once(':'));
    let mut kind =
        kind.filter(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.trim());
    Ok(Some((format!("status {status} {}", kind.next_back().unwrap_or_default()), body.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(outcome: &str, content: &str) -> Answer {
        Answer {
            question: "run".to_owned(),
            outcome: outcome.to_owned(),
            content: content.to_owned(),
            said: String::new(),
            is_list: false,
        }
    }

    #[test]
    fn what_changes_from_run_to_run_is_not_held_against_anybody() {
        let old = answer("exit code 0", "12:00");
        assert!(old.difference(&answer("exit code 0", "12:01"), None).is_some());
        assert!(
            old.difference(&answer("exit code 0", "12:01"), Some(&answer("exit code 0", "12:02"))).is_none()
        );
        assert!(old.difference(&answer("exit code 0", "12:01"), Some(&old)).is_some());
        assert!(old.difference(&answer("exit code 1", "12:00"), Some(&answer("exit code 0", "x"))).is_some());
    }

    #[test]
    fn what_was_not_started_is_no_answer() {
        for outcome in ["exit code 127", "the container does not start", "no answer in 3 s: refused"] {
            assert!(answer(outcome, "").is_none(), "{outcome}");
        }
        for outcome in ["exit code 0", "exit code 2", "status 404 text/html"] {
            assert!(!answer(outcome, "").is_none(), "{outcome}");
        }
    }

    #[test]
    fn a_list_may_only_grow() {
        let list = |content: &str| Answer { is_list: true, ..answer("exit code 0", content) };
        assert_eq!(list("a\nb").difference(&list("b\na\nc"), None), None);
        assert_eq!(list("a\nb").difference(&list("a"), None).as_deref(), Some("run: without b"));
    }
}
