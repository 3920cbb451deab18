//! Every rewrite of the case folders, spoilt in many ways: the proof has to see it.
//!
//! Each operator below spoils one line of a finished text. What restage itself writes has to be accepted, and most of what is
//! spoilt has to be seen: by a breach, or by a line that can't be judged.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test reads its cases and tells what it saw"
)]

use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Instruction, Keyword};
use restage::knowledge::Knowledge;
use restage::pipeline::{Outcome, Request, prove, restage};
use restage::recipe::Recipes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A spoilt text: the operator, the line it spoils, and the text.
struct Mutant {
    operator: &'static str,
    line: String,
    text: String,
}

/// What came of all mutants.
#[derive(Default)]
struct Tally {
    made: usize,
    operators: BTreeMap<&'static str, usize>,
    survivors: Vec<String>,
    refused: Vec<String>,
}

#[test]
fn what_is_spoilt_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = folders(&root).iter().flat_map(|group| folders(group)).collect();
    cases.sort();
    let recipes = Recipes::load(&[]).expect("the embedded rules are recipes");
    let tally = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    try_case(case, &root, &recipes, &tally);
                }
            });
        }
    });
    let mut tally = tally.into_inner().expect("no thread panicked");
    tally.survivors.sort();
    assert!(tally.refused.is_empty(), "restage's own output is not accepted:\n{}", tally.refused.join("\n"));
    assert!(tally.operators.len() >= 20, "only {} operators made something", tally.operators.len());
    judge(&tally);
}

/// Least share of the mutants that is seen, in percent. Those that are not include texts that still mean the same (a line of
/// the builder on which nothing rests), so that this is no measure of what is missed: it only must not fall.
const LEAST: usize = 86;

/// Most of what is spoilt is seen.
fn judge(tally: &Tally) {
    let seen = tally.made - tally.survivors.len();
    let survivors: String = tally.survivors.iter().map(|one| format!("{one}\n")).collect();
    eprintln!("{seen} of {} mutants are seen by {} operators", tally.made, tally.operators.len());
    assert!(
        seen * 100 >= tally.made * LEAST,
        "only {seen} of {} are seen; not seen:\n{survivors}",
        tally.made
    );
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("the folder of cases is there");
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
}

fn files(root: &Path, at: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    let entries = std::fs::read_dir(at).expect("a folder of a case");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let is_link = path.symlink_metadata().is_ok_and(|data| data.is_symlink());
        if is_link {
            continue;
        }
        if path.is_dir() {
            files(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push((name, std::fs::read(&path).expect("a file of a case")));
        }
    }
}

fn try_case(case: &Path, root: &Path, recipes: &Recipes, tally: &Mutex<Tally>) {
    let Ok(text) = std::fs::read_to_string(case.join("Dockerfile")) else { return };
    let mut context = Vec::new();
    files(case, case, &mut context);
    let ignore = std::fs::read_to_string(case.join(".dockerignore")).ok();
    let context = Context::new(Box::new(MapFiles::new(context)), ignore.as_deref());
    let knowledge = Knowledge::embedded();
    let request = Request {
        text: &text,
        context: Some(&context),
        recipes,
        knowledge: &knowledge,
        runtime: None,
        keep: &[],
        artifacts: &[],
    };
    let Outcome::Rewritten(rewrite) = restage(&request) else { return };
    let name = case.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    let is_seen = |after: &str| match prove(&request, after) {
        Ok(judgement) => !judgement.breaches.is_empty() || !judgement.unjudged.is_empty(),
        Err(_) => true,
    };
    if is_seen(&rewrite.text) {
        let found = prove(&request, &rewrite.text).map(|judgement| format!("{judgement:?}"));
        tally.lock().expect("no panic").refused.push(format!("{name}: {found:?}"));
        return;
    }
    let mutants = mutants(&rewrite.text);
    let survivors: Vec<String> = mutants
        .iter()
        .filter(|mutant| !is_seen(&mutant.text))
        .map(|mutant| format!("{name} | {} | {}", mutant.operator, mutant.line))
        .collect();
    let mut tally = tally.lock().expect("no panic");
    tally.made += mutants.len();
    for mutant in &mutants {
        *tally.operators.entry(mutant.operator).or_default() += 1;
    }
    tally.survivors.extend(survivors);
}

