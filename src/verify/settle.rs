//! Which assumptions of a plan an engine has answered: each is a question, and two built images often know.

use super::Verification;
use crate::note::{Level, Note, Reason};

/// Notes of a conversion whose settled assumptions are no assumptions any more; what settled them goes to the verification.
pub fn settle(notes: Vec<Note>, verification: &mut Verification) -> Vec<Note> {
    let settle = |note: Note| match settled(&note, verification) {
        None => note,
        Some(how) => {
            verification.settled.push((note.reason, how));
            Note {
                level: Level::Advice,
                message: format!("{} (verified: {how})", note.message),
                help: None,
                ..note
            }
        }
    };
    notes.into_iter().map(settle).collect()
}

/// What settles the assumption, in a few words; `None` where the images can't know.
fn settled(note: &Note, verification: &Verification) -> Option<&'static str> {
    if note.level != Level::Assumption || !verification.holds() {
        return None;
    }
    match note.reason {
        Reason::FloatingTag if verification.same_release => Some("both images are of one release"),
        Reason::FloatingTag => Some("every library and symbol version that the programs need is there"),
        // what is linked is seen; what a program opens by name is only known where it was asked
        Reason::ImpliedPackage if verification.asked => {
            Some("every library that is linked is there, and both images answer alike")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::figures::Figures;
    use crate::verify::finding::{Finding, Kind};

    fn settles(reason: Reason, verification: &Verification) -> bool {
        settled(&Note::assumption(reason, None, "taken to be so"), verification).is_some()
    }

    #[test]
    fn what_only_a_run_can_tell_is_open_until_one_was_made() {
        let built = Verification { after: Some(Figures::default()), ..Verification::default() };
        let asked = Verification { asked: true, ..built.clone() };
        for reason in [Reason::ImpliedPackage, Reason::UnknownCommand, Reason::ContextUnseen] {
            assert!(!settles(reason, &built), "a library may be opened by name, a file read at run time");
            assert!(settles(reason, &asked));
        }
        assert!(settles(Reason::FloatingTag, &built));
        for reason in [Reason::UnknownStart, Reason::RuntimeFiles, Reason::NeedsToolchain] {
            assert!(!settles(reason, &asked), "the runs may not have come there");
        }
    }

    #[test]
    fn nothing_is_settled_where_something_was_found_or_nothing_was_built() {
        let finding = Finding::new(Kind::Mode, "/x", "differs");
        let found = Verification { findings: vec![finding], asked: true, ..Verification::default() };
        assert!(!settles(Reason::FloatingTag, &found));
        assert!(!settles(Reason::FloatingTag, &Verification::default()), "no new image");
        let advice = Note::new(Level::Advice, Reason::FloatingTag, None, "so it is");
        assert_eq!(settled(&advice, &found), None);
    }
}
