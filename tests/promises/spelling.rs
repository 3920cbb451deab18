//! Only spelling: what means the same to Docker and to the shell is judged and converted the same.

use crate::carried::{Carried, care, doubts};
use crate::generated::seeds;
use crate::seed::{Seed, everywhere};
use proptest::prelude::*;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Instruction, Keyword};
use restage::dockerfile::shell::{Command, Joined, Shell, parse};
use restage::note::Reason;
use restage::pipeline::Outcome;

/// A variation: what it is called, its text, and how its outcome reads in the spelling of the original.
struct Variation {
    way: &'static str,
    text: String,
    back: Box<dyn Fn(&str) -> String>,
    /// Whether the new text, back in the old spelling, is the very same; else the runtime carries the same.
    exact: bool,
}

/// What changes the shell that later commands run in: they can't stand in a RUN of their own.
const STATE: &[&str] = &[
    "cd", "export", "set", "unset", ".", "source", "alias", "umask", "ulimit", "shopt", "exit", "trap",
    "pushd", "popd", "eval", "exec",
];

fn runs(document: &Document) -> Vec<(&Instruction, Vec<Command>)> {
    let runs =
        document.instructions.iter().filter(|one| one.keyword == Keyword::Run && one.heredocs.is_empty());
    runs.filter_map(|run| match parse(&document.shell_text(run)?) {
        Shell::Commands(commands) => Some((run, commands)),
        Shell::Opaque(_) => None,
    })
    .collect()
}

/// `a && b` in two RUNs, at each place where that means the same.
fn split(seed: &Seed, document: &Document) -> Vec<Variation> {
    let mut found = Vec::new();
    for (run, commands) in runs(document) {
        let flags =
            run.flags.iter().map(|flag| format!("{} ", document.slice(flag.span))).collect::<String>();
        let plain = |command: &Command| {
            command.depth == 0
                && !command.conditional
                && matches!(command.joined, Joined::And | Joined::First)
        };
        let keeps = |command: &Command| {
            let word = command.words.first().map(|word| word.raw.as_str()).unwrap_or_default();
            !word.is_empty() && !STATE.contains(&word)
        };
        if !commands.iter().all(plain) {
            continue;
        }
        for at in 1..commands.len() {
            if !commands[..at].iter().all(keeps) {
                break;
            }
            let (first, second) = (commands[at - 1].span.end, commands[at].span.start);
            let (before, after) = (&seed.text[..first], &seed.text[second..]);
            found.push(Variation {
                way: "split",
                text: format!("{before}\nRUN {flags}{after}"),
                back: Box::new(str::to_owned),
                exact: false,
            });
        }
    }
    found
}

fn crlf(seed: &Seed, document: &Document) -> Option<Variation> {
    let has_heredoc = document.instructions.iter().any(|one| !one.heredocs.is_empty());
    (!has_heredoc && !seed.text.contains('\r')).then(|| Variation {
        way: "crlf",
        text: seed.text.replace('\n', "\r\n"),
        back: Box::new(|text| text.replace("\r\n", "\n")),
        exact: true,
    })
}

/// A comment of its own before every instruction but the first.
fn comments(seed: &Seed, document: &Document) -> Variation {
    let mut text = String::new();
    let mut at = 0;
    for one in document.instructions.iter().skip(1) {
        text.push_str(&seed.text[at..one.block.start]);
        text.push_str("# said between\n");
        at = one.block.start;
    }
    text.push_str(&seed.text[at..]);
    let back = |text: &str| {
        text.lines().filter(|line| line.trim() != "# said between").flat_map(|line| [line, "\n"]).collect()
    };
    Variation { way: "comments", text, back: Box::new(back), exact: true }
}

/// `python -m pip` for `pip`.
fn module(seed: &Seed, document: &Document) -> Option<Variation> {
    let mut text = seed.text.clone();
    let runs = runs(document);
    let commands: Vec<&Command> = runs.iter().flat_map(|(_, commands)| commands).collect();
    let words = commands.iter().filter_map(|command| command.words.first());
    let pips: Vec<_> = words.filter(|word| word.raw == "pip" || word.raw == "pip3").collect();
    if pips.is_empty() || seed.text.contains("-m pip") {
        return None;
    }
    for pip in pips.iter().rev() {
        let python = if pip.raw == "pip" { "python -m pip" } else { "python3 -m pip3" };
        text.replace_range(pip.span.start..pip.span.end, python.trim_end_matches('3'));
    }
    let back = |text: &str| text.replace("python -m pip", "pip").replace("python3 -m pip", "pip3");
    Some(Variation { way: "module", text, back: Box::new(back), exact: true })
}

