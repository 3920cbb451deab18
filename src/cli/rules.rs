//! The user's own rules: `--rules DIR`.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use super::read;
use crate::knowledge::Knowledge;
use crate::recipe::Recipes;
use crate::report::Failure;
use crate::rule_error::RuleError;

/// Largest rule file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// The built-in recipes (`*.toml`) and tables (`*.tsv`), and over them those of a folder.
///
/// # Errors
/// The path at fault, and why it can't be used.
pub(super) fn load(folder: Option<&Path>) -> Result<(Recipes, Knowledge), (PathBuf, Failure)> {
    let at_fault = |error: RuleError| {
        let RuleError { file, span, text, message } = error;
        let path = folder.map_or_else(|| PathBuf::from(&file), |folder| folder.join(&file));
        (path, Failure { message, excerpt: span.map(|span| Box::new((text, span))), ..Failure::default() })
    };
    let recipes = folder.map(|folder| read_all(folder, "toml")).transpose()?.unwrap_or_default();
    let tables = folder.map(|folder| read_all(folder, "tsv")).transpose()?.unwrap_or_default();
    if let Some(folder) = folder.filter(|_| recipes.is_empty() && tables.is_empty()) {
        return Err((
            folder.to_owned(),
            Failure::new("no recipe (*.toml) and no table (*.tsv) in this folder"),
        ));
    }
    let knowledge = Knowledge::with_overlay(&tables).map_err(at_fault)?;
    Ok((Recipes::load(&recipes).map_err(at_fault)?, knowledge))
}

/// Names and texts of the files of a folder that end so, sorted by name.
fn read_all(folder: &Path, ending: &str) -> Result<Vec<(String, String)>, (PathBuf, Failure)> {
    let failed = |path: &Path, error: &dyn Display| {
        (path.to_owned(), Failure::new(format!("can't read the rules: {error}")))
    };
    let mut files = Vec::new();
    for item in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let path = item.map_err(|error| failed(folder, &error))?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            let bytes = read::regular(&path, LARGEST).map_err(|error| failed(&path, &error))?;
            let text = String::from_utf8(bytes).map_err(|_| failed(&path, &"not UTF-8"))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, text));
        }
    }
    files.sort();
    Ok(files)
}
