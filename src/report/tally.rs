//! How many files met which fate: the one-line summary.

use std::collections::BTreeMap;
use std::fmt;

use super::{Class, Report};

/// Counts of files by what became of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: BTreeMap<Class, usize>,
}

impl Tally {
    /// Counts one file.
    pub fn add(&mut self, report: &Report) {
        *self.counts.entry(report.class()).or_default() += 1;
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
            let phrase = match class {
                Class::Safe => "converted (safe)",
                Class::NeedsReview => "converted (needs-review)",
                Class::HeldBack => "held back by --safe",
                Class::MultiStage => "already multi-stage",
                Class::Unchanged => "unchanged",
                Class::Refused => "refused",
                Class::Failed => "failed",
            };
            write!(f, "{} {count} {phrase}", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
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
                before: String::new(),
                verdict,
            });
        }
        assert_eq!(tally.to_string(), "4 files: 1 already multi-stage, 1 refused, 2 failed");
    }
}
