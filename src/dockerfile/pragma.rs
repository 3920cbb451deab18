//! `# restage: …`: what the authors of a Dockerfile ask of its conversion, said in the file itself.

use super::document::Document;
use super::instruction::Instruction;
use super::span::Span;

/// One wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pragma {
    /// `ignore`: leave the file alone.
    Ignore,
    /// `ignore[REASON, …]`: a person checked what these assumptions rest on.
    Accept(Vec<String>),
    /// `keep PACKAGE…`: the runtime has these packages too.
    Keep(Vec<String>),
    /// `artifact PATH`: the runtime takes this path over from the builder.
    Artifact(String),
    /// `runtime IMAGE`: the runtime stands on this image.
    Runtime(String),
    /// `context DIR`: the build context, from the folder of the file.
    Context(String),
}

/// A wish that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PragmaError {
    /// The words at fault.
    pub span: Span,
    /// What is wrong with them.
    pub message: String,
}

/// The words that a wish begins with, with their form.
pub const WORDS: [(&str, &str); 5] = [
    ("ignore", "ignore, or ignore[REASON, …]"),
    ("keep", "keep PACKAGE…"),
    ("artifact", "artifact PATH"),
    ("runtime", "runtime IMAGE"),
    ("context", "context DIR"),
];

/// Every wish of a file with its place, in order. A comment inside of a heredoc is text of the heredoc.
///
/// # Errors
/// The first wish that can't be read.
pub fn pragmas(text: &str) -> Result<Vec<(Pragma, Span)>, PragmaError> {
    let heredocs: Vec<Span> = Document::parse(text)
        .map(|document| document.instructions.iter().flat_map(bodies).collect())
        .unwrap_or_default();
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let in_heredoc = heredocs.iter().any(|body| body.start <= start && start < body.end);
        let Some(words) = comment(line).filter(|_| !in_heredoc) else { continue };
        let offset = start + line.find(words).unwrap_or_default();
        found.push((read(words, offset)?, Span::new(offset, offset + words.len())));
    }
    Ok(found)
}

fn bodies(instruction: &Instruction) -> Vec<Span> {
    instruction.heredocs.iter().map(|heredoc| heredoc.body).collect()
}

/// What follows `# restage:` on a line.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}').trim();
    Some(line.strip_prefix('#')?.trim_start().strip_prefix("restage:")?.trim())
}

fn read(words: &str, offset: usize) -> Result<Pragma, PragmaError> {
    let end = words.find(|letter: char| letter.is_whitespace() || letter == '[').unwrap_or(words.len());
    let (word, rest) = words.split_at(end);
    let rest = rest.trim();
    let wrong =
        |message: String| PragmaError { span: Span::new(offset, offset + words.len().max(1)), message };
    let listed = |list: &str| -> Vec<String> {
        let parts = list.split(|letter: char| letter.is_whitespace() || letter == ',');
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let form = WORDS.iter().find(|(known, _)| *known == word).map(|(_, form)| *form);
    let Some(form) = form else {
        let forms: Vec<&str> = WORDS.iter().map(|(_, form)| *form).collect();
        let known = forms.join("; ");
        return Err(PragmaError {
            span: Span::new(offset, offset + word.len().max(1)),
            message: format!("`{word}` is nothing that can be asked of restage, which knows: {known}"),
        });
    };
    let one = || match listed(rest).as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(wrong(format!("one word is expected here: `# restage: {form}`"))),
    };
    match word {
        "ignore" if rest.is_empty() => Ok(Pragma::Ignore),
        "ignore" => {
            let inside = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(listed);
            match inside.filter(|reasons| !reasons.is_empty()) {
                Some(reasons) => Ok(Pragma::Accept(reasons)),
                None => Err(wrong(format!("reasons stand in brackets: `# restage: {form}`"))),
            }
        }
        "keep" if !rest.is_empty() => Ok(Pragma::Keep(listed(rest))),
        "artifact" => one().map(Pragma::Artifact),
        "runtime" => one().map(Pragma::Runtime),
        "context" => one().map(Pragma::Context),
        _ => Err(wrong(format!("something is missing here: `# restage: {form}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wish() {
        let text = "# restage: ignore[floating-tag, unknown-value]\r\nFROM a\n#restage: keep curl  git\nRUN b \\\n  # restage:artifact /opt/x\n  && c\n\
                    # restage: runtime debian:12\n# restage: context ..\n# restage: ignore\n# restaged: no\nRUN <<E\n# restage: nonsense\nE\n";
        let found: Vec<Pragma> = pragmas(text).unwrap().into_iter().map(|(pragma, _)| pragma).collect();
        assert_eq!(
            found,
            [
                Pragma::Accept(vec!["floating-tag".into(), "unknown-value".into()]),
                Pragma::Keep(vec!["curl".into(), "git".into()]),
                Pragma::Artifact("/opt/x".into()),
                Pragma::Runtime("debian:12".into()),
                Pragma::Context("..".into()),
                Pragma::Ignore,
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_has_its_place() {
        for (text, part) in [
            ("FROM a\n# restage: ignroe\n", "ignroe"),
            ("# restage: keep\n", "keep"),
            ("# restage: ignore floating-tag\n", "ignore floating-tag"),
            ("# restage: ignore[]\n", "ignore[]"),
            ("# restage: runtime a b\n", "runtime a b"),
        ] {
            let error = pragmas(text).unwrap_err();
            assert_eq!(&text[error.span.start..error.span.end], part, "{}", error.message);
        }
        assert!(pragmas("# restage:").is_err());
    }
}
