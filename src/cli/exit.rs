//! How the program ends, in a number that scripts can tell apart.

use super::args::{Args, Fate};
use crate::report::Class;
use crate::report::tally::Tally;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All went well, whatever became of the files.
    Fine = 0,
    /// A file met the fate that `--check` or `--fail-on` asks about.
    Found = 1,
    /// Nothing was done: an option, a rule file or the configuration is wrong.
    Usage = 2,
    /// A file could not be read, judged or written; all others were worked.
    Failed = 3,
    /// No Dockerfile was found.
    Nothing = 4,
    /// `--prove` found nothing, but could not judge every line.
    NotJudged = 5,
}

impl Exit {
    /// What so many fates come to. What failed weighs most, for the rest may then be wrong too.
    pub(super) fn of(tally: &Tally, args: &Args) -> Self {
        if args.fail_on.contains(&Fate::Never) {
            return Self::Fine;
        }
        let met = |fate: &Fate| match fate {
            Fate::Change => tally.converted() > 0,
            Fate::Review => tally.count(Class::NeedsReview) + tally.count(Class::HeldBack) > 0,
            Fate::Refused => tally.count(Class::Refused) > 0,
            Fate::Never => false,
        };
        if tally.count(Class::Failed) > 0 {
            Self::Failed
        } else if args.fail_on.iter().any(met) || args.check && met(&Fate::Change) {
            Self::Found
        } else if tally.files() == 0 && !args.allow_none {
            Self::Nothing
        } else {
            Self::Fine
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
