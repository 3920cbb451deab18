//! Makefiles: which commands a target runs, as shell texts.
//!
//! What make itself would ask the machine for (`$(shell …)`, functions that are not followed) stays in the text as a substitution that
//! nobody can read; `functions` has those that are followed. Cases: `RUN make build`, `make -C cmd VERSION=1`, `make install` that calls pip.

mod functions;
mod lines;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

/// Most bytes that expansions make in one Makefile.
const MOST_EXPANDED: usize = 256 << 10;

/// Most lines that the goals of one call run.
const MOST_LINES: usize = 400;

/// Deepest nesting of variables, and of prerequisites.
const DEEPEST: usize = 24;

/// How make is called.
pub struct Calling<'a> {
    /// Variables of the environment, as far as they are known.
    pub environment: &'a BTreeMap<String, String>,
    /// Variables of the command line.
    pub overrides: &'a BTreeMap<String, String>,
    /// Absolute directory in which it runs.
    pub directory: &'a str,
    /// Files that a pattern means, as `$(wildcard …)` gives them; `None` where they can't be told.
    pub matching: &'a dyn Fn(&str) -> Option<Vec<String>>,
    /// The text of a file, by its path as an `include` names it.
    pub include: &'a dyn Fn(&str) -> Option<String>,
}

/// A Makefile, read.
pub struct Makefile<'a> {
    calling: &'a Calling<'a>,
    variables: BTreeMap<String, Variable>,
    rules: Vec<Rule>,
    phony: BTreeSet<String>,
    exported: BTreeSet<String>,
    exports_all: bool,
    joins_lines: bool,
    /// Whether files that it includes can't be read: what is not defined here may be there.
    is_partial: bool,
    /// Bytes that expansions may still make.
    left: std::cell::Cell<usize>,
}

#[derive(Clone, Debug)]
enum Variable {
    Simple(String),
    Recursive(String),
    Unknown,
}

#[derive(Clone, Debug, Default)]
struct Rule {
    targets: Vec<String>,
    prerequisites: Vec<String>,
    recipe: Vec<String>,
    variables: Vec<(String, String)>,
    /// Whether it may not be there, or may be another.
    is_doubtful: bool,
    /// `::`, which adds to the rules before.
    adds: bool,
}

/// A line of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The shell text; `None` where what the target runs can't be told.
    pub text: Option<String>,
    /// The target that it makes, where that is a file: if it is there already, the line may not run.
    pub file: Option<String>,
    /// The target.
    pub target: String,
    /// Whether make goes on where it fails.
    pub may_fail: bool,
    /// Variables that make hands to it.
    pub environment: BTreeMap<String, String>,
}

impl<'a> Makefile<'a> {
    /// Reads a Makefile; `None` where its kind of lines is not known.
    pub fn read(text: &str, calling: &'a Calling<'a>) -> Option<Self> {
        let mut makefile = Self {
            calling,
            variables: BTreeMap::new(),
            rules: Vec::new(),
            phony: BTreeSet::new(),
            exported: BTreeSet::new(),
            exports_all: false,
            joins_lines: false,
            is_partial: false,
            left: std::cell::Cell::new(MOST_EXPANDED),
        };
        makefile.parse(text, 0)?;
        Some(makefile)
    }

    /// The lines that the goals run, in order; those of the first target where there are none.
    pub fn lines(&self, goals: &[String]) -> Option<Vec<Line>> {
        let goals = if goals.is_empty() { vec![self.first_goal()?] } else { goals.to_vec() };
        let mut lines = Vec::new();
        let mut seen = BTreeSet::new();
        for goal in &goals {
            self.make(goal, &mut seen, &mut lines, 0, true)?;
        }
        Some(lines)
    }

    fn first_goal(&self) -> Option<String> {
        if self.variables.contains_key(".DEFAULT_GOAL") {
            return self.expand("$(.DEFAULT_GOAL)", &[], 0).filter(|goal| !goal.contains('$'));
        }
        let is_goal =
            |target: &&String| !target.contains('%') && (!target.starts_with('.') || target.contains('/'));
        let first = self.rules.iter().find_map(|rule| Some((rule, rule.targets.iter().find(is_goal)?)));
        first.filter(|(rule, _)| !rule.is_doubtful).map(|(_, target)| target.clone())
    }

