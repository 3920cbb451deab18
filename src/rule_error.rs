//! Why a file of the user's rules can't be used. A leaf: recipes and tables are overlaid alike, and fail alike.

use crate::dockerfile::span::Span;

/// Why a rule file can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Name of the file.
    pub file: String,
    /// Byte range in its text.
    pub span: Option<Span>,
    /// The file's text, for the excerpt.
    pub text: String,
    /// What is wrong and what was expected.
    pub message: String,
}
