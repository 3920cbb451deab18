//! Never less careful: a command that may not run, or that runs behind a shell or a script, is never judged more lightly than
//! the bare command, and the runtime loses nothing that it had.

use crate::carried::{Carried, care, doubts};
use crate::generated::seeds;
use crate::seed::{File, Seed, everywhere};
use proptest::prelude::*;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::Keyword;
use restage::dockerfile::shell::{Joined, Shell, parse};
use restage::dockerfile::span::Span;
use restage::note::Reason;
use restage::pipeline::Outcome;

/// Ways to put a command behind something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    If,
    Or,
    Loop,
    Subshell,
    Shell,
    Script,
}

const WAYS: &[Behind] =
    &[Behind::If, Behind::Or, Behind::Loop, Behind::Subshell, Behind::Shell, Behind::Script];

/// Refusals that a command behind something may lift: the reason, how the command begins, and why that is right.
const RIGHTLY: &[(Reason, &str, &str)] = &[
    (Reason::NothingToLeave, "", "whether the image gets smaller is no matter of care"),
    (
        Reason::NoProgram,
        "rm ",
        "what is surely removed is never started; what only may be comes with its directory",
    ),
];

fn is_rightly(was: &Outcome, target: &Target) -> bool {
    let reasons = doubts(was);
    RIGHTLY.iter().any(|(reason, start, _)| reasons == [*reason] && target.text.starts_with(start))
}

/// Where the script with a command comes to stand.
const SCRIPT: &str = "/vary-step.sh";

/// What changes the shell that later commands run in: behind anything, another program.
const STATE: &[&str] = &[
    "cd", "export", "set", "unset", ".", "source", "alias", "umask", "ulimit", "shopt", "exit", "trap",
    "pushd", "popd", "eval", "exec", "return", "read", "declare", "local",
];

/// A command that can be put behind something.
struct Target {
    span: Span,
    text: String,
    /// Where its RUN begins.
    run: usize,
    /// Whether it stands in a chain before others (`|| true` then guards those before it too).
    piped: bool,
}

fn targets(seed: &Seed) -> Vec<Target> {
    let Ok(document) = Document::parse(seed.text.as_str()) else { return Vec::new() };
    let mut found = Vec::new();
    for run in document.instructions.iter().filter(|one| one.keyword == Keyword::Run) {
        let Some(text) = document.shell_text(run).filter(|_| run.heredocs.is_empty()) else { continue };
        let Shell::Commands(commands) = parse(&text) else { continue };
        for (at, command) in commands.iter().enumerate() {
            let word = command.words.first().map(|word| word.raw.as_str()).unwrap_or_default();
            if command.depth > 0 || word.is_empty() || STATE.contains(&word) || word == "[[" {
                continue;
            }
            let next = commands.get(at + 1).map(|next| next.joined);
            found.push(Target {
                span: command.span,
                text: document.slice(command.span).to_owned(),
                run: run.span.start,
                piped: command.joined == Joined::Pipe
                    || matches!(next, Some(Joined::Pipe | Joined::Or | Joined::Background)),
            });
        }
    }
    found
}

/// The seed with one command put behind something.
fn put_behind(seed: &Seed, target: &Target, way: Behind) -> Option<Seed> {
    let command = target.text.as_str();
    let one_line = !command.contains('\n');
    let spelt = match way {
        Behind::If => format!("if [ -n \"$VARY\" ]; then {command}; fi"),
        Behind::Or if !target.piped => format!("{command} || true"),
        Behind::Loop => format!("for vary in a b; do {command}; done"),
        Behind::Subshell => format!("( {command} )"),
        Behind::Shell if one_line => {
            let quoted: String = command
                .chars()
                .flat_map(|letter| "\\\"$`".contains(letter).then_some('\\').into_iter().chain([letter]))
                .collect();
            format!("sh -c \"{quoted}\"")
        }
        Behind::Script if one_line && !target.piped => format!("sh {SCRIPT}"),
        _ => return None,
    };
    let (before, after) = (&seed.text[..target.span.start], &seed.text[target.span.end..]);
    let mut text = format!("{before}{spelt}{after}");
    if way == Behind::Script {
        text.insert_str(target.run, &format!("COPY vary-step.sh {SCRIPT}\n"));
    }
    let mut varied = seed.with_text(text);
    if way == Behind::Script {
        let content = format!("#!/bin/sh\nset -e\n{command}\n").into_bytes();
        varied.files.push(File { path: "vary-step.sh".to_owned(), content, executable: true });
    }
    Some(varied)
}

/// What is judged more lightly, or lost, in a variation.
fn less_careful(seed: &Seed, was: &Outcome, target: &Target, way: Behind) -> Option<String> {
    let varied = put_behind(seed, target, way)?;
    let is = varied.outcome();
    let (before, after) = (care(was)?, care(&is)?);
    let told = |what: String| Some(format!("{} | {way:?} | {} | {what}", seed.name, target.text));
    if after < before && !is_rightly(was, target) {
        return told(format!("{before:?} for {:?} becomes {after:?}", doubts(was)));
    }
    let (Outcome::Rewritten(old), Outcome::Rewritten(new)) = (was, &is) else { return None };
    let now = Carried::of(&new.text).with_scripts_of(&varied);
    let lost = Carried::of(&old.text).lost_in(&now);
    if lost.is_empty() { None } else { told(format!("{after:?} without {}", lost.join(", "))) }
}

/// What variations of one seed make lighter, of those that are picked by their number.
fn lighter(seed: &Seed, pick: impl Fn(usize) -> bool) -> Vec<String> {
    let was = seed.outcome();
    let mut wrong = Vec::new();
    let targets = targets(seed);
    let pairs = targets.iter().flat_map(|target| WAYS.iter().map(move |way| (target, *way)));
    for (_, (target, way)) in pairs.enumerate().filter(|(at, _)| pick(*at)) {
        wrong.extend(less_careful(seed, &was, target, way));
    }
    wrong
}

// four of seven, which are other ways for each command: all of them take a minute
#[test]
fn what_may_not_run_is_never_judged_more_lightly() {
    let wrong = everywhere(|seed| lighter(seed, |at| at % 7 < 4));
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_command_of_any_file_is_judged_more_lightly(seed in seeds(), picked in 0_usize..5) {
        let wrong = lighter(&seed, |at| at % 5 == picked);
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), seed.text);
    }
}
