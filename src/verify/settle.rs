//! Which assumptions of a plan an engine has answered: each is a question, and two built images often know.

use super::Verification;
use super::finding::Kind;
use crate::note::{Level, Note, Reason};

/// What settles the assumption, in a few words; `None` where the images can't know.
pub fn settled(note: &Note, verification: &Verification) -> Option<&'static str> {
    if note.level != Level::Assumption || !verification.findings.is_empty() {
        return None;
    }
    let without = |kind: Kind| verification.findings.iter().all(|finding| finding.kind != kind);
    match note.reason {
        Reason::FloatingTag if verification.same_release => Some("both images are of one release"),
        Reason::FloatingTag if without(Kind::Library) && without(Kind::Version) => {
            Some("every library and symbol version that the programs need is there")
        }
        Reason::ImpliedPackage if without(Kind::Library) && without(Kind::Interpreter) => {
            Some("every library that the programs and modules need is there")
        }
        Reason::UnknownPackage => Some("the packages could be installed, and every library is there"),
        Reason::UnknownOutput => Some("everything that is copied was built, and the program is there"),
        Reason::UnknownBase => Some("both images were built and compared"),
        // what a program reads or does is only known where it was asked
        Reason::ContextUnseen | Reason::UnknownCommand | Reason::ContextElsewhere if verification.asked => {
            Some("both images answer alike")
        }
        _ => None,
    }
}
