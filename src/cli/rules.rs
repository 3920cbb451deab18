//! The user's own rule files: `--rules DIR`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::recipe::Recipes;
use crate::report::Failure;
use crate::rule_error::RuleError;

/// The built-in recipes, and over them those of a folder.
///
/// # Errors
/// The path at fault, and why it can't be used.
pub(super) fn load(folder: Option<&Path>) -> Result<Recipes, (PathBuf, Failure)> {
    let overlay = match folder {
        Some(folder) => read(folder)?,
        None => Vec::new(),
    };
    Recipes::load(&overlay).map_err(|error| {
        let RuleError { file, span, text, message } = error;
        let path = folder.map_or_else(|| PathBuf::from(&file), |folder| folder.join(&file));
        (path, Failure { message, help: None, excerpt: span.map(|span| (text, span)) })
    })
}

/// Names and texts of the `*.toml` files of a folder, sorted by name.
fn read(folder: &Path) -> Result<Vec<(String, String)>, (PathBuf, Failure)> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        (path.to_owned(), Failure::new(format!("can't read the rules: {error}")))
    };
    let mut files = Vec::new();
    for item in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = item.map_err(|error| failed(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, text));
        }
    }
    if files.is_empty() {
        return Err((folder.to_owned(), Failure::new("no rule file (*.toml) in this folder")));
    }
    files.sort();
    Ok(files)
}
