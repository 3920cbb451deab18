//! Programs that an installer starts in its environment: `poetry run gunicorn app:app` is `gunicorn app:app`, where that environment comes
//! first on PATH.

use crate::analysis::config::Form;
use crate::recipe::Recipe;
use crate::recipe::project::ProjectInstaller;

/// What an invocation starts through an installer, without it; `None` where it starts nothing so, or does more.
pub fn without_runner<'a>(recipe: &'a Recipe, form: &Form) -> Option<(Form, &'a ProjectInstaller)> {
    let projects = recipe.commands.iter().filter_map(|rule| rule.project.as_ref());
    projects.into_iter().find_map(|project| {
        let form = match form {
            Form::Exec(words) => Form::Exec(project.started(words)?),
            Form::Shell(text) => Form::Shell(project.started_by_line(text)?),
        };
        Some((form, project))
    })
}
