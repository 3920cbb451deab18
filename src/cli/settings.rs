//! What counts for one Dockerfile: flags, then what the file itself says, then `restage.toml`, the nearest first.

use std::path::{Path, PathBuf};

use super::args::Args;
use super::config::{Keys, Layer};
use super::exclude::Exclude;
use super::inputs::shown;
use crate::dockerfile::pragma::{Pragma, pragmas};
use crate::dockerfile::reference::ImageReference;
use crate::dockerfile::span::Span;
use crate::note::{Level, Note, Reason};
use crate::report::Failure;

/// All wishes for one file, merged.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// Whether conversions that rest on assumptions are held back.
    pub(super) safe: bool,
    /// The runtime's image.
    pub(super) runtime: Option<ImageReference>,
    /// The build context.
    pub(super) context: Option<PathBuf>,
    /// Packages that the runtime has too.
    pub(super) keep: Vec<String>,
    /// Paths that the runtime takes over.
    pub(super) artifacts: Vec<String>,
    /// Reasons of assumptions that a person checked.
    accepted: Vec<Reason>,
    /// Where the file says that it is to be left alone.
    pub(super) ignored: Option<Span>,
}

impl Settings {
    /// Merges what counts for a file that stands in `folder`.
    ///
    /// # Errors
    /// A wish that can't be read or fulfilled, with its place.
    pub(super) fn of(args: &Args, layers: &[Layer], text: &str, folder: &Path) -> Result<Self, Failure> {
        let mut settings = Self { safe: args.safe, ..Self::default() };
        for layer in layers.iter().rev() {
            settings
                .take_layer(layer)
                .map_err(|failure| Failure { path: Some(shown(&layer.path)), ..failure })?;
        }
        settings.take_pragmas(text, folder)?;
        settings.safe |= args.safe;
        settings.runtime = args.runtime.clone().or(settings.runtime);
        settings.context = args.context.clone().or(settings.context);
        Ok(settings)
    }

    fn take_layer(&mut self, layer: &Layer) -> Result<(), Failure> {
        let Keys { extends: _, exclude: _, safe, runtime, context, keep, artifacts, ignore } = &layer.keys;
        self.safe = safe.unwrap_or(self.safe);
        if let Some(image) = runtime {
            self.runtime = Some(image_of(image).map_err(Failure::new)?);
        }
        if let Some(context) = context {
            self.context = Some(layer.folder().join(context));
        }
        self.keep = keep.clone().unwrap_or_else(|| std::mem::take(&mut self.keep));
        self.artifacts = artifacts.clone().unwrap_or_else(|| std::mem::take(&mut self.artifacts));
        if let Some(reasons) = ignore {
            self.accepted = reasons_of(reasons).map_err(Failure::new)?;
        }
        Ok(())
    }

    fn take_pragmas(&mut self, text: &str, folder: &Path) -> Result<(), Failure> {
        let at = |span: Span, message: String| {
            let excerpt = Some(Box::new((text.to_owned(), span)));
            Failure { message, excerpt, ..Failure::default() }
                .help("docs/configuration.md tells what a file can ask for")
        };
        for (pragma, span) in pragmas(text).map_err(|error| at(error.span, error.message))? {
            match pragma {
                Pragma::Ignore => self.ignored = Some(span),
                Pragma::Accept(reasons) => {
                    self.accepted.extend(reasons_of(&reasons).map_err(|message| at(span, message))?);
                }
                Pragma::Keep(packages) => self.keep.extend(packages),
                Pragma::Artifact(path) if path.starts_with('/') => self.artifacts.push(path),
                Pragma::Artifact(path) => {
                    return Err(at(span, format!("`{path}` is no absolute path of the builder")));
                }
                Pragma::Runtime(image) => {
                    self.runtime = Some(image_of(&image).map_err(|message| at(span, message))?);
                }
                Pragma::Context(path) => {
                    let path = folder.join(path);
                    if !path.is_dir() {
                        return Err(at(span, format!("{} is no folder", shown(&path))));
                    }
                    self.context = Some(path);
                }
            }
        }
        Ok(())
    }

    /// The notes without what a person accepted. Refusals stay: nobody can check what restage can't do.
    pub(super) fn unaccepted(&self, notes: Vec<Note>) -> Vec<Note> {
        let is_accepted = |note: &Note| note.level < Level::Refusal && self.accepted.contains(&note.reason);
        notes.into_iter().filter(|note| !is_accepted(note)).collect()
    }
}

fn image_of(name: &str) -> Result<ImageReference, String> {
    ImageReference::parse(name)
        .ok_or_else(|| format!("`{name}` is not the name of an image, such as debian:bookworm-slim"))
}

fn reasons_of(ids: &[String]) -> Result<Vec<Reason>, String> {
    let reason = |id: &String| {
        let nearest = || {
            Reason::ALL
                .iter()
                .map(|reason| reason.id())
                .max_by(|a, b| strsim::jaro(id, a).total_cmp(&strsim::jaro(id, b)))
        };
        Reason::of(id).ok_or_else(|| {
            format!(
                "`{id}` is no reason; did you mean `{}`? --list-reasons tells all",
                nearest().unwrap_or_default()
            )
        })
    };
    ids.iter().map(reason).collect()
}

/// Whether the configuration leaves a file out.
///
/// # Errors
/// A pattern that can't be one.
pub(super) fn is_excluded(layers: &[Layer], path: &Path) -> Result<bool, Failure> {
    for layer in layers {
        let Some(patterns) = &layer.keys.exclude else { continue };
        let exclude = Exclude::below(layer.folder(), patterns).map_err(|(pattern, why)| Failure {
            path: Some(shown(&layer.path)),
            ..Failure::new(format!("`{pattern}` is not a pattern of .gitignore: {why}"))
        })?;
        if exclude.has(path) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `--print-config`: every key in force for a folder, with the file that says so.
pub(super) fn printed(path: &Path, layers: &[Layer]) -> String {
    let mut out = format!("# for {}\n", shown(path));
    let mut told: Vec<String> = Vec::new();
    for layer in layers {
        let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(&layer.keys) else { continue };
        for (key, value) in keys.into_iter().filter(|(_, value)| !value.is_null()) {
            // What adds up is told of every file, all else of the nearest.
            if matches!(key.as_str(), "exclude" | "extends") || !told.contains(&key) {
                out += &format!("{key} = {value}  # {}\n", shown(&layer.path));
                told.push(key);
            }
        }
    }
    out
}
