//! What the program's own sources, and the compose files beside the Dockerfile, ask for.

use super::chain::Chain;
use super::{Caller, Need, Needs, Program};
use crate::analysis::Sources;
use crate::context::compose;

/// Names of kinds of data in the rules.
const ZONES: &str = "zones";
const CONTENT_TYPES: &str = "content-types";

/// Adds what the build context says.
pub(super) fn add(needs: &mut Needs, sources: Sources<'_>) {
    let Some(context) = sources.context else { return };
    let hints = context.hints();
    let mut program = |name: &str, file: &str, caller: Caller| {
        let program = Program { name: name.to_owned(), path: None, caller };
        needs.add(Need::Program(program), &Chain::named(file), false);
    };
    for (name, file) in &hints.programs {
        program(name, file, Caller::Source);
    }
    for (name, file) in &hints.possible_programs {
        program(name, file, Caller::PossibleSource);
    }
    for (word, file) in compose::started_words(context) {
        program(&word, &file, Caller::Compose);
    }
    for (read, name) in [(hints.zones, ZONES), (hints.content_types, CONTENT_TYPES)] {
        if read {
            needs.add(Need::Data(name.to_owned()), &Chain::named("a source"), false);
        }
    }
}
