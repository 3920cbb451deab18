//! Which files `find … -delete` takes away.

use super::run::Reader;
use crate::recipe::command::Call;
use globset::GlobBuilder;

/// Tests of `find` that are about the name alone, with a value each.
const NAMES: [&str; 2] = ["-name", "-iname"];

/// Words of `find` that change nothing in what is found, or only its kind.
const PLAIN: [&str; 11] =
    ["-delete", "-depth", "-exec", "-f", "-fr", "-o", "-print", "-r", "-rf", "-type", "-xdev"];

impl Reader<'_> {
    /// Known files below the roots that the names fit; every known file, where there are tests of another kind.
    pub(super) fn found(&self, call: &Call) -> Vec<String> {
        let is_root = |word: &&String| !word.starts_with(['-', '(', '!', '\\', ')']);
        let roots: Vec<String> =
            call.words[1..].iter().take_while(is_root).map(|root| call.absolute(root)).collect();
        let roots = if roots.is_empty() { vec![call.directory.clone()] } else { roots };
        let names: Vec<_> = call
            .words
            .windows(2)
            .filter(|pair| NAMES.contains(&pair[0].as_str()))
            .filter_map(|pair| {
                let folds = pair[0] == "-iname";
                Some(GlobBuilder::new(&pair[1]).case_insensitive(folds).build().ok()?.compile_matcher())
            })
            .collect();
        let only_files = call.words.windows(2).any(|pair| pair == ["-type", "f"]);
        // a folder that fits goes with all that is in it
        let fits = |inside: &str| {
            let mut components = inside.rsplit('/').take(if only_files { 1 } else { usize::MAX });
            components.any(|name| names.iter().any(|glob| glob.is_match(name)))
        };
        let below = roots.iter().flat_map(|root| self.world.below(root).map(move |(path, _)| (root, path)));
        let found = below.filter(|(root, path)| names.is_empty() || fits(&path[root.len()..]));
        found.map(|(_, path)| path.clone()).collect()
    }

    /// Whether nothing but names and kinds of file decides what is taken away.
    pub(super) fn finds_by_name(&self, call: &Call) -> bool {
        let is_plain = |word: &String| {
            !word.starts_with(['-', '!', '(', '\\'])
                || PLAIN.contains(&word.as_str())
                || NAMES.contains(&word.as_str())
        };
        call.words[1..].iter().all(is_plain)
    }
}
