//! `--verify`: each conversion is built before and after with the user's own engine, one file at a time, and what does not
//! hold is not shown as a conversion.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args as ClapArgs;
use tempfile::TempDir;

use super::inputs::Found;
use super::signals::Signals;
use super::work::Workshop;
use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Arguments, Keyword};
use crate::note::{Note, Reason, Safety};
use crate::pipeline::Rewrite;
use crate::recipe::{Recipe, RuntimeKind};
use crate::report::{Failure, Report, Verdict};
use crate::rewrite::amend::amend;
use crate::verify::ask::Questions;
use crate::verify::configuration::Meant;
use crate::verify::engine::Engine;
use crate::verify::fault::Fault;
use crate::verify::finding::{Remedy, additions};
use crate::verify::settle::settle;
use crate::verify::{Settings, Subject, Verification, verify};

const HEADING: &str = "Verification";

/// What can be typed about verification.
#[derive(ClapArgs, Debug)]
pub(super) struct Options {
    /// Build both images with a container engine and compare them
    ///
    /// A conversion that does not hold is refused. Words after `--` go to the builder: `--build-arg`, `--secret`, `--network` …
    #[arg(long, help_heading = HEADING)]
    pub(super) verify: bool,

    /// Add what the engine finds missing in the new image, where it was in the old one
    #[arg(long, requires = "verify", help_heading = HEADING)]
    repair: bool,

    /// The engine: docker, podman, or a path to a program that understands the same words
    #[arg(long, value_name = "PROGRAM", default_value = "docker", requires = "verify", help_heading = HEADING)]
    engine: String,

    /// Longest build or run
    #[arg(long, value_name = "SECONDS", default_value_t = 900, requires = "verify",
          value_parser = clap::value_parser!(u64).range(1..), help_heading = HEADING)]
    timeout: u64,

    /// Run this command in both images, without a network, and compare exit code and output
    #[arg(long, value_name = "COMMAND", requires = "verify", value_parser = words, help_heading = HEADING)]
    smoke: Vec<Words>,

    /// Start both images and compare what they answer to this request
    #[arg(long, value_name = "PORT[/PATH]", requires = "verify", value_parser = request, help_heading = HEADING)]
    smoke_http: Vec<(u16, String)>,

    /// Import every module of the language's packages in both images (Python)
    #[arg(long, requires = "verify", help_heading = HEADING)]
    smoke_imports: bool,

    /// The network of what `--smoke` and `--smoke-imports` run; none without it
    #[arg(long, value_name = "NETWORK", requires = "verify", help_heading = HEADING)]
    smoke_network: Option<String>,

    /// Words for the builder
    #[arg(last = true, value_name = "BUILD-OPTION", requires = "verify", help_heading = HEADING)]
    builder: Vec<String>,
}

/// A command, cut into words as a shell would.
#[derive(Clone, Debug)]
struct Words(Vec<String>);

fn words(text: &str) -> Result<Words, String> {
    let words = shlex::split(text).filter(|words| !words.is_empty());
    words.map(Words).ok_or_else(|| "not a command: a quote is open, or there is no word".to_owned())
}

fn request(text: &str) -> Result<(u16, String), String> {
    let (port, path) = text.split_once('/').unwrap_or((text, ""));
    let port = port.parse().map_err(|_| "not a port (1 to 65535), such as 8000 or 8000/health".to_owned())?;
    Ok((port, format!("/{path}")))
}

/// An engine that answers, and what to do with it.
pub(super) struct Verifier<'a> {
    options: &'a Options,
    engine: Engine,
    /// Where the logs are, until somebody is told: then they stay.
    logs: Mutex<Option<TempDir>>,
    /// What was built has to be removed: a signal ends the engine's work, not this process.
    signals: Signals,
}

