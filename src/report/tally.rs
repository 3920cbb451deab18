//! How many files met which fate, and for which reasons: the one-line summary, and `--statistics`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use super::{Class, Report};
use crate::note::{Level, Reason};

/// Counts of files by what became of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: BTreeMap<Class, usize>,
    /// Files by fate and reason; a file with two reasons counts for both.
    reasons: BTreeMap<(Class, Option<Reason>), usize>,
}

impl Tally {
    /// Counts one file.
    pub fn add(&mut self, report: &Report) {
        let class = report.class();
        if class == Class::NotChosen {
            return;
        }
        *self.counts.entry(class).or_default() += 1;
        let weighty = report.notes().iter().filter(|note| note.level > Level::Advice);
        let mut reasons: BTreeSet<Option<Reason>> = weighty.map(|note| Some(note.reason)).collect();
        if reasons.is_empty() {
            reasons.insert(None);
        }
        for reason in reasons {
            *self.reasons.entry((class, reason)).or_default() += 1;
        }
    }

    /// How many files have an assumption or refusal of each reason.
    pub fn reasons(&self) -> impl Iterator<Item = (Reason, usize)> {
        let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
        for ((_, reason), count) in &self.reasons {
            if let Some(reason) = reason {
                *counts.entry(*reason).or_default() += count;
            }
        }
        counts.into_iter()
    }

    /// A table of files by fate and reason, the most first.
    pub fn statistics(&self) -> String {
        let mut rows: Vec<(&(Class, Option<Reason>), &usize)> = self.reasons.iter().collect();
        rows.sort_by(|a, b| (a.0.0, b.1, a.0.1).cmp(&(b.0.0, a.1, b.0.1)));
        let mut out = String::new();
        for ((class, reason), count) in rows {
            let reason = reason.map_or("-", Reason::id);
            let _ = writeln!(out, "{count:>7}  {:<24}  {reason}", phrase(*class));
        }
        out
    }

    /// How many met this fate.
    pub fn count(&self, class: Class) -> usize {
        self.counts.get(&class).copied().unwrap_or_default()
    }

    /// How many would change, or did.
    pub fn converted(&self) -> usize {
        self.count(Class::Safe) + self.count(Class::NeedsReview)
    }

    /// How many there are.
    pub fn files(&self) -> usize {
        self.counts.values().sum()
    }
}

/// `3 files: 1 converted (safe), 1 already multi-stage, 1 refused`
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files();
        write!(f, "{files} file{}", if files == 1 { "" } else { "s" })?;
        for (index, (class, count)) in self.counts.iter().enumerate() {
            let phrase = phrase(*class);
            write!(f, "{} {count} {phrase}", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

/// A fate, for people.
fn phrase(class: Class) -> &'static str {
    match class {
        Class::Safe => "converted (safe)",
        Class::NeedsReview => "converted (needs-review)",
        Class::HeldBack => "held back by --safe",
        Class::MultiStage => "already multi-stage",
        Class::Unchanged => "unchanged",
        Class::Refused => "refused",
        Class::Failed => "failed",
        Class::NotChosen => "not chosen",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{Note, Reason};
    use crate::report::{Failure, Verdict};

    #[test]
    fn tells_every_fate_once() {
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "0 files");
        for verdict in [
            Verdict::Refused(vec![Note::refusal(Reason::NoRecipe, None, "no")]),
            Verdict::Unchanged(Note::new(crate::note::Level::Advice, Reason::MultiStage, None, "two stages")),
            Verdict::Refused(vec![Note::refusal(Reason::Unreadable, None, "empty")]),
            Verdict::Failed(Failure::new("gone")),
        ] {
            tally.add(&Report {
                path: "Dockerfile".into(),
                patch_path: "Dockerfile".into(),
                repository: None,
                before: String::new(),
                verification: None,
                verdict,
            });
        }
        assert_eq!(tally.to_string(), "4 files: 1 already multi-stage, 1 refused, 2 failed");
        assert_eq!(
            tally.statistics(),
            "      1  already multi-stage       -\n      1  refused                   no-recipe\n      1  failed                    -\n      1  failed                    unreadable\n"
        );
        assert_eq!(tally.reasons().collect::<Vec<_>>(), [(Reason::Unreadable, 1), (Reason::NoRecipe, 1)]);
    }
}
