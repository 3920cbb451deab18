//! `.dockerignore`: what Docker hides from a COPY.
//!
//! The rules are those of moby's patternmatcher, as BuildKit walks a context with it. The Dockerfile and the
//! `.dockerignore` itself may be hidden like any other file.

use super::glob::{Glob, Matching};
use super::path;
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, HashMap};

/// Most rules that are looked at.
const RULES: usize = 5000;

/// Most steps of matching that one walk may take: rules asked, and characters compared with what they could be.
const STEPS: usize = 100_000_000;

/// The patterns of one `.dockerignore`.
#[derive(Debug, Default)]
pub(super) struct Dockerignore {
    rules: Vec<Rule>,
    /// Finds the literals of the rules, all in one look at a path.
    finder: Option<AhoCorasick>,
    /// The rules of each literal, by its number in the finder.
    of_literal: Vec<Vec<u32>>,
    /// Rules without a literal.
    others: Vec<u32>,
}

#[derive(Debug)]
struct Rule {
    /// `!`: shows again what an earlier line hides.
    exception: bool,
    glob: Glob,
}

/// What is known of a path.
#[derive(Clone, Debug, Default)]
struct Verdict {
    hidden: bool,
    /// The rules that match the path or a directory above it, in order.
    matched: Vec<u32>,
}

impl Dockerignore {
    /// Reads the patterns; `None` where there are too many. Lines that Docker would call an error are left out: with them
    /// it builds nothing at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let rules: Vec<Rule> = lines.filter_map(Rule::parse).take(RULES + 1).collect();
        if rules.len() > RULES {
            return None;
        }
        let mut literals: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (at, rule) in (0..).zip(&rules) {
            literals.entry(rule.glob.literal()).or_default().push(at);
        }
        let others = literals.remove("").unwrap_or_default();
        let finder = AhoCorasick::new(literals.keys()).ok()?;
        let of_literal = literals.into_values().collect();
        Some(Self { rules, finder: Some(finder), of_literal, others })
    }

    /// Walks the context: remembers what it knows of directories.
    pub(super) fn walk(&self) -> Walk<'_> {
        let seen = vec![0; self.of_literal.len()];
        Walk {
            ignore: self,
            directories: HashMap::new(),
            matching: Matching::default(),
            left: STEPS,
            seen,
            paths: 0,
        }
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        let (sign, pattern) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest.trim()));
        // What leaves the root matches nothing in it. Docker trims and cleans again what this uncovers.
        let line = path::clean(format!("{sign}{}", path::clean(pattern)?).trim())?;
        let (exception, pattern) = line.strip_prefix('!').map_or((false, &*line), |rest| (true, rest));
        if pattern.is_empty() { None } else { Some(Self { exception, glob: Glob::deep(pattern)? }) }
    }
}

/// One walk over the paths of a context.
pub(super) struct Walk<'a> {
    ignore: &'a Dockerignore,
    directories: HashMap<String, Verdict>,
    matching: Matching,
    /// Steps that may still be taken.
    left: usize,
    /// For each literal, the path in which it was seen last, counted by `paths`.
    seen: Vec<usize>,
    paths: usize,
}

impl Walk<'_> {
    /// Whether a COPY does not see this path.
    pub(super) fn hides(&mut self, path: &str) -> bool {
        if self.ignore.rules.is_empty() {
            return false;
        }
        self.know_parents(path);
        self.verdict(path).hidden
    }

    /// Whether nothing below this directory can be seen, so that it need not be entered.
    pub(super) fn hides_whole(&mut self, directory: &str) -> bool {
        let shows = |rule: &Rule| rule.exception && rule.glob.may_match_below(directory);
        self.hides(directory) && !self.ignore.rules.iter().any(shows)
    }

    /// Whether matching took too long: what was said since is not true.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// From the topmost directory not yet known down to the path's own.
    fn know_parents(&mut self, path: &str) {
        match path::parent(path) {
            Some(parent) if !parent.is_empty() && !self.directories.contains_key(parent) => {}
            _ => return,
        }
        for (end, _) in path.match_indices('/') {
            let directory = &path[..end];
            if !self.directories.contains_key(directory) {
                let verdict = self.verdict(directory);
                self.directories.insert(directory.to_owned(), verdict);
            }
        }
    }

    /// The rules that may match a path: those whose literal is in it, and those that have none.
    fn candidates(&mut self, path: &str) -> Vec<u32> {
        let mut candidates = self.ignore.others.clone();
        self.paths += 1;
        for found in self.ignore.finder.iter().flat_map(|finder| finder.find_overlapping_iter(path)) {
            let literal = found.pattern().as_usize();
            self.left = self.left.saturating_sub(1);
            if std::mem::replace(&mut self.seen[literal], self.paths) != self.paths {
                candidates.extend(&self.ignore.of_literal[literal]);
            }
        }
        candidates
    }

    /// Later rules win; a rule is only asked where it could change what the ones before it say, as moby does.
    fn verdict(&mut self, path: &str) -> Verdict {
        let mut asked: Vec<(u32, bool)> =
            self.candidates(path).into_iter().map(|rule| (rule, false)).collect();
        let above = path::parent(path).and_then(|parent| self.directories.get(parent));
        asked.extend(above.iter().flat_map(|above| &above.matched).map(|rule| (*rule, true)));
        asked.sort_unstable_by_key(|(rule, inherited)| (*rule, !inherited));
        asked.dedup_by_key(|(rule, _)| *rule);
        let mut verdict = Verdict::default();
        for (at, inherited) in asked {
            let Some(rule) = usize::try_from(at).ok().and_then(|at| self.ignore.rules.get(at)) else {
                continue;
            };
            let mut matched = inherited;
            if !matched && rule.exception == verdict.hidden {
                let (matches, steps) = rule.glob.try_match(path, &mut self.matching);
                self.left = self.left.saturating_sub(steps);
                matched = matches;
            }
            if matched {
                verdict.hidden = !rule.exception;
                verdict.matched.push(at);
            }
            if self.left == 0 {
                break;
            }
        }
        verdict
    }
}
