//! What holds for every text: reading never panics, loses nothing, and points only at what is there.

use proptest::prelude::*;
use restage::dockerfile::document::Document;
use restage::dockerfile::instruction::{Arguments, Instruction, Pair, Word};
use restage::dockerfile::reference::ImageReference;
use restage::dockerfile::shell::{Shell, parse, parse_plain};
use restage::dockerfile::span::Span;
use restage::dockerfile::variables::{Value, Variables};
use restage::prove::second_reader;
use restage::rewrite::edit::Edits;

/// Pieces of which Dockerfiles, and things that look like them, are made.
const PIECES: &[&str] = &[
    "FROM ",
    "RUN ",
    "COPY ",
    "ENV ",
    "ARG ",
    "CMD ",
    "LABEL ",
    "ONBUILD ",
    "HEALTHCHECK ",
    "VOLUME ",
    "from",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\\\n",
    "\\ \t\n",
    "`\n",
    "# escape=`\n",
    "# syntax=x\n",
    "# c\n",
    " ",
    "\t",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "--from=b ",
    "--mount=type=cache ",
    "--link ",
    "-- ",
    "[\"a\", \"b\"]",
    "[",
    "]",
    "\"",
    "'",
    "\\",
    "$",
    "${a:-b}",
    "${",
    "}",
    "$(",
    ")",
    "(",
    "((",
    "`",
    "<<EOF",
    "<<-'E'",
    "EOF\n",
    "\tE\n",
    "<",
    ">",
    "2>&1",
    "&&",
    "||",
    ";",
    "|",
    "&",
    "a",
    "b=c",
    "=",
    "é",
    "日",
    "😀",
    "if a; then b; fi",
    "cd /x",
    "*",
    "{a,b}",
    "~",
    "#",
    "case a in b) c;; esac",
    "\u{7f}",
];

fn dockerfile() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(prop::sample::select(PIECES), 0..60)
            .prop_map(|pieces| format!("FROM a\n{}", pieces.concat())),
        "\\PC{0,200}",
        prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    ]
}

