//! How an image is started, before and after: the part of a conversion that nobody wants to change.

use crate::dockerfile::document::Document;
use crate::dockerfile::instruction::{Instruction, Keyword};

/// One property of the finished image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The instruction that declares it.
    pub name: &'static str,
    /// As the old file says it; none where it says nothing, and the base image decides.
    pub before: Option<String>,
    /// As the new file's last stage says it.
    pub after: Option<String>,
}

impl Property {
    /// Whether both files say the same.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// What declares how a container is started, in the order in which people ask.
const DECLARED: [Keyword; 8] = [
    Keyword::Entrypoint,
    Keyword::Cmd,
    Keyword::Workdir,
    Keyword::User,
    Keyword::Expose,
    Keyword::Healthcheck,
    Keyword::Stopsignal,
    Keyword::Volume,
];

/// The properties that either text declares.
pub fn compare(before: &str, after: &str) -> Vec<Property> {
    let (Ok(before), Ok(after)) = (Document::parse(before), Document::parse(after)) else {
        return Vec::new();
    };
    let declared = DECLARED.into_iter().map(|keyword| Property {
        name: keyword.as_str(),
        before: last_stage(&before, keyword),
        after: last_stage(&after, keyword),
    });
    declared.filter(|property| property.before.is_some() || property.after.is_some()).collect()
}

/// The image of the first FROM, as written.
pub fn first_image(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let from = document.instructions.iter().find(|one| one.keyword == Keyword::From)?;
    let words = said(&document, from);
    words.split_whitespace().find(|word| !word.starts_with("--")).map(str::to_owned)
}

/// What the last stage says in instructions of this kind. Of EXPOSE and VOLUME all count, of the others the last one.
fn last_stage(document: &Document, keyword: Keyword) -> Option<String> {
    let from = document.instructions.iter().rposition(|one| one.keyword == Keyword::From)?;
    let found = document.instructions[from..].iter().filter(|one| one.keyword == keyword);
    let found: Vec<String> = found.map(|one| said(document, one)).collect();
    match keyword {
        Keyword::Expose | Keyword::Volume => (!found.is_empty()).then(|| found.join(" ")),
        _ => found.last().cloned(),
    }
}

/// What follows the keyword, on one line.
fn said(document: &Document, instruction: &Instruction) -> String {
    let text = document.slice(instruction.span);
    let (_, rest) =
        text.split_at(instruction.keyword_span.end.saturating_sub(instruction.span.start).min(text.len()));
    rest.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_seen() {
        let before = "FROM golang:1.22\nEXPOSE 80\nEXPOSE 81\nUSER a\nUSER b\nCMD [\"go\", \\\n \"run\"]\n";
        let after =
            "FROM golang:1.22 AS builder\nCMD no\nFROM debian\nEXPOSE 80 81\nUSER b\nCMD [\"/app\"]\n";
        let told: Vec<(&str, bool)> =
            compare(before, after).iter().map(|property| (property.name, property.is_same())).collect();
        assert_eq!(told, [("CMD", false), ("USER", true), ("EXPOSE", true)]);
        assert_eq!(compare(before, after)[0].before.as_deref(), Some("[\"go\", \"run\"]"));
        assert_eq!(first_image("ARG A=1\nFROM --platform=x a:$A AS b\n").as_deref(), Some("a:$A"));
    }
}
