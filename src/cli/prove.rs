//! `--prove BEFORE AFTER`: judges a conversion that somebody made.

use std::path::{Path, PathBuf};

use super::args::Format;
use super::exit::Exit;
use super::guard;
use super::inputs::shown;
use super::screen::Screen;
use super::work::Workshop;
use crate::note::Note;
use crate::prove::breach::{Judgement, Side};
use crate::report::Failure;
use crate::report::judgement::{self, Judged, Named};

/// Reads both files, judges the pair and tells it.
pub(super) fn run(workshop: &Workshop<'_>, pair: &[PathBuf], format: Format, screen: &mut Screen) -> Exit {
    let [before, after] = pair else { return Exit::Usage };
    let (old, new) = match (workshop.text(before), workshop.text(after)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(failure), _) => return failed(screen, before, &failure),
        (_, Err(failure)) => return failed(screen, after, &failure),
    };
    let judged =
        guard::run(|| workshop.prove(&old, (before.as_os_str() != "-").then_some(before.as_path()), &new));
    let judgement: Judgement = match judged {
        Ok(Ok(judgement)) => judgement,
        Ok(Err((side, note))) => {
            let (path, text) = if side == Side::Before { (before, &old) } else { (after, &new) };
            return failed(screen, path, &unreadable(text, &note));
        }
        Err(failure) => return failed(screen, after, &failure),
    };
    let (old_path, new_path) = (shown(before), shown(after));
    let judged = Judged {
        before: Named { path: &old_path, text: &old },
        after: Named { path: &new_path, text: &new },
        judgement: &judgement,
    };
    match format {
        Format::Text => screen.tell(|look| judgement::told(&judged, look)),
        Format::Github => screen.result(&judgement::commands(&judged)),
        _ => screen.result(&judgement::json(&judged)),
    }
    match judged.outcome() {
        "breaches" => Exit::Found,
        "not-judged" => Exit::NotJudged,
        _ => Exit::Fine,
    }
}

fn failed(screen: &mut Screen, path: &Path, failure: &Failure) -> Exit {
    screen.failure(&shown(path), failure);
    Exit::Usage
}

/// A text that is no Dockerfile, with its line.
fn unreadable(text: &str, note: &Note) -> Failure {
    let mut failure = Failure::new(note.message.clone());
    failure.help.clone_from(&note.help);
    failure.excerpt = note.span.map(|span| Box::new((text.to_owned(), span)));
    failure
}