impl<'a> Verifier<'a> {
    /// An engine that answers, if one is asked for.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn open(options: &'a Options) -> Result<Option<Self>, Failure> {
        if !options.verify {
            return Ok(None);
        }
        let logs = tempfile::Builder::new().prefix("restage-logs-").tempdir();
        let logs = logs.map_err(|error| Failure::new(format!("no folder for logs can be made: {error}")))?;
        let signals = Signals::listen();
        let timeout = Duration::from_secs(options.timeout);
        let engine =
            Engine::open(&options.engine, timeout, logs.path().to_owned(), Arc::clone(&signals.stop));
        let engine = engine.map_err(|fault| {
            let help = match &fault {
                Fault::Denied(_) => {
                    "ask for access to it, or name another with --engine; without --verify none is needed"
                }
                _ => "start it, or name another with --engine; without --verify none is needed",
            };
            Failure::new(fault.to_string()).help(help)
        })?;
        Ok(Some(Self { options, engine, logs: Mutex::new(Some(logs)), signals }))
    }

    /// Removes what is left and tells which signal came meanwhile.
    pub(super) fn close(self) -> Signals {
        drop(self.engine);
        self.signals
    }

    /// What becomes of a report when its conversion, if it has one, was built and compared.
    pub(super) fn check(&self, workshop: &Workshop<'_>, input: &Found, report: Report) -> Report {
        let (Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite)) = &report.verdict else {
            return report;
        };
        if self.signals.stop.load(Ordering::Relaxed) {
            return Report { verdict: Verdict::Failed(self.failure(&Fault::Stopped)), ..report };
        }
        let place = match input {
            Found::File(path) => Some(path.as_path()),
            _ => None,
        };
        let Some((context, ignore)) = workshop.context_of(&report.before, place) else {
            let missing = Failure::new("no build context to build with").help("name it with --context");
            return Report { verdict: Verdict::Failed(missing), ..report };
        };
        let Some(recipe) = workshop.recipe(&rewrite.recipe) else { return report };
        let toolchain: Vec<String> = recipe.toolchain.clone();
        let data = workshop.data_paths();
        // the text with these lines more, if it still proves
        let amended = |text: &str, remedies: &BTreeSet<Remedy>| {
            let manager = workshop.manager_of_runtime(text);
            let amended = amend(&Document::parse(text).ok()?, manager, &additions(remedies))?;
            workshop.proves(recipe, &report.before, place, &amended).then_some(amended)
        };
        let subject = Subject {
            before: &report.before,
            after: &rewrite.text,
            context: &context,
            ignore: ignore.as_deref(),
            meant: meant(&report.before, &rewrite.text, recipe),
            toolchain: &toolchain,
            data: &data,
            amend: &amended,
        };
        let verified = verify(&self.engine, &subject, &self.settings(recipe));
        match verified {
            Err(fault) => Report { verdict: Verdict::Failed(self.failure(&fault)), ..report },
            Ok(verification) => self.judged(report, verification),
        }
    }

    /// A report whose conversion was compared: as it is now, or refused with what was found.
    fn judged(&self, report: Report, mut verification: Verification) -> Report {
        let held_back = matches!(report.verdict, Verdict::HeldBack(_));
        let (Verdict::Converted(rewrite) | Verdict::HeldBack(rewrite)) = report.verdict else {
            return report;
        };
        if verification.holds() {
            let notes = settle(rewrite.notes, &mut verification);
            let rewrite = Rewrite { text: verification.text.clone(), notes, ..rewrite };
            // --safe holds back what is not certain: what an engine settled is
            let open = held_back && rewrite.safety() < Safety::Safe;
            let verdict = if open { Verdict::HeldBack(rewrite) } else { Verdict::Converted(rewrite) };
            return Report { verdict, verification: Some(Box::new(verification)), ..report };
        }
        let note = |finding: &crate::verify::finding::Finding| {
            let message = format!("{}: {}", finding.kind.id(), finding.message);
            let note = Note::refusal(Reason::NotVerified, None, message);
            match finding.remedies.first() {
                Some(remedy) => note.help(format!("{remedy}; --repair tries that")),
                None => {
                    note.help(format!("what the builder and the programs said is in {}", self.kept_logs()))
                }
            }
        };
        let notes = verification.findings.iter().map(note).collect();
        Report { verdict: Verdict::Refused(notes), verification: Some(Box::new(verification)), ..report }
    }

    /// The folder of the logs, which stays from now on.
    fn kept_logs(&self) -> String {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner).take();
        logs.map(TempDir::keep).unwrap_or_else(|| self.engine.logs().to_owned()).display().to_string()
    }

    fn failure(&self, fault: &Fault) -> Failure {
        let help = match fault {
            Fault::Original(_) => {
                format!(
                    "that is no matter of the conversion; what the builder said is in {}",
                    self.kept_logs()
                )
            }
            Fault::Stopped => "the file is as it was".to_owned(),
            Fault::Full(_) => format!(
                "make room, such as by `{} system prune`; the file is as it was",
                self.engine.program()
            ),
            _ => format!("the file is as it was; logs are in {}", self.kept_logs()),
        };
        Failure::new(fault.to_string()).help(help)
    }

    fn settings(&self, recipe: &Recipe) -> Settings {
        let options = self.options;
        let interpreter = recipe.interpreters.first().filter(|_| options.smoke_imports);
        Settings {
            options: options.builder.clone(),
            questions: Questions {
                commands: options.smoke.iter().map(|words| words.0.clone()).collect(),
                requests: options.smoke_http.clone(),
                imports: interpreter.map(|name| (name.clone(), recipe.installers.clone())),
                network: options.smoke_network.clone().unwrap_or_default(),
                variables: Vec::new(),
            },
            repair: options.repair,
        }
    }
}

/// What may differ: variables of the base, where the language's runtime does not read them, and a command that built.
fn meant(before: &str, after: &str, recipe: &Recipe) -> Meant {
    let (Ok(before), Ok(after)) = (Document::parse(before), Document::parse(after)) else {
        return Meant::default();
    };
    let pairs = before.instructions.iter().filter(|instruction| instruction.keyword == Keyword::Env);
    let names = pairs.flat_map(|instruction| match &instruction.arguments {
        Arguments::Pairs(pairs) => pairs.iter().map(|pair| pair.key.text.clone()).collect(),
        _ => Vec::new(),
    });
    let started = |document: &Document| -> Vec<String> {
        let starts = |keyword| matches!(keyword, Keyword::Cmd | Keyword::Entrypoint);
        let lines = document.instructions.iter().filter(|instruction| starts(instruction.keyword));
        lines.map(|instruction| document.slice(instruction.span).to_owned()).collect()
    };
    Meant {
        variables: names.filter(|name| !recipe.is_build_variable(name)).collect(),
        build_variables: recipe.build_environment.clone(),
        base_variables_may_go: recipe.runtime == RuntimeKind::Binary,
        new_command: started(&before) != started(&after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_cut_as_a_shell_would() {
        assert_eq!(words("python -c 'print(1)'").unwrap().0, ["python", "-c", "print(1)"]);
        assert!(words("'open").is_err());
        assert!(words("").is_err());
        assert_eq!(request("8000/health/live").unwrap(), (8000, "/health/live".to_owned()));
        assert_eq!(request("80").unwrap(), (80, "/".to_owned()));
        assert!(request("web").is_err());
    }
}
