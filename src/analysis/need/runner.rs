//! Programs that an installer starts in its environment: `poetry run gunicorn app:app` is `gunicorn app:app`, where that environment comes
//! first on PATH.

use crate::analysis::config::Form;
use crate::recipe::project::ProjectInstaller;
use crate::recipe::{Recipe, Recipes};

/// What an invocation starts through an installer, without it; `None` where it starts nothing so, or does more.
pub fn without_runner<'a>(
    recipe: &'a Recipe,
    recipes: &'a Recipes,
    form: &Form,
) -> Option<(Form, &'a ProjectInstaller)> {
    // an installer of one's own (`--rules`) is of no language
    let rules = recipe.commands.iter().chain(&recipes.system);
    let mut projects = rules.filter_map(|rule| rule.project.as_ref());
    projects.find_map(|project| {
        let form = match form {
            Form::Exec(words) => Form::Exec(project.started(words)?),
            Form::Shell(text) => Form::Shell(project.started_by_line(text)?),
        };
        Some((form, project))
    })
}