    fn make(
        &self,
        target: &str,
        seen: &mut BTreeSet<String>,
        lines: &mut Vec<Line>,
        depth: usize,
        is_goal: bool,
    ) -> Option<()> {
        if depth > DEEPEST || lines.len() > MOST_LINES {
            return None;
        }
        if !seen.insert(target.to_owned()) {
            return Some(());
        }
        let unread = |lines: &mut Vec<Line>| {
            lines.push(Line {
                text: None,
                file: None,
                target: target.to_owned(),
                may_fail: false,
                environment: BTreeMap::new(),
            });
            Some(())
        };
        let own: Vec<&Rule> =
            self.rules.iter().filter(|rule| rule.targets.iter().any(|one| one == target)).collect();
        let has_recipe = own.iter().any(|rule| !rule.recipe.is_empty());
        let pattern = if has_recipe { None } else { self.pattern(target) };
        if own.iter().any(|rule| rule.is_doubtful) {
            return unread(lines);
        }
        if own.is_empty() && pattern.is_none() {
            // a file, or one that make knows how to make
            return if is_goal || self.is_partial || target.contains('$') { unread(lines) } else { Some(()) };
        }
        let stem = pattern.as_ref().map(|(_, stem)| stem.clone()).unwrap_or_default();
        let all = own.iter().copied().chain(pattern.as_ref().map(|(rule, _)| *rule));
        let mut prerequisites: Vec<String> = Vec::new();
        for rule in all.clone() {
            prerequisites.extend(rule.prerequisites.iter().map(|one| one.replacen('%', &stem, 1)));
        }
        let prerequisites: Vec<String> = prerequisites.into_iter().filter(|one| one != "|").collect();
        for prerequisite in &prerequisites {
            self.make(prerequisite, seen, lines, depth + 1, false)?;
        }
        let recipes: Vec<&Rule> = match own.iter().any(|rule| rule.adds) {
            true => own.clone(),
            false => all.clone().rfind(|rule| !rule.recipe.is_empty()).into_iter().collect(),
        };
        let specific: Vec<(String, String)> = all.flat_map(|rule| rule.variables.clone()).collect();
        let mut scope = vec![
            ("@".to_owned(), target.to_owned()),
            ("*".to_owned(), stem),
            ("<".to_owned(), prerequisites.first().cloned().unwrap_or_default()),
            ("^".to_owned(), prerequisites.join(" ")),
            ("+".to_owned(), prerequisites.join(" ")),
            ("@D".to_owned(), target.rsplit_once('/').map_or(".", |(parent, _)| parent).to_owned()),
            ("@F".to_owned(), target.rsplit('/').next().unwrap_or(target).to_owned()),
        ];
        scope.extend(specific.clone());
        let mut environment = self.environment(&scope)?;
        for (name, _) in &specific {
            if self.exports_all || self.exported.contains(name) {
                environment.insert(name.clone(), self.expand(&format!("$({name})"), &scope, 0)?);
            }
        }
        let is_file = !self.phony.contains(target);
        for rule in recipes {
            let joined = [rule.recipe.join("\n")];
            let texts = if self.joins_lines { joined.as_slice() } else { rule.recipe.as_slice() };
            for text in texts {
                let expanded = self.expand(text, &scope, 0)?;
                for text in split_lines(&expanded) {
                    let plain = text.trim_start().trim_start_matches(['@', '+', '-', ' ', '\t']);
                    let prefix = &text[..text.len() - plain.len()];
                    if plain.trim().is_empty() {
                        continue;
                    }
                    lines.push(Line {
                        text: Some(plain.to_owned()),
                        file: is_file.then(|| target.to_owned()),
                        target: target.to_owned(),
                        may_fail: prefix.contains('-'),
                        environment: environment.clone(),
                    });
                }
            }
        }
        Some(())
    }

    /// The pattern rule that makes a target, and what stands for its `%`.
    fn pattern(&self, target: &str) -> Option<(&Rule, String)> {
        self.rules.iter().filter(|rule| !rule.recipe.is_empty()).find_map(|rule| {
            rule.targets.iter().find_map(|pattern| {
                let (before, after) = pattern.split_once('%')?;
                let stem = target.strip_prefix(before)?.strip_suffix(after)?;
                (!stem.is_empty()).then(|| (rule, stem.to_owned()))
            })
        })
    }

    /// What make hands to the commands of a recipe.
    fn environment(&self, scope: &[(String, String)]) -> Option<BTreeMap<String, String>> {
        let is_handed = |name: &&String| {
            self.exports_all || self.exported.contains(*name) || self.calling.environment.contains_key(*name)
        };
        let names = self.variables.keys().filter(is_handed).chain(self.calling.overrides.keys());
        names.map(|name| Some((name.clone(), self.expand(&format!("$({name})"), scope, 0)?))).collect()
    }
}

/// Lines of an expanded recipe line; a backslash joins one with the next.
fn split_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut joins = false;
    for line in text.split('\n') {
        match lines.last_mut().filter(|_| joins) {
            Some(last) => {
                last.push('\n');
                last.push_str(line);
            }
            None => lines.push(line.to_owned()),
        }
        joins = (line.len() - line.trim_end_matches('\\').len()) % 2 == 1;
    }
    lines
}