/// Directories that only the file itself names.
const OWN: &[&str] = &["/app", "/code", "/src", "/srv/app", "/work", "/board", "/project"];

/// Another WORKDIR, everywhere.
fn renamed(seed: &Seed, document: &Document) -> Option<Variation> {
    let workdirs = document.instructions.iter().filter(|one| one.keyword == Keyword::Workdir);
    let paths: Vec<&str> =
        workdirs.map(|one| document.slice(one.span)[7..].trim().trim_end_matches('/')).collect();
    let path = OWN.iter().find(|own| paths.contains(own))?;
    let is_elsewhere = |content: &[u8]| String::from_utf8_lossy(content).contains(path);
    if seed.files.iter().any(|file| file.path != "Dockerfile" && is_elsewhere(&file.content)) {
        return None;
    }
    let text = replaced(&seed.text, path, "/renamed");
    let path = (*path).to_owned();
    Some(Variation {
        way: "renamed",
        text,
        back: Box::new(move |text| replaced(text, "/renamed", &path)),
        exact: true,
    })
}

/// A path for another, where it stands as the head of a path.
fn replaced(text: &str, path: &str, other: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let (before, after) = (&rest[..at], &rest[at + path.len()..]);
        out.push_str(before);
        let inside = out.ends_with(|letter| is_part(letter) || letter == '/') || after.starts_with(is_part);
        out.push_str(if inside { path } else { other });
        rest = after;
    }
    out + rest
}

/// Lines in the order of their letters, so that what is sorted by a name may stand elsewhere.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.sort_unstable();
    lines
}

fn variations(seed: &Seed) -> Vec<Variation> {
    let Ok(document) = Document::parse(seed.text.as_str()) else { return Vec::new() };
    let mut found = split(seed, &document);
    found.extend(crlf(seed, &document));
    found.push(comments(seed, &document));
    found.extend(module(seed, &document));
    found.extend(renamed(seed, &document));
    found
}

/// How the outcomes of two spellings differ.
fn differ(seed: &Seed, was: &Outcome, variation: &Variation) -> Option<String> {
    let is = seed.with_text(variation.text.clone()).outcome();
    let told = |what: String| Some(format!("{} | {} | {what}\n{}", seed.name, variation.way, variation.text));
    let gain = |outcome: &Outcome| doubts(outcome) == [Reason::NothingToLeave];
    if variation.way == "split" && gain(was) != gain(&is) {
        // what one RUN removes again weighs nothing, what another removes still lies in the layer below
        return None;
    }
    if (care(was), doubts(was)) != (care(&is), doubts(&is)) {
        return told(format!(
            "{:?} for {:?} is {:?} for {:?}",
            care(was),
            doubts(was),
            care(&is),
            doubts(&is)
        ));
    }
    let (Outcome::Rewritten(old), Outcome::Rewritten(new)) = (was, &is) else { return None };
    let back = (variation.back)(&new.text);
    if variation.exact {
        if sorted(&old.text) != sorted(&back) {
            let diff = similar::TextDiff::from_lines(old.text.as_str(), &back);
            return told(format!("{}", diff.unified_diff()));
        }
        return None;
    }
    let (old, new) = (Carried::of(&old.text).with_scripts_of(seed), Carried::of(&back).with_scripts_of(seed));
    let lost: Vec<String> = old.lost_in(&new).into_iter().chain(new.lost_in(&old)).collect();
    if lost.is_empty() && old.base == new.base { None } else { told(lost.join(", ")) }
}

fn respelt(seed: &Seed) -> Vec<String> {
    let was = seed.outcome();
    variations(seed).iter().filter_map(|variation| differ(seed, &was, variation)).collect()
}

#[test]
fn another_spelling_of_a_case_is_judged_the_same() {
    let wrong = everywhere(respelt);
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_spelling_is_judged_the_same(seed in seeds()) {
        let wrong = respelt(&seed);
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), seed.text);
    }
}
