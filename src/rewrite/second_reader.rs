//! stand-in until the branch lands
use crate::dockerfile::document::Document;
/// see branch
pub fn disagreement(_document: &Document) -> Option<String> {
    None
}
