//! Which file `cp`, `mv`, `install` and `ln` bring where.

use super::run::Reader;
use crate::analysis::effect::Transfer;
use crate::recipe::command::Call;
use crate::recipe::path::absolute;
use globset::GlobBuilder;

impl Reader<'_> {
    /// From each source to its place. Patterns are read where all that is in their directory is known.
    ///
    /// # Errors
    /// Why it can't be told where something goes.
    pub(super) fn transfers(&self, call: &Call, unknown: &[String]) -> Result<Vec<Transfer>, String> {
        let given = call.option(&["-t", "--target-directory"]);
        let (written, sources) = match (given, call.operands.split_last()) {
            (Some(directory), _) => (directory.to_owned(), call.operands.as_slice()),
            (None, Some((last, sources))) => (last.clone(), sources),
            (None, None) => return Ok(Vec::new()),
        };
        let destination = call.absolute(&written);
        if destination.contains(['$', '`']) || unknown.contains(&written) {
            return Err("a path in it can't be told".to_owned());
        }
        let is_one = call.has(&["-T", "--no-target-directory"]);
        let is_directory = given.is_some()
            || written.ends_with('/')
            || sources.len() > 1
            || self.world.is_directory(&destination, self.state.workdir.as_deref());
        let into = is_directory && !is_one;
        Ok(sources
            .iter()
            .flat_map(|source| self.transfer(call, unknown, source, &destination, into))
            .collect())
    }

    fn transfer(
        &self,
        call: &Call,
        unknown: &[String],
        source: &str,
        destination: &str,
        into: bool,
    ) -> Vec<Transfer> {
        let unnamed =
            |source: String| Transfer { source, destination: destination.to_owned(), is_named: false };
        let path = call.absolute(source);
        if unknown.iter().any(|word| word == source) || source.contains(['$', '`']) {
            return vec![unnamed(path)];
        }
        if source.contains(['*', '?', '[']) {
            let Some(matching) = self.matching(&path) else { return vec![unnamed(path)] };
            let many = matching.len() > 1;
            return matching.into_iter().map(|source| place(source, destination, into || many)).collect();
        }
        // `cp -r folder/. there` means what is in the folder
        if source.ends_with("/.") || source == "." {
            return vec![Transfer { source: path, destination: destination.to_owned(), is_named: true }];
        }
        vec![place(path, destination, into)]
    }

    /// Known paths that a pattern matches; `None` where its directory may hold more than is known.
    pub(super) fn matching(&self, pattern: &str) -> Option<Vec<String>> {
        let plain = pattern.find(['*', '?', '['])?;
        let (directory, _) = pattern[..plain].rsplit_once('/')?;
        let depth = pattern.matches('/').count();
        let glob = GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher();
        // an open directory at or above it may hold more
        let is_open = self.world.find(&format!("{directory}/?")).is_some()
            || self.world.below(directory).any(|(_, entry)| entry.tree && entry.certainty.is_possible());
        let mut matching: Vec<String> = Vec::new();
        for (path, _) in self.world.below(directory) {
            let end = path.match_indices('/').map(|(at, _)| at).nth(depth).unwrap_or(path.len());
            let hidden = path[..end].rsplit('/').next().is_some_and(|name| name.starts_with('.'));
            if glob.is_match(&path[..end])
                && !hidden
                && matching.last().is_none_or(|last| *last != path[..end])
            {
                matching.push(path[..end].to_owned());
            }
        }
        (!is_open && !matching.is_empty()).then_some(matching)
    }
}

fn place(source: String, destination: &str, into: bool) -> Transfer {
    let name = source.rsplit('/').next().unwrap_or(&source);
    let destination = if into { absolute(destination, name) } else { destination.to_owned() };
    Transfer { source, destination, is_named: true }
}
