//! How much of a file is looked at. No Dockerfile that people write comes near; one made to cost time or memory is told
//! which bound it passes, and is left alone.

use super::document::Document;
use super::instruction::{Arguments, Instruction, Keyword};
use super::span::Span;

/// Longest file, in bytes.
const BYTES: usize = 256 << 10;

/// Most instructions of a file.
const INSTRUCTIONS: usize = 1000;

/// Most words and flags of one instruction.
const WORDS: usize = 2000;

/// Most variables that all ENV and ARG of a file set.
const VARIABLES: usize = 500;

/// Longest name of a variable, and longest path, user or other word, in bytes: Linux knows no longer path.
const WORD: usize = 4096;
const NAME: usize = 256;

/// Longest text that is handed to a shell, in bytes: Linux starts no program with a longer argument.
const SHELL_TEXT: usize = 128 << 10;

/// What passes a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// Where.
    pub span: Span,
    /// Which bound, in one sentence without a final period.
    pub message: String,
}

/// The first thing in a file that passes a bound.
pub fn beyond(document: &Document) -> Option<Beyond> {
    if document.text().len() > BYTES {
        let message = format!("the file is longer than restage looks at ({} KiB)", BYTES >> 10);
        return Some(Beyond { span: Span::new(0, 0), message });
    }
    if let Some(instruction) = document.instructions.get(INSTRUCTIONS) {
        let message = format!(
            "the file has {} instructions; restage looks at {INSTRUCTIONS}",
            document.instructions.len()
        );
        return Some(Beyond { span: instruction.span, message });
    }
    let mut variables = 0;
    document.instructions.iter().find_map(|instruction| {
        if let (Keyword::Env | Keyword::Arg, Arguments::Pairs(pairs)) =
            (instruction.keyword, &instruction.arguments)
        {
            variables += pairs.len();
        }
        let message = if variables > VARIABLES {
            format!("the file sets more variables than restage looks at ({VARIABLES})")
        } else {
            one(document, instruction)?
        };
        Some(Beyond { span: instruction.span, message })
    })
}

fn one(document: &Document, instruction: &Instruction) -> Option<String> {
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let (count, longest, most) = match &instruction.arguments {
        // Unexpanded values may be long: what is long is not known.
        Arguments::Pairs(pairs) => {
            (pairs.len(), longest(&mut pairs.iter().map(|pair| pair.key.text.len())), NAME)
        }
        Arguments::Json(words) if is_started(instruction.keyword) => {
            (words.len(), words.iter().map(|word| word.text.len()).sum(), SHELL_TEXT)
        }
        Arguments::Json(words) | Arguments::Words(words) => {
            (words.len(), longest(&mut words.iter().map(|word| word.text.len())), WORD)
        }
        Arguments::Text(text) if is_started(instruction.keyword) => {
            (0, document.shell_text(instruction).map_or(text.text.len(), |text| text.text.len()), SHELL_TEXT)
        }
        Arguments::Text(text) => (0, text.text.len(), WORD),
        Arguments::Wrapped(Some(inner)) => return one(document, inner),
        Arguments::Wrapped(None) => return None,
    };
    let flags = instruction.flags.iter().map(|flag| flag.value.as_ref().map_or(0, String::len)).max();
    if count.max(instruction.flags.len()) > WORDS {
        Some(format!("the instruction has more arguments than restage looks at ({WORDS})"))
    } else if longest > most && most == SHELL_TEXT {
        Some(format!("the command is longer than {} KiB, which Linux starts nothing with", SHELL_TEXT >> 10))
    } else if longest > most || flags.is_some_and(|length| length > WORD) {
        Some(format!("an argument is longer than restage looks at ({most} bytes)"))
    } else {
        None
    }
}

/// Whether the arguments are a command.
fn is_started(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &str) -> Option<String> {
        let document = Document::parse(format!("FROM a\n{lines}\n")).unwrap();
        beyond(&document).map(|beyond| beyond.message)
    }

    #[test]
    fn bounds_are_named_by_who_passes_them() {
        let long = "x".repeat(WORD + 1);
        // Docker reads no line of more than 64 KiB.
        let commands = "aaaaaaa;\\\n".repeat(SHELL_TEXT / 8 + 1);
        for (lines, part) in [
            ("WORKDIR a\n".repeat(1000), "1001 instructions"),
            ("# x\n".repeat(BYTES / 4), "256 KiB"),
            (format!("EXPOSE{}", " 1".repeat(WORDS + 1)), "more arguments"),
            (format!("ENV {}", "a=b ".repeat(VARIABLES + 1)), "more variables"),
            (format!("ENV {}=b", &long[..=NAME]), "(256 bytes)"),
            (format!("WORKDIR {long}"), "(4096 bytes)"),
            (format!("USER {long}"), "(4096 bytes)"),
            (format!("COPY --from={long} a b"), "(4096 bytes)"),
            (format!("RUN {commands}a"), "128 KiB"),
            (format!("RUN <<E\n{}E", "a\n".repeat(SHELL_TEXT / 2 + 1)), "128 KiB"),
            (format!("HEALTHCHECK CMD {commands}a"), "128 KiB"),
        ] {
            let told = told(&lines).unwrap_or_default();
            assert!(told.contains(part), "{told:?} does not say {part:?}");
        }
        assert_eq!(told(&"RUN a\n".repeat(999)), None);
        assert_eq!(told(&format!("LABEL a={long}")), None);
    }
}
