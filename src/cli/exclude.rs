//! `--exclude`: files that are left alone, in the patterns of `.gitignore`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns that leave files out, from a folder on.
#[derive(Clone, Debug)]
pub(super) struct Exclude(Vec<Gitignore>);

impl Exclude {
    /// What the patterns match below a folder.
    ///
    /// # Errors
    /// The pattern that can't be one, and why.
    pub(super) fn below(folder: &Path, patterns: &[String]) -> Result<Self, (String, String)> {
        let mut builder = GitignoreBuilder::new(folder);
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| (pattern.clone(), error.to_string()))?;
        }
        let built = builder.build().map_err(|error| (patterns.join(" "), error.to_string()))?;
        Ok(Self(vec![built]))
    }

    /// Whether a file is left out.
    pub(super) fn has(&self, path: &Path) -> bool {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.0.iter().any(|one| {
            whole.starts_with(one.path()) && one.matched_path_or_any_parents(&whole, false).is_ignore()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let exclude =
            Exclude::below(Path::new("/r"), &["legacy/".into(), "*.dev".into(), "/a/b".into()]).unwrap();
        for path in ["/r/legacy/Dockerfile", "/r/x/legacy/y/Dockerfile", "/r/Dockerfile.dev", "/r/a/b"] {
            assert!(exclude.has(Path::new(path)), "{path}");
        }
        for path in ["/r/Dockerfile", "/r/x/a/b", "/legacy/Dockerfile"] {
            assert!(!exclude.has(Path::new(path)), "{path}");
        }
        assert!(
            Exclude::below(Path::new("/r"), &["a{".into()]).is_err()
                || Exclude::below(Path::new("/r"), &["[a".into()]).is_err()
        );
    }
}