/// Every place that an instruction names, with the text that is said to stand there where one is said.
fn places(instruction: &Instruction, all: &mut Vec<(Span, Option<String>)>) {
    let mut word =
        |word: &Word, as_written: bool| all.push((word.span, as_written.then(|| word.text.clone())));
    match &instruction.arguments {
        Arguments::Json(words) => words.iter().for_each(|string| word(string, false)),
        Arguments::Words(words) => words.iter().for_each(|text| word(text, true)),
        Arguments::Pairs(pairs) => pairs.iter().for_each(|Pair { key, value, .. }| {
            word(key, true);
            value.iter().for_each(|value| word(value, true));
        }),
        Arguments::Text(text) => all.push((text.span, Some(text.text.clone()))),
        Arguments::Wrapped(inner) => inner.iter().for_each(|inner| places(inner, all)),
    }
    all.extend([instruction.span, instruction.block, instruction.keyword_span].map(|span| (span, None)));
    all.extend(instruction.flags.iter().map(|flag| (flag.span, None)));
    all.extend(instruction.heredocs.iter().map(|heredoc| (heredoc.body, None)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gaps_and_instructions_are_the_text(text in dockerfile()) {
        if let Ok(document) = Document::parse(text.clone()) {
            let mut printed = String::new();
            let mut at = 0;
            for instruction in &document.instructions {
                prop_assert!(instruction.block.start >= at, "blocks overlap");
                printed.push_str(&text[at..instruction.block.start]);
                printed.push_str(document.slice(instruction.block));
                at = instruction.block.end;
            }
            printed.push_str(&text[at..]);
            prop_assert_eq!(printed, text);
        }
    }

    #[test]
    fn every_span_is_what_it_says(text in dockerfile()) {
        if let Ok(document) = Document::parse(text.clone()) {
            let mut all = Vec::new();
            document.instructions.iter().for_each(|instruction| places(instruction, &mut all));
            for (span, expected) in all {
                let found = text.get(span.start..span.end);
                prop_assert!(found.is_some(), "{span:?} is no place");
                let found = found.unwrap_or_default();
                // A word over several lines stands there with what continues it.
                if let Some(expected) = expected.filter(|_| !found.contains('\n')) {
                    prop_assert_eq!(found, expected);
                }
            }
        }
    }

    #[test]
    fn lines_are_counted_from_one(text in dockerfile(), at in 0usize..400) {
        if let Ok(document) = Document::parse(text.clone()) {
            let expected = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            let last = 1 + text.strip_suffix('\n').unwrap_or(&text).matches('\n').count();
            prop_assert_eq!(document.line(at), expected.min(last));
        }
    }

    #[test]
    fn shell_words_are_what_they_say(text in dockerfile()) {
        if let Shell::Commands(commands) = parse_plain(&text) {
            for command in &commands {
                prop_assert!(text.get(command.span.start..command.span.end).is_some());
                for word in &command.words {
                    prop_assert!(text.get(word.span.start..word.span.end).is_some());
                    if !word.span.is_empty() {
                        prop_assert_eq!(word.span.slice(&text), &word.raw);
                    }
                }
            }
        }
    }

    #[test]
    fn shell_spans_of_a_document_lie_in_their_instruction(text in dockerfile()) {
        if let Ok(document) = Document::parse(text) {
            for instruction in &document.instructions {
                let Some(logical) = document.shell_text(instruction) else { continue };
                let Shell::Commands(commands) = parse(&logical) else { continue };
                for span in commands.iter().map(|command| command.span) {
                    prop_assert!(instruction.span.start <= span.start && span.end <= instruction.span.end);
                    prop_assert!(document.text().get(span.start..span.end).is_some());
                }
            }
        }
    }

    #[test]
    fn the_second_reader_sees_the_same(text in dockerfile()) {
        if let Ok(document) = Document::parse(text) {
            prop_assert_eq!(second_reader::disagreement(&document), None);
        }
    }

    #[test]
    fn words_without_anything_special_are_themselves(word in "[a-zA-Z0-9_./:-]{0,20}") {
        prop_assert_eq!(Variables::default().expand(&word, '\\'), Value::Known(word));
    }

    #[test]
    fn expanding_never_panics(word in dockerfile()) {
        let _ = Variables::global().expand(&word, '`');
    }

    #[test]
    fn image_names_print_back(text in "([a-z.]{1,5}(:[0-9]{2})?/)?[a-z]{1,4}(/[a-z._-]{1,4})?(:[a-zA-Z0-9._-]{1,5})?(@sha256:[0-9a-f]{32})?") {
        if let Some(reference) = ImageReference::parse(&text) {
            prop_assert_eq!(reference.to_string(), text);
        }
    }

    #[test]
    fn edits_commute(
        text in "\\PC{0,40}",
        cuts in prop::collection::btree_set(0usize..41, 0..8),
        order in any::<prop::sample::Index>(),
    ) {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let cuts: Vec<usize> = cuts.into_iter().filter_map(|cut| boundaries.get(cut).copied()).collect();
        let spans: Vec<Span> = cuts.chunks_exact(2).map(|pair| Span::new(pair[0], pair[1])).collect();
        let edits = |spans: &[Span]| {
            let mut edits = Edits::default();
            spans.iter().for_each(|span| edits.replace(*span, format!("<{}>", span.start)));
            edits.apply(&text)
        };
        let mut turned = spans.clone();
        turned.rotate_left(if spans.is_empty() { 0 } else { order.index(spans.len()) });
        let mut reversed = turned.clone();
        reversed.reverse();
        let whole = edits(&spans);
        prop_assert!(whole.is_ok());
        prop_assert_eq!(&whole, &edits(&turned));
        prop_assert_eq!(&whole, &edits(&reversed));
        // One by one from the back is the same as all at once.
        let one_by_one = spans.iter().rev().try_fold(text.clone(), |text, span| {
            let mut edits = Edits::default();
            edits.replace(*span, format!("<{}>", span.start));
            edits.apply(&text)
        });
        prop_assert_eq!(whole, one_by_one);
    }
}

/// A FROM of flags alone is none that Docker takes; the two readers need not agree on it.
#[test]
fn a_from_without_an_image_is_no_disagreement() {
    for text in ["FROM a\nFROM --link ", "FROM #a", "FROM a\nFROM #b AS c"] {
        let document = Document::parse(text).unwrap();
        assert_eq!(second_reader::disagreement(&document), None, "{text}");
    }
}