/// Every way to spoil a text.
fn mutants(text: &str) -> Vec<Mutant> {
    let document = Document::parse(text).expect("a rewrite is a Dockerfile");
    let mut spoiler = Spoiler { text, found: Vec::new() };
    let all = &document.instructions;
    let last = all.iter().rposition(|one| one.keyword == Keyword::From).unwrap_or(0);
    for (index, instruction) in all.iter().enumerate() {
        spoiler.lines(instruction);
        spoiler.words(instruction, index > last);
        spoiler.values(instruction, index > last);
        if instruction.keyword == Keyword::From {
            spoiler.base(instruction, index == last);
        }
        if instruction.keyword == Keyword::Run {
            spoiler.run(instruction);
        }
    }
    let before = spoiler.text;
    spoiler.found.retain(|mutant| mutant.text != before && Document::parse(mutant.text.as_str()).is_ok());
    spoiler.found
}

struct Spoiler<'a> {
    text: &'a str,
    found: Vec<Mutant>,
}

impl Spoiler<'_> {
    fn add(&mut self, operator: &'static str, instruction: &Instruction, text: String) {
        let line = self.text[instruction.span.start..].lines().next().unwrap_or_default();
        self.found.push(Mutant { operator, line: line.chars().take(90).collect(), text });
    }

    /// The text with a part of one instruction replaced.
    fn replaced(&self, instruction: &Instruction, from: &str, to: &str) -> Option<String> {
        let span = instruction.span;
        let own = &self.text[span.start..span.end];
        own.contains(from).then(|| {
            format!("{}{}{}", &self.text[..span.start], own.replacen(from, to, 1), &self.text[span.end..])
        })
    }

    fn replace(&mut self, operator: &'static str, instruction: &Instruction, from: &str, to: &str) {
        if let Some(text) = self.replaced(instruction, from, to) {
            self.add(operator, instruction, text);
        }
    }

    /// Whole lines are left out.
    fn lines(&mut self, instruction: &Instruction) {
        let (text, span) = (self.text, instruction.span);
        let end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at + 1);
        if !instruction.heredocs.is_empty() {
            return;
        }
        self.add("drop-line", instruction, format!("{}{}", &text[..span.start], &text[end..]));
    }

    /// Words of COPY and flags.
    fn words(&mut self, instruction: &Instruction, in_runtime: bool) {
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Add) || !instruction.heredocs.is_empty() {
            return;
        }
        let own = self.text[instruction.span.start..instruction.span.end].to_owned();
        let words: Vec<&str> =
            own.split_whitespace().skip(1).filter(|word| !word.starts_with("--")).collect();
        let from = own.split_whitespace().find(|word| word.starts_with("--from="));
        if let (Some(from), [source, destination]) = (from, words.as_slice()) {
            let pair = format!("{source} {destination}");
            self.replace("rename-stage-source", instruction, &pair, &format!("{source}-x {destination}"));
            self.replace(
                "rename-stage-destination",
                instruction,
                &pair,
                &format!("{source} {destination}-x"),
            );
            self.replace("copy-the-root", instruction, &pair, "/ /");
            self.replace("misspell-stage", instruction, from, &format!("{from}s"));
            self.replace("drop-from", instruction, &format!("{from} "), "");
        }
        if let Some(chown) = own.split_whitespace().find(|word| word.starts_with("--chown=")) {
            self.replace("drop-chown", instruction, &format!("{chown} "), "");
            self.replace("unknown-owner", instruction, chown, "--chown=ghost");
        }
        if let (None, true, [.., destination]) = (from, in_runtime, words.as_slice())
            && own.ends_with(destination)
        {
            let moved = format!("{}/elsewhere/", &own[..own.len() - destination.len()]);
            self.replace("move-context-copy", instruction, &own, &moved);
        }
        if words.len() > 2 {
            self.replace("drop-source", instruction, &format!("{} ", words[0]), "");
        }
    }

    /// Values of declarations.
    fn values(&mut self, instruction: &Instruction, in_runtime: bool) {
        let own = self.text[instruction.span.start..instruction.span.end].to_owned();
        let (keyword, rest) = own.split_once(char::is_whitespace).unwrap_or((&own, ""));
        let (keyword, rest) = (keyword.to_owned(), rest.to_owned());
        match instruction.keyword {
            Keyword::Workdir if in_runtime => {
                self.replace("change-workdir", instruction, &own, &format!("{keyword} /elsewhere"));
            }
            Keyword::User if in_runtime => {
                self.replace("change-user", instruction, &own, &format!("{keyword} 12345"));
            }
            Keyword::Expose => self.replace("change-port", instruction, &own, &format!("{keyword} 1")),
            Keyword::Volume => {
                self.replace("change-volume", instruction, &own, &format!("{keyword} /elsewhere"))
            }
            Keyword::Env if rest.contains('=') => {
                let name = rest.split('=').next().unwrap_or_default().to_owned();
                self.replace("change-env", instruction, &own, &format!("{keyword} {name}=spoilt"));
            }
            Keyword::Label if rest.contains('=') => {
                let name = rest.split('=').next().unwrap_or_default().to_owned();
                self.replace("change-label", instruction, &own, &format!("{keyword} {name}=spoilt"));
            }
            Keyword::Healthcheck => {
                self.replace("no-healthcheck", instruction, &own, &format!("{keyword} NONE"))
            }
            Keyword::Cmd => {
                self.replace("cmd-to-entrypoint", instruction, &own, &format!("ENTRYPOINT {rest}"));
                self.replace("user-before-cmd", instruction, &own, &format!("USER 12345\n{own}"));
                if let Some(end) = rest.rfind(']') {
                    let longer = format!("{keyword} {}, \"--spoilt\"]", &rest[..end]);
                    self.replace("more-arguments", instruction, &own, &longer);
                }
            }
            Keyword::Entrypoint => {
                self.replace("entrypoint-to-cmd", instruction, &own, &format!("CMD {rest}"));
            }
            _ => {}
        }
    }

    /// Base images.
    fn base(&mut self, instruction: &Instruction, is_runtime: bool) {
        let own = self.text[instruction.span.start..instruction.span.end].to_owned();
        let image = own
            .split_whitespace()
            .skip(1)
            .find(|word| !word.starts_with("--"))
            .unwrap_or_default()
            .to_owned();
        if !is_runtime {
            if let Some(at) = own.to_lowercase().find(" as ") {
                self.replace("drop-stage-name", instruction, &own, &own[..at]);
            }
            for (from, to) in [("bookworm", "trixie"), ("bullseye", "bookworm"), ("trixie", "bookworm")] {
                self.replace("builder-release", instruction, from, to);
            }
            return;
        }
        self.replace("runtime-scratch", instruction, &image, "scratch");
        self.replace("runtime-distroless", instruction, &image, "gcr.io/distroless/static-debian12");
        let other = if image.contains("alpine") { "debian:bookworm-slim" } else { "alpine:3.20" };
        self.replace("runtime-libc", instruction, &image, other);
        for (from, to) in [("bookworm", "bullseye"), ("trixie", "bookworm"), ("bullseye", "buster")] {
            self.replace("runtime-release", instruction, from, to);
        }
        if image.starts_with("python") {
            for (from, to) in [("3.11", "3.12"), ("3.12", "3.11"), ("3.10", "3.12"), ("3.9", "3.12")] {
                self.replace("runtime-version", instruction, from, to);
            }
        }
    }

    /// Commands and packages of a RUN.
    fn run(&mut self, instruction: &Instruction) {
        let own = self.text[instruction.span.start..instruction.span.end].to_owned();
        let body = own.split_once(char::is_whitespace).map_or("", |(_, body)| body).trim_start();
        if instruction.heredocs.is_empty() && !body.starts_with('[') && own.contains(" && ") {
            let parts: Vec<&str> = body.split("&& ").collect();
            for at in 0..parts.len() {
                let rest: Vec<&str> = parts
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != at)
                    .map(|(_, part)| *part)
                    .collect();
                let mut text = rest.join("&& ");
                if at + 1 == parts.len() {
                    text = text.trim_end_matches(['\\', '\n', ' ', '\r']).to_owned();
                }
                self.replace("drop-command", instruction, body, &text);
            }
        }
        if own.contains("install -y") || own.contains("apk add") {
            for package in own.split_whitespace().skip(1) {
                let is_name = package.len() > 2
                    && package.starts_with(|letter: char| letter.is_ascii_lowercase())
                    && package.contains('-') | package.ends_with(|letter: char| letter.is_ascii_digit())
                    && !package.contains(['/', '=', '&', '$'])
                    && !package.starts_with("apt-get");
                if is_name {
                    self.replace("drop-package", instruction, &format!(" {package}"), "");
                }
            }
        }
    }
}
