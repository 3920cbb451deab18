//! Parser directives: `# key=value` on the very first lines.
//!
//! The first line that is not one (blank, comment, unknown key, instruction) ends them for good.

use super::document::{Directive, ScanError};
use super::lines::Line;
use super::span::Span;

/// The keys that BuildKit knows.
const KEYS: [&str; 3] = ["syntax", "escape", "check"];

/// Reads directives until something else comes.
pub(super) struct Directives {
    /// What was read so far.
    pub(super) found: Vec<Directive>,
    /// The escape character in force.
    pub(super) escape: char,
    ended: bool,
}

impl Directives {
    /// Before the first line.
    pub(super) fn new() -> Self {
        Self { found: Vec::new(), escape: '\\', ended: false }
    }

    /// Whether a line is a directive; must be asked of every line in order.
    ///
    /// # Errors
    /// A key given twice, or an escape character that Docker does not take.
    pub(super) fn take(&mut self, line: &Line<'_>) -> Result<bool, ScanError> {
        if self.ended {
            return Ok(false);
        }
        let Some((key, value)) = key_and_value(line.content) else {
            self.ended = true;
            return Ok(false);
        };
        let span = Span::new(line.start, line.end());
        if self.found.iter().any(|directive| directive.key == key) {
            return Err(ScanError { span, message: format!("the parser directive `{key}` is given twice") });
        }
        if key == "escape" {
            self.escape = match value {
                "\\" => '\\',
                "`" => '`',
                _ => {
                    return Err(ScanError {
                        span,
                        message: format!("the escape character must be \\ or `, not `{value}`"),
                    });
                }
            };
        }
        self.found.push(Directive { key, value: value.to_owned(), span });
        Ok(true)
    }
}

/// Lower-cased key and trimmed value of a directive's line.
fn key_and_value(content: &str) -> Option<(String, &str)> {
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let (key, value) = content.trim_start().strip_prefix('#')?.trim_start().split_once('=')?;
    let key = key.trim_end_matches(blank).to_ascii_lowercase();
    if !KEYS.contains(&key.as_str()) || value.is_empty() {
        return None;
    }
    match value.trim_matches(blank) {
        // BuildKit's pattern wants at least one character, and takes the last blank where there is no other.
        "" => Some((key, &value[value.len() - 1..])),
        trimmed => Some((key, trimmed)),
    }
}
