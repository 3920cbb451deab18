//! An image name taken apart.

use std::fmt;

/// `registry:port/path/name:tag@digest`. Printing gives back what was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    /// Host and port, where the first component is one (has a dot or a colon, or is `localhost`).
    pub registry: Option<String>,
    /// Everything between registry and tag, such as `library/python` or `python`.
    pub path: String,
    /// What follows the colon.
    pub tag: Option<String>,
    /// What follows `@`, such as `sha256:…`.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Takes an expanded name apart (no variables in it). `None` where it is not an image name, such as one with
    /// capitals in its path.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                (rest, Some(digest).filter(|digest| is_digest(digest))?.to_owned().into())
            }
            None => (text, None),
        };
        let name_start = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[name_start..].find(':').map(|at| name_start + at) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..]).filter(|tag| is_tag(tag))?.to_owned().into()),
            None => (rest, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if is_registry(host) => (Some(host.to_owned()), path),
            _ => (None, name),
        };
        let path = path.split('/').all(is_path_component).then(|| path.to_owned())?;
        Some(Self { registry, path, tag, digest })
    }

    /// The same repository with another tag and without a digest.
    #[must_use]
    pub fn with_tag(&self, tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        write!(f, "{}", self.path)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Whether the first component names a host rather than a repository.
fn is_registry(host: &str) -> bool {
    let is_host =
        host.contains(['.', ':']) || host == "localhost" || host.contains(|c: char| c.is_uppercase());
    is_host && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']'))
}

/// Lower-case letters and digits, held together by `.`, `_`, `__` or dashes.
fn is_path_component(component: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    component.starts_with(is_word)
        && component.ends_with(is_word)
        && component.chars().all(|c| is_word(c) || matches!(c, '.' | '_' | '-'))
        && component.split(is_word).all(|between| {
            matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128 && tag.starts_with(is_word) && tag.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic())
            && algorithm.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '.'))
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
