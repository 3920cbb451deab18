//! Cuts a text into instructions exactly as BuildKit's parser does.

use super::document::{Document, ScanError};

/// See [`Document::parse`].
pub(super) fn scan(_text: String) -> Result<Document, ScanError> {
    unimplemented!()
}
