//! What an outcome carries, as values to compare: how careful it is, what it doubts, and what the runtime stage has.

use crate::seed::Seed;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Arguments, Instruction, Keyword};
use restage::note::{Level, Note, Reason, Safety};
use restage::pipeline::Outcome;
use std::collections::BTreeSet;

/// How careful an outcome is; more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Care {
    Safe,
    NeedsReview,
    Refused,
}

/// How careful an outcome is; none where nothing was to do.
pub(crate) fn care(outcome: &Outcome) -> Option<Care> {
    match outcome {
        Outcome::Unchanged(_) => None,
        Outcome::Refused(_) => Some(Care::Refused),
        Outcome::Rewritten(rewrite) => Some(match rewrite.safety() {
            Safety::Safe => Care::Safe,
            Safety::NeedsReview => Care::NeedsReview,
        }),
    }
}

/// What was said that matters, in order of the words.
pub(crate) fn doubts(outcome: &Outcome) -> Vec<Reason> {
    let notes: &[Note] = match outcome {
        Outcome::Unchanged(_) => &[],
        Outcome::Refused(notes) => notes,
        Outcome::Rewritten(rewrite) => &rewrite.notes,
    };
    let mut reasons: Vec<Reason> =
        notes.iter().filter(|note| note.level > Level::Advice).map(|note| note.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// What the last stage of a text has.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The image it stands on.
    pub(crate) base: String,
    /// The image that the first stage stands on.
    pub(crate) builder: String,
    /// Packages that its package manager installs.
    pub(crate) packages: BTreeSet<String>,
    /// Every word of its RUNs.
    pub(crate) words: BTreeSet<String>,
    /// Sources of `COPY --from`, each with where it comes to stand.
    pub(crate) taken: BTreeSet<(String, String)>,
    /// Variables, as `name=value`.
    pub(crate) variables: BTreeSet<String>,
    /// The last USER.
    pub(crate) user: Option<String>,
    /// Every other declaration, as written.
    pub(crate) declared: BTreeSet<String>,
}

/// What installs packages of a distribution.
const INSTALLS: &[&str] = &["install", "add"];
const MANAGERS: &[&str] = &["apt-get", "apt", "apk", "yum", "dnf", "microdnf"];

/// Where an interpreter's packages are taken from: an environment of their own, or the prefix whole. Which of the two is a
/// matter of what else is written to the prefix; the packages are there either way.
const LAYOUTS: &[&str] = &["/opt/venv", "/usr/local"];

/// Data that an image has of itself, by how its name begins: a program that only may be built static stands on Debian's own,
/// which has the zones; one that surely is stands on an image without.
const BROUGHT: &[(&str, &str)] = &[("debian:", "/usr/share/zoneinfo")];

/// Whether a path is a tree or in it.
fn within(path: &str, tree: &str) -> bool {
    path == tree || path.strip_prefix(tree).is_some_and(|rest| rest.starts_with('/'))
}

/// A path as seen from a directory.
fn joined(directory: &str, path: &str) -> String {
    let path = path.trim_matches('"').trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    match (path.starts_with('/'), path) {
        (true, _) => path.to_owned(),
        (false, "." | "") => directory.to_owned(),
        _ => format!("{directory}/{path}"),
    }
}

impl Carried {
    pub(crate) fn of(text: &str) -> Self {
        let document = Document::parse(text).expect("a rewrite is a Dockerfile");
        let all = &document.instructions;
        let is_from = |one: &Instruction| one.keyword == Keyword::From;
        let last = all.iter().rposition(is_from).expect("it has a stage");
        let images: Vec<String> = all.iter().filter(|one| is_from(one)).map(image).collect();
        let mut carried = Self {
            base: images.last().cloned().unwrap_or_default(),
            builder: images.iter().rev().nth(1).cloned().unwrap_or_default(),
            packages: BTreeSet::new(),
            words: BTreeSet::new(),
            taken: BTreeSet::new(),
            variables: BTreeSet::new(),
            user: None,
            declared: BTreeSet::new(),
        };
        let mut directory = String::new();
        for one in &all[last + 1..] {
            if one.keyword == Keyword::Workdir {
                directory = joined(&directory, document.slice(one.span)[7..].trim());
            }
            carried.line(&document, one, &directory);
        }
        carried
    }

    fn line(&mut self, document: &Document, one: &Instruction, directory: &str) {
        let whole = document.slice(one.span).replace("\\\n", " ");
        let rest = whole.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim().to_owned();
        match (one.keyword, &one.arguments) {
            (Keyword::Run, _) => self.run(&rest),
            (Keyword::Copy, Arguments::Words(words)) if one.flag("from").is_some() => {
                let Some((place, sources)) = words.split_last() else { return };
                let place = joined(directory, &place.text);
                self.taken.extend(
                    sources.iter().map(|word| (word.text.trim_end_matches('/').to_owned(), place.clone())),
                );
            }
            (Keyword::Env, Arguments::Pairs(pairs)) => {
                let value = |text: &str| text.trim_matches(['"', '\'']).to_owned();
                self.variables.extend(pairs.iter().map(|pair| {
                    let value = pair.value.as_ref().map_or(String::new(), |word| value(&word.text));
                    format!("{}={value}", pair.key.text)
                }));
            }
            (Keyword::User, _) => self.user = Some(rest),
            (Keyword::Copy | Keyword::Add | Keyword::Arg | Keyword::Workdir | Keyword::From, _) => {}
            _ => drop(self.declared.insert(whole.split_whitespace().collect::<Vec<_>>().join(" "))),
        }
    }

    /// Adds the words of the scripts of a context that its RUNs call.
    pub(crate) fn with_scripts_of(mut self, seed: &Seed) -> Self {
        let is_called = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            self.words.iter().any(|word| word.rsplit('/').next() == Some(name))
        };
        let called = seed.files.iter().filter(|file| file.path.ends_with(".sh") && is_called(&file.path));
        let more: Vec<String> =
            called.flat_map(|file| words(&String::from_utf8_lossy(&file.content))).collect();
        self.words.extend(more);
        self
    }

    fn run(&mut self, text: &str) {
        self.words.extend(words(text));
        for command in text.split("&&").flat_map(|part| part.split(';')) {
            let words = words(command);
            let manager = words.iter().position(|word| MANAGERS.contains(&word.as_str()));
            let Some(manager) = manager else { continue };
            let verb = words[manager..].iter().position(|word| INSTALLS.contains(&word.as_str()));
            let Some(verb) = verb else { continue };
            let names = words[manager + verb + 1..].iter().filter(|word| !word.starts_with('-'));
            self.packages.extend(names.cloned());
        }
    }

    /// What this one has and another has not, in words.
    pub(crate) fn lost_in(&self, other: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        let whole = other.base == other.builder;
        for package in &self.packages {
            if !other.words.contains(package) && !whole {
                lost.push(format!("the package {package}"));
            }
        }
        let is_packaged = |carried: &Self| {
            LAYOUTS.iter().any(|layout| carried.taken.iter().any(|(taken, _)| within(layout, taken)))
        };
        let moved = is_packaged(self) && is_packaged(other);
        for (source, place) in &self.taken {
            let covers = |(taken, to): &(String, String)| within(source, taken) || within(place, to);
            let name = source.rsplit('/').next().unwrap_or(source);
            let is_made = other.words.iter().any(|word| word.contains(&format!("/{name}")));
            let is_layout = moved && LAYOUTS.iter().any(|layout| within(source, layout));
            let is_brought =
                BROUGHT.iter().any(|(base, data)| other.base.starts_with(base) && source == data);
            // the whole image of the builder has what the builder's image brought
            if !other.taken.iter().any(covers) && !whole && !is_made && !is_layout && !is_brought {
                lost.push(format!("what is copied from {source}"));
            }
        }
        let is_path = |variable: &&String| !(moved && variable.starts_with("PATH="));
        let variables = self.variables.difference(&other.variables).filter(is_path);
        lost.extend(variables.map(|one| format!("the variable {one}")));
        lost.extend(self.declared.difference(&other.declared).map(|one| format!("the line {one}")));
        if self.user != other.user {
            lost.push(format!("the user {:?}, who is {:?}", self.user, other.user));
        }
        lost
    }
}

fn words(text: &str) -> Vec<String> {
    let letters = text.split(|letter: char| letter.is_whitespace() || "(){};\"'".contains(letter));
    letters.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn image(from: &Instruction) -> String {
    match &from.arguments {
        Arguments::Words(words) => words.first().map(|word| word.text.clone()).unwrap_or_default(),
        _ => String::new(),
    }
}
