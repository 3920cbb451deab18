//! `.dockerignore`: what Docker hides from a COPY.
//!
//! The rules are those of moby's patternmatcher, as BuildKit walks a context with it. The Dockerfile and the
//! `.dockerignore` itself may be hidden like any other file.

use super::glob::Glob;
use super::path;
use std::collections::HashMap;

/// The patterns of one `.dockerignore`.
#[derive(Debug, Default)]
pub(super) struct Dockerignore(Vec<Rule>);

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
    /// For each rule, whether it matches the path or a directory above it.
    matched: Vec<bool>,
}

impl Dockerignore {
    /// Reads the patterns. Lines that Docker would call an error are left out: with them it builds nothing at all.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(Rule::parse).collect())
    }

    /// Walks the context: remembers what it knows of directories.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk { rules: &self.0, directories: HashMap::new() }
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
    rules: &'a [Rule],
    directories: HashMap<String, Verdict>,
}

impl Walk<'_> {
    /// Whether a COPY does not see this path.
    pub(super) fn hides(&mut self, path: &str) -> bool {
        if self.rules.is_empty() {
            return false;
        }
        // From the topmost directory not yet known down to the path's own.
        for (end, _) in path.match_indices('/') {
            let directory = &path[..end];
            if !self.directories.contains_key(directory) {
                let verdict = self.verdict(directory);
                self.directories.insert(directory.to_owned(), verdict);
            }
        }
        self.verdict(path).hidden
    }

    /// Later rules win; a rule is only asked where it could change what the ones before it say, as moby does.
    fn verdict(&self, path: &str) -> Verdict {
        let above = path::parent(path).and_then(|parent| self.directories.get(parent));
        let mut verdict = Verdict::default();
        for (at, rule) in self.rules.iter().enumerate() {
            let inherited = above.is_some_and(|above| above.matched[at]);
            let matched = inherited || rule.exception == verdict.hidden && rule.glob.matches(path);
            if matched {
                verdict.hidden = !rule.exception;
            }
            verdict.matched.push(matched);
        }
        verdict
    }
}
