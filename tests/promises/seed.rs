//! What a property starts from: a Dockerfile with its context, and what restage makes of it.

use restage::context::Context;
use restage::context::map_files::MapFiles;
use restage::knowledge::Knowledge;
use restage::pipeline::{Outcome, Request, restage};
use restage::recipe::Recipes;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

static RECIPES: LazyLock<Recipes> =
    LazyLock::new(|| Recipes::load(&[]).expect("the embedded rules are recipes"));

/// A file of a context.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) content: Vec<u8>,
    pub(crate) executable: bool,
}

/// A Dockerfile and what stands beside it.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) files: Vec<File>,
    pub(crate) links: Vec<(String, String)>,
    pub(crate) ignore: Option<String>,
}

impl Seed {
    /// The same context with another text, which is the Dockerfile of the context too.
    pub(crate) fn with_text(&self, text: String) -> Self {
        let mut seed = Self { text, ..self.clone() };
        if let Some(own) = seed.files.iter_mut().find(|file| file.path == "Dockerfile") {
            own.content = seed.text.clone().into_bytes();
        }
        seed
    }

    /// What a question to the pipeline about this seed answers.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Request<'_>) -> T) -> T {
        let mut map = MapFiles::default();
        for file in &self.files {
            let content = file.content.clone();
            map = if file.executable {
                map.executable(&file.path, content)
            } else {
                map.file(&file.path, content)
            };
        }
        for (path, target) in &self.links {
            map = map.link(path, target);
        }
        let context = Context::new(Box::new(map), self.ignore.as_deref());
        let knowledge = Knowledge::embedded();
        question(&Request {
            text: &self.text,
            context: Some(&context),
            recipes: &RECIPES,
            knowledge: &knowledge,
            runtime: None,
            keep: &[],
            artifacts: &[],
        })
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.ask(restage)
    }
}

/// Every case folder.
pub(crate) fn cases() -> Vec<Seed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = folders(&root).iter().flat_map(|group| folders(group)).collect();
    folders.sort();
    folders.iter().filter_map(|case| read(case, &root)).collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("the folder of cases is there");
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect()
}

fn read(case: &Path, root: &Path) -> Option<Seed> {
    let text = std::fs::read_to_string(case.join("Dockerfile")).ok()?;
    let name = case.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    let ignore = std::fs::read_to_string(case.join(".dockerignore")).ok();
    let mut seed = Seed { name, text, files: Vec::new(), links: Vec::new(), ignore };
    walk(case, case, &mut seed);
    Some(seed)
}

fn walk(root: &Path, at: &Path, seed: &mut Seed) {
    let entries = std::fs::read_dir(at).expect("a folder of a case");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let data = path.symlink_metadata().expect("a file of a case");
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        if data.is_symlink() {
            let target = std::fs::read_link(&path).expect("a link");
            seed.links.push((name, target.to_string_lossy().into_owned()));
        } else if data.is_dir() {
            walk(root, &path, seed);
        } else {
            let content = std::fs::read(&path).expect("a file of a case");
            seed.files.push(File { path: name, content, executable: is_executable(&data) });
        }
    }
}

#[cfg(unix)]
fn is_executable(data: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&data.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

/// Holds a property to every case, on every core; what it finds wrong, in order.
pub(crate) fn everywhere(property: impl Fn(&Seed) -> Vec<String> + Sync) -> Vec<String> {
    let cases = cases();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let wrong = property(case);
                    found.lock().expect("no thread panicked").extend(wrong);
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panicked");
    found.sort();
    found
}
