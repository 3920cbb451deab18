//! A case: a small application in a folder, and what its `case.toml` asks of both images.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use tempfile::TempDir;

/// The file that is no part of the application.
const DESCRIPTION: &str = "case.toml";

/// One folder of `tests/cases`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The folder below `tests/cases`, such as `go/cgo-hello`.
    #[serde(skip)]
    pub(crate) name: String,
    /// Where it is.
    #[serde(skip)]
    folder: PathBuf,
    /// The images that its FROM lines name.
    #[serde(skip)]
    pub(crate) bases: Vec<String>,
    /// What the case shows, in a line.
    #[expect(dead_code, reason = "written for people who read the case")]
    pub(crate) what: String,
    /// The id of the reason why restage must leave it alone.
    pub(crate) refused: Option<String>,
    /// How both images are run.
    #[serde(default)]
    pub(crate) run: Run,
    /// What must be so of the new image.
    #[serde(default)]
    pub(crate) expect: Expect,
}

/// How an image is run and what is asked of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Run {
    /// The port on which a server answers; without it the program runs to its end.
    pub(crate) port: Option<u16>,
    /// Paths to GET from the server: status, content type and body are compared.
    pub(crate) get: Vec<String>,
    /// The program runs to its end: exit code and standard output are compared.
    pub(crate) stdout: bool,
    /// Arguments after the image, in place of CMD.
    pub(crate) args: Vec<String>,
    /// Variables set from outside.
    pub(crate) env: BTreeMap<String, String>,
    /// A variable that gets the address of a site which answers over HTTPS.
    pub(crate) https: Option<String>,
    /// Further commands that must answer the same in both images.
    pub(crate) exec: Vec<Vec<String>>,
}

/// What must be so of the new image beyond equal answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expect {
    /// Programs that must not be there.
    pub(crate) absent: Vec<String>,
    /// The new size by the old at most.
    pub(crate) ratio: Option<f64>,
    /// CMD or ENTRYPOINT has to change, since it starts a tool of the builder.
    pub(crate) new_command: bool,
}

impl Case {
    fn load(root: &Path, folder: &Path) -> Result<Self> {
        let text = fs::read_to_string(folder.join(DESCRIPTION))?;
        let mut case: Self = toml::from_str(&text)?;
        case.name = folder.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        case.bases = bases(&fs::read_to_string(folder.join("Dockerfile"))?);
        folder.clone_into(&mut case.folder);
        Ok(case)
    }

    /// A copy of the application to work in, without the description.
    pub(crate) fn copy(&self) -> Result<TempDir> {
        let target = TempDir::with_prefix("restage-case-")?;
        for entry in ignore::WalkBuilder::new(&self.folder).standard_filters(false).build() {
            let entry = entry?;
            let relative = entry.path().strip_prefix(&self.folder)?;
            let place = target.path().join(relative);
            if entry.path_is_symlink() {
                std::os::unix::fs::symlink(fs::read_link(entry.path())?, &place)?;
            } else if entry.path().is_dir() {
                fs::create_dir_all(&place)?;
            } else if relative != Path::new(DESCRIPTION) {
                fs::copy(entry.path(), &place)?;
            }
        }
        Ok(target)
    }
}

/// All cases below `root`, by name.
pub(crate) fn all(root: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for language in fs::read_dir(root)? {
        let language = language?.path();
        if !language.is_dir() {
            continue;
        }
        for folder in fs::read_dir(language)? {
            let folder = folder?.path();
            cases.push(Case::load(root, &folder).with_context(|| folder.display().to_string())?);
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// The images of the FROM lines, with the defaults of the ARGs before them. Made for the cases, not for any file.
fn bases(dockerfile: &str) -> Vec<String> {
    let mut arguments = BTreeMap::new();
    let mut images = Vec::new();
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("ARG") => {
                if let Some((name, value)) = words.next().and_then(|word| word.split_once('=')) {
                    arguments.insert(name.to_owned(), value.to_owned());
                }
            }
            Some("FROM") => {
                let mut image = words.find(|word| !word.starts_with("--")).unwrap_or_default().to_owned();
                for (name, value) in &arguments {
                    image = image.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
                }
                images.push(image);
            }
            _ => {}
        }
    }
    images
}
