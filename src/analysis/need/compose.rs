//! What compose files start in the image.

use super::Caller;
use super::chain::Chain;
use super::walk::{Place, Walk};
use crate::analysis::config::{Form, Invocation};
use crate::context::compose::{self, Start};

/// Walks through the services of the compose files.
pub(super) fn walk(walk: &mut Walk<'_>) {
    let Some(context) = walk.sources.context else { return };
    let stage = walk.stage;
    let own = stage.world.config.entrypoint.as_ref().filter(|entrypoint| !entrypoint.is_empty());
    for service in compose::services(context, walk.sources.document.text()) {
        let place = |start: &Start| Place::of(Chain::named(&service.file).at(start.line), Caller::Compose);
        match (&service.entrypoint, &service.command) {
            (Some(entrypoint), command) => {
                let command = command.as_ref().map(invocation);
                walk.invocation(&invocation(entrypoint), command.as_ref(), &place(entrypoint));
            }
            (None, Some(command)) => match own {
                Some(own) => walk.invocation(own, Some(&invocation(command)), &place(command)),
                None => walk.invocation(&invocation(command), None, &place(command)),
            },
            (None, None) => {}
        }
        if let Some(test) = &service.healthcheck {
            walk.invocation(&invocation(test), None, &place(test));
        }
    }
}

fn invocation(start: &Start) -> Invocation {
    let form = match start.shell {
        true => Form::Shell(start.words.join(" ")),
        false => Form::Exec(start.words.clone()),
    };
    Invocation { form, shell: None, span: None }
}
