//! All files of a run at once, for the formats that are one document.

use super::{Failure, Report};

/// What became of every file, in their order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The files.
    pub reports: Vec<Report>,
    /// Folders that could not be looked into or hold no Dockerfile, and why.
    pub unseen: Vec<(String, Failure)>,
}
