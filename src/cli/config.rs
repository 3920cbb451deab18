//! `restage.toml`: what a repository, or an organisation, asks of all conversions.
//!
//! The file nearest to the Dockerfile says most; those above it, up to the root of the repository, say what it leaves open.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::inputs::shown;
use super::search::repository;
use crate::dockerfile::span::Span;
use crate::report::Failure;

/// Name of the file.
const NAME: &str = "restage.toml";

/// How many files may extend each other in a row.
const DEEPEST: usize = 8;

/// The keys of one file. What is absent is left to the files above.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Keys {
    /// Another file whose keys count where this one has none: an organisation's defaults. From this file's folder.
    pub(super) extends: Option<PathBuf>,
    /// Files that are left out, in the patterns of `.gitignore`, from this file's folder. Those of all files add up.
    pub(super) exclude: Option<Vec<String>>,
    /// `--safe`
    pub(super) safe: Option<bool>,
    /// `--runtime`
    pub(super) runtime: Option<String>,
    /// `--context`, from this file's folder.
    pub(super) context: Option<PathBuf>,
    /// Packages that the runtime has too.
    pub(super) keep: Option<Vec<String>>,
    /// Paths that the runtime takes over from the builder.
    pub(super) artifacts: Option<Vec<String>>,
    /// Reasons of assumptions that a person checked.
    pub(super) ignore: Option<Vec<String>>,
}

/// One file that counts for a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    /// Where it stands.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) keys: Keys,
}

impl Layer {
    /// The folder from which its paths and patterns count.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }
}

/// Reads and remembers the files.
#[derive(Debug, Default)]
pub(super) struct Configs {
    known: Mutex<HashMap<PathBuf, Result<Vec<Layer>, Failure>>>,
}

impl Configs {
    /// The files that count for a folder, the nearest first.
    ///
    /// # Errors
    /// The fault in one of them, with its place.
    pub(super) fn of(&self, folder: &Path) -> Result<Vec<Layer>, Failure> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layers) = known().get(folder) {
            return layers.clone();
        }
        let layers = layers(folder);
        known().insert(folder.to_owned(), layers.clone());
        layers
    }
}

/// The files from a folder up to the root of its repository; outside of one, those of all folders above.
fn layers(folder: &Path) -> Result<Vec<Layer>, Failure> {
    let top = repository(folder);
    let mut layers = Vec::new();
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        if path.is_file() {
            read(path, DEEPEST, &mut layers)?;
        }
        if top.as_deref() == Some(folder) {
            break;
        }
    }
    Ok(layers)
}

/// One file, and after it what it extends.
fn read(path: PathBuf, depth: usize, layers: &mut Vec<Layer>) -> Result<(), Failure> {
    let at = |failure: Failure| Failure { path: Some(shown(&path)), ..failure };
    let text = fs::read_to_string(&path)
        .map_err(|error| at(Failure::new(format!("can't read the configuration: {error}"))))?;
    let keys: Keys = toml::from_str(&text).map_err(|error| at(fault(&text, &error)))?;
    let extends = keys.extends.clone().map(|other| path.parent().unwrap_or(Path::new("/")).join(other));
    if extends.is_some() && depth == 0 {
        return Err(at(Failure::new("too many files extend each other; is it a circle?")));
    }
    layers.push(Layer { path: path.clone(), keys });
    match extends {
        Some(other) if !other.is_file() => {
            let message = format!("`extends` leads to {}, which is no file", shown(&other));
            Err(at(Failure::new(message).help("its path counts from the folder of this file")))
        }
        Some(other) => read(other, depth - 1, layers),
        None => Ok(()),
    }
}

/// What TOML or its keys are not, with the nearest that could be meant.
fn fault(text: &str, error: &toml::de::Error) -> Failure {
    let span = error.span().map(|span| Span::new(span.start, span.end));
    let message = error.message().trim().to_owned();
    let mut failure = Failure {
        message,
        help: None,
        path: None,
        excerpt: span.map(|span| Box::new((text.to_owned(), span))),
    };
    let mut words = failure.message.split('`').skip(1).step_by(2);
    if let (true, Some(typed)) = (failure.message.starts_with("unknown field"), words.next()) {
        let nearest = words.max_by(|a, b| strsim::jaro(typed, a).total_cmp(&strsim::jaro(typed, b)));
        failure.help =
            nearest.map(|key| format!("did you mean `{key}`? docs/configuration.md tells all keys"));
        failure.message = format!("`{typed}` is no key of restage.toml");
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn the_nearest_comes_first_up_to_the_root_of_the_repository() {
        let root = world(&[
            ("restage.toml", "safe = true\n"),
            ("org.toml", "keep = [\"curl\"]\n"),
            ("r/.git/HEAD", ""),
            ("r/restage.toml", "extends = \"../org.toml\"\n"),
            ("r/a/restage.toml", "runtime = \"debian:12\"\n"),
        ]);
        let names = |folder: &str| -> Vec<String> {
            let layers = Configs::default().of(&root.path().join(folder)).unwrap();
            layers.iter().map(|layer| shown(layer.path.strip_prefix(root.path()).unwrap())).collect()
        };
        assert_eq!(names("r/a"), ["r/a/restage.toml", "r/restage.toml", "r/../org.toml"]);
        assert_eq!(names("r"), ["r/restage.toml", "r/../org.toml"]);
    }

    #[test]
    fn faults_have_a_place_and_the_nearest_key() {
        let root = world(&[
            ("a/restage.toml", "saef = true\n"),
            ("b/restage.toml", "extends = \"restage.toml\"\n"),
            ("c/restage.toml", "safe = 1\n"),
        ]);
        let fault = |folder: &str| Configs::default().of(&root.path().join(folder)).unwrap_err();
        let unknown = fault("a");
        assert_eq!(unknown.message, "`saef` is no key of restage.toml");
        assert!(unknown.help.unwrap().starts_with("did you mean `safe`?"));
        assert_eq!(unknown.excerpt.unwrap().1, Span::new(0, 4));
        assert!(fault("b").message.contains("circle"));
        assert!(fault("c").message.contains("expected a boolean"), "{:?}", fault("c"));
    }

    #[test]
    fn the_schema_names_the_same_keys_with_examples_that_are_read() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../docs/schema/restage.toml.json")).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        for (key, property) in properties {
            for example in property["examples"].as_array().unwrap() {
                let text = format!("{key} = {example}\n");
                assert!(toml::from_str::<Keys>(&text).is_ok(), "{text}");
            }
        }
        let error = toml::from_str::<Keys>("x = 1").unwrap_err();
        let mut known: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
        let mut named: Vec<&str> = properties.keys().map(String::as_str).collect();
        known.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, known);
    }
}
