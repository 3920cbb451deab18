//! An image name taken apart.

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
    /// Takes an expanded name apart (no variables in it).
    pub fn parse(_text: &str) -> Option<Self> {
        unimplemented!()
    }

    /// The same repository with another tag and without a digest.
    #[must_use]
    pub fn with_tag(&self, tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }
}
