//! The lines of a Makefile: variables, rules, conditions, includes.

use super::lines::{Operator, assignment, defined, is_shell, joined, outside, without_comment, words};
use super::{Makefile, Rule, Variable};

/// Most files that include one another.
const MOST_INCLUDED: usize = 8;

/// Whether the lines between `if…` and `endif` are in force.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Taken,
    /// Not taken, and an `else` may be.
    Skipped,
    /// Another branch was taken.
    Done,
    /// It can't be told.
    Doubtful,
}

impl Makefile<'_> {
    /// Reads the lines of a text; `None` where they are of a kind that is not known.
    pub(super) fn parse(&mut self, text: &str, depth: usize) -> Option<()> {
        let mut branches: Vec<Branch> = Vec::new();
        let mut in_rule = false;
        let mut lines = text.lines();
        while let Some(first) = lines.next() {
            let is_recipe = first.starts_with('\t') && in_rule;
            let line = joined(first, &mut lines, is_recipe);
            let is_off = branches.iter().any(|branch| matches!(branch, Branch::Skipped | Branch::Done));
            let is_doubtful = branches.contains(&Branch::Doubtful);
            if is_recipe {
                if let (false, Some(rule)) = (is_off, self.rules.last_mut()) {
                    rule.is_doubtful |= is_doubtful;
                    rule.recipe.push(line[1..].to_owned());
                }
                continue;
            }
            let line = without_comment(&line);
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            match word {
                "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                    let branch = if is_off { Branch::Done } else { self.branch(word, rest) };
                    branches.push(branch);
                    continue;
                }
                "else" => {
                    let last = branches.pop()?;
                    let (word, condition) =
                        rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                    branches.push(match last {
                        Branch::Taken | Branch::Done => Branch::Done,
                        Branch::Doubtful => Branch::Doubtful,
                        Branch::Skipped if word.is_empty() => Branch::Taken,
                        Branch::Skipped => self.branch(word, condition),
                    });
                    continue;
                }
                "endif" => {
                    branches.pop()?;
                    continue;
                }
                _ if is_off => {
                    if word == "define" {
                        defined(&mut lines);
                    }
                    continue;
                }
                "define" => {
                    let body = defined(&mut lines);
                    let name = rest.split(['=', ':', '?', '+', ' ']).next().unwrap_or_default().to_owned();
                    let value = if is_doubtful { Variable::Unknown } else { Variable::Recursive(body) };
                    self.variables.insert(name, value);
                    continue;
                }
                "include" | "-include" | "sinclude" => {
                    self.include(rest, word == "include", is_doubtful, depth);
                    continue;
                }
                "undefine" => {
                    self.variables.remove(rest.trim());
                    continue;
                }
                "vpath" | "unexport" => continue,
                _ => {}
            }
            in_rule = self.line(line, is_doubtful)?;
        }
        Some(())
    }

    /// A variable or a rule; whether it is a rule.
    fn line(&mut self, line: &str, is_doubtful: bool) -> Option<bool> {
        let mut rest = line;
        let mut exports = false;
        while let Some((word, after)) = rest.split_once(char::is_whitespace) {
            if !["export", "override", "private"].contains(&word) {
                break;
            }
            exports |= word == "export";
            rest = after.trim_start();
        }
        if rest == "export" {
            self.exports_all = true;
            return Some(false);
        }
        if let Some((name, operator, value)) = assignment(rest) {
            let name = self.expand(name, &[], 0)?;
            self.assign(&name, operator, value, is_doubtful)?;
            if exports {
                self.exported.insert(name);
            }
            return Some(false);
        }
        if exports {
            self.exported.extend(rest.split_whitespace().map(str::to_owned));
            return Some(false);
        }
        let Some(colon) = outside(rest, ':') else {
            // `$(eval …)`, `$(info …)`, a macro
            self.is_partial |= !rest.starts_with("$(info") && !rest.starts_with("$(warning");
            return Some(false);
        };
        self.rule(&rest[..colon], &rest[colon + 1..], is_doubtful)
    }

    fn rule(&mut self, targets: &str, rest: &str, is_doubtful: bool) -> Option<bool> {
        let targets = self.expand(targets.trim_end_matches('&'), &[], 0)?;
        let is_doubtful = is_doubtful || targets.contains('$');
        let targets: Vec<String> = targets.split_whitespace().map(str::to_owned).collect();
        let (adds, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (before, first) = match outside(rest, ';') {
            Some(at) => (&rest[..at], Some(rest[at + 1..].trim().to_owned())),
            None => (rest, None),
        };
        if let Some((name, operator, value)) = assignment(before.trim().trim_start_matches("export ").trim())
        {
            let global = self.expand(&format!("$({name})"), &[], 0)?;
            let value = match operator {
                Operator::Append => format!("{global} {value}"),
                Operator::IfUnset if !global.is_empty() => global,
                Operator::Shell => format!("$(shell {value})"),
                _ => value.to_owned(),
            };
            let variables = vec![(name.to_owned(), value)];
            if before.trim().starts_with("export ") {
                self.exported.insert(name.to_owned());
            }
            self.rules.push(Rule { targets, variables, is_doubtful, ..Rule::default() });
            return Some(false);
        }
        let prerequisites = self.expand(before, &[], 0)?;
        // `$(OBJECTS): %.o: %.c`
        let is_static = outside(&prerequisites, ':').is_some();
        match targets.first().map(String::as_str) {
            Some(".PHONY") => {
                self.phony.extend(prerequisites.split_whitespace().map(str::to_owned));
                return Some(true);
            }
            Some(".EXPORT_ALL_VARIABLES") => self.exports_all = true,
            Some(".ONESHELL") => self.joins_lines = true,
            Some(".SECONDEXPANSION") => return None,
            _ => {}
        }
        self.rules.push(Rule {
            targets,
            prerequisites: words(&prerequisites),
            recipe: first.into_iter().filter(|line| !line.is_empty()).collect(),
            variables: Vec::new(),
            is_doubtful: is_doubtful || is_static,
            adds,
        });
        Some(true)
    }

    fn assign(&mut self, name: &str, operator: Operator, value: &str, is_doubtful: bool) -> Option<()> {
        if name == ".RECIPEPREFIX" || (name == "SHELL" && !is_shell(value)) {
            return None;
        }
        if is_doubtful || name.contains('$') {
            self.variables.insert(name.to_owned(), Variable::Unknown);
            return Some(());
        }
        let known = self.variables.get(name).cloned();
        let value = match operator {
            Operator::IfUnset if known.is_some() || self.calling.environment.contains_key(name) => {
                return Some(());
            }
            Operator::Recursive | Operator::IfUnset => Variable::Recursive(value.to_owned()),
            Operator::Simple => Variable::Simple(self.expand(value, &[], 0)?),
            Operator::Shell => Variable::Simple(format!("$({})", self.expand(value, &[], 0)?)),
            Operator::Append => match known {
                None => {
                    let before = self.calling.environment.get(name).map_or("", String::as_str);
                    Variable::Recursive(format!("{before} {value}").trim().to_owned())
                }
                Some(Variable::Recursive(before)) => Variable::Recursive(format!("{before} {value}")),
                Some(Variable::Simple(before)) => {
                    Variable::Simple(format!("{before} {}", self.expand(value, &[], 0)?))
                }
                Some(Variable::Unknown) => Variable::Unknown,
            },
        };
        self.variables.insert(name.to_owned(), value);
        Some(())
    }

    fn include(&mut self, files: &str, is_required: bool, is_doubtful: bool, depth: usize) {
        let files = self.expand(files, &[], 0).unwrap_or_else(|| "$".to_owned());
        for file in files.split_whitespace() {
            let text = if file.contains('$') { None } else { (self.calling.include)(file) };
            let is_read = match text {
                Some(text) if !is_doubtful && depth < MOST_INCLUDED => self.parse(&text, depth + 1).is_some(),
                Some(_) => false,
                None => !is_required && !file.contains(['$', '*']),
            };
            self.is_partial |= !is_read;
        }
    }

    fn branch(&self, word: &str, condition: &str) -> Branch {
        let holds = match word {
            "ifdef" | "ifndef" => {
                let value = self.expand(&format!("$({})", condition.trim()), &[], 0);
                value.filter(|value| !value.contains('$')).map(|value| value.is_empty() == (word == "ifndef"))
            }
            _ => self.are_equal(condition.trim()).map(|are_equal| are_equal == (word == "ifeq")),
        };
        match holds {
            Some(true) => Branch::Taken,
            Some(false) => Branch::Skipped,
            None => Branch::Doubtful,
        }
    }

    /// `(a,b)` or `"a" "b"`.
    fn are_equal(&self, condition: &str) -> Option<bool> {
        let sides = match condition.strip_prefix('(') {
            Some(inside) => {
                let inside = inside.trim_end().strip_suffix(')')?;
                let comma = outside(inside, ',')?;
                (inside[..comma].to_owned(), inside[comma + 1..].to_owned())
            }
            None => {
                let mut quoted = condition.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned);
                (quoted.next()?, quoted.next()?)
            }
        };
        let told = |text: &str| self.expand(text.trim(), &[], 0).filter(|value| !value.contains('$'));
        Some(told(&sides.0)? == told(&sides.1)?)
    }
}
