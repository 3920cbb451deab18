//! What a failing program says that it lacks, looked up in the old image, where it worked.
//!
//! Programs name what they do not find: a path, a program, a shared library, a module. Every word of what was said that is
//! something of the old image and nothing of the new one is a hint. Data that nobody names (certificates, zones, fonts) is
//! tried after that, if only the old image has it, and then the folders beside the program.

use std::collections::BTreeSet;

use super::compare::Side;
use super::finding::Remedy;
use super::inventory::Kind;
use crate::recipe::path::absolute;

/// What may mend an answer that differs, the surest first. `data` are paths that programs read without naming them.
pub fn hints(said: &str, before: &Side, after: &Side, data: &[String]) -> Vec<Remedy> {
    let mut found: Vec<Remedy> = Vec::new();
    let mut add = |remedy: Option<Remedy>| found.extend(remedy.filter(|remedy| !found.contains(remedy)));
    let words: BTreeSet<&str> = said.split(is_end).map(|word| word.trim_matches(['.', ','])).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| word.len() > 1).collect();
    let gone = |path: &str| before.files.has(path) && !after.files.has(path);
    for word in words.iter().filter(|word| word.contains('/')) {
        let path = absolute(before.directory(), word);
        if let Some(top) = topmost(&path, &gone) {
            add(before.remedy(&top, after));
        }
    }
    for word in words.iter().filter(|word| word.contains(".so")) {
        let place = before.files.named(word).find(|path| gone(path));
        add(place.and_then(|place| before.remedy(place, after)));
    }
    let lacking = lacking(said);
    for word in lacking.split(is_end).filter(|word| word.len() > 1 && !word.contains('/')) {
        let started = before.program(word).filter(|_| after.program(word).is_none());
        add(started.and_then(|path| before.remedy(&path, after)));
        let path = absolute(before.directory(), word);
        if gone(&path) {
            add(before.remedy(&path, after));
        }
        // a module of the language, by its name
        let module = before.files.named(word).find(|path| {
            gone(path)
                && path.contains("/site-packages/")
                && before.files.nodes[*path].kind == Kind::Directory
        });
        add(module.map(|path| Remedy::Copy(path.to_owned())));
    }
    for path in data.iter().filter(|path| gone(path)) {
        add(Some(Remedy::Copy(path.clone())));
    }
    // last of all what stood beside the program: a folder that it lists is named by nobody
    let beside = format!("{}/", before.directory().trim_end_matches('/'));
    let children =
        before.files.nodes.range(beside.clone()..).take_while(|(path, _)| path.starts_with(&beside));
    let folders =
        children.filter(|(path, node)| node.kind == Kind::Directory && !path[beside.len()..].contains('/'));
    for (path, _) in folders.filter(|(path, _)| beside.len() > 1 && gone(path)) {
        add(Some(Remedy::Copy(path.clone())));
    }
    found
}

/// What shells, engines and languages say where something is missing.
const MISSING: [&str; 8] = [
    "executable file not found",
    "command not found",
    "not found",
    "no such file or directory",
    "no such file",
    "cannot open shared object file",
    "no module named",
    "filenotfounderror",
];

/// The lines that say that something is missing, without the words that say so.
fn lacking(said: &str) -> String {
    let lines = said.lines().filter_map(|line| {
        let lower = line.to_ascii_lowercase();
        let phrase = MISSING.iter().find(|phrase| lower.contains(**phrase))?;
        let at = lower.find(phrase)?;
        Some(format!("{} {}\n", &line[..at], &line[at + phrase.len()..]))
    });
    lines.collect()
}

/// The highest directory of a path that only the old image has, or the path itself.
fn topmost(path: &str, gone: &impl Fn(&str) -> bool) -> Option<String> {
    let ends = path.match_indices('/').skip(1).map(|(at, _)| &path[..at]).chain([path]);
    ends.into_iter().find(|end| gone(end)).map(str::to_owned)
}

fn is_end(letter: char) -> bool {
    letter.is_whitespace() || "'\"`()[]{}<>:;=|&,".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::inventory::tests::image;
    use crate::verify::owner::Packages;
    use serde_json::json;

    fn side(lines: &[&str]) -> Side {
        let files = image(lines);
        let configuration = json!({"WorkingDir": "/app", "Env": ["PATH=/bin"]});
        Side { configuration, packages: Packages::of(&files), files, size: 1, layers: 1 }
    }

    #[test]
    fn what_is_named_and_only_there_before() {
        let before = side(&[
            "app/",
            "app/data/",
            "app/data/words",
            "app/run.py",
            "bin/",
            "!bin/jq",
            "lib/",
            "lib/libx.so.1",
            "var/lib/dpkg/info/jq.list /bin/jq\n",
            "var/lib/dpkg/info/libx1.list /lib/libx.so.1\n",
            "etc/",
            "etc/zones",
        ]);
        let after = side(&["app/", "app/run.py", "bin/", "var/lib/dpkg/info/dash.list /bin/sh\n", "etc/"]);
        let hints = |said: &str| hints(said, &before, &after, &[]);
        let copy = |path: &str| vec![Remedy::Copy(path.to_owned())];
        let package = |name: &str| vec![Remedy::Package(name.to_owned())];
        assert_eq!(hints("FileNotFoundError: No such file: '/app/data/words'"), copy("/app/data"));
        assert_eq!(hints("open data/words: no such file or directory"), copy("/app/data"));
        assert_eq!(hints("/app/run.py: 3: jq: not found")[..1], package("jq"));
        assert_eq!(hints("OSError: libx.so.1: cannot open shared object file")[..1], package("libx1"));
        // nothing is named: what stood beside the program may be what it listed
        assert_eq!(hints("all is well"), copy("/app/data"));
        let zones = super::hints("nothing", &before, &after, &["/etc/zones".to_owned(), "/none".to_owned()]);
        assert_eq!(zones, [copy("/etc/zones"), copy("/app/data")].concat());
    }
}
