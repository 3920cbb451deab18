//! Texts of a megabyte made to be slow or deep: they end soon and never overflow the stack.
//!
//! Tests run on threads with a stack of 2 MB. The bound holds for unoptimised code on a busy machine; in release all of
//! them take well under a second.

use restage::dockerfile::document::Document;
use restage::dockerfile::shell::{Shell, parse_plain};
use restage::dockerfile::variables::Variables;
use restage::prove::second_reader;
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });
const MEGABYTE: usize = 1 << 20;

/// `piece` again and again, up to a megabyte, cut into lines that Docker still reads.
fn continued(piece: &str) -> String {
    let line = piece.repeat(60_000 / piece.len()) + "\\\n";
    line.repeat(MEGABYTE / line.len())
}

fn whole_way(name: &str, text: &str) {
    let start = Instant::now();
    if let Ok(document) = Document::parse(text) {
        for instruction in &document.instructions {
            let _ = document.shell_text(instruction).map(|text| restage::dockerfile::shell::parse(&text));
        }
        let _ = second_reader::disagreement(&document);
        let _ = document.line(text.len());
    }
    let _ = parse_plain(text);
    let _ = Variables::global().expand(text, '\\');
    let took = start.elapsed();
    assert!(took < SOON, "{name} took {took:?}");
}

#[test]
fn a_megabyte_of_one_thing_ends_soon() {
    let pieces = [
        "(",
        "( ",
        "$(",
        "${a:-",
        "${a/",
        "`",
        "\"",
        "'",
        "\"$(",
        "{ ",
        "if a; then ",
        "case a in a) ",
        "<<A ",
        "\\\\",
        "é",
        "&& a ",
        "a=b ",
        "--a=b ",
        "[\"a\", ",
        "{\"a\":",
        "$",
        "#",
        "\u{a0}",
        "\r",
    ];
    let keywords = ["COPY ", "ENV a=", "CMD [", "LABEL ", "RUN --a ", "ONBUILD ONBUILD ", "HEALTHCHECK ", ""];
    for (piece, keyword) in pieces.iter().zip(keywords.iter().cycle()) {
        whole_way(piece, &format!("FROM a\nRUN {}", continued(piece)));
        let start = Instant::now();
        let _ = Document::parse(format!("FROM a\n{keyword}{}", continued(piece)));
        assert!(start.elapsed() < SOON, "{keyword}{piece} took {:?}", start.elapsed());
    }
}

#[test]
fn a_shell_text_just_below_the_limits_ends_soon() {
    for (open, inside, close) in [
        ("( ", "a", " )"),
        ("{ ", "a;", " }; "),
        ("if a; then ", "b;", " fi; "),
        ("case a in a) ", "if", ";; esac "),
        ("while a; do ", "b;", " done; "),
        ("f() { ", "a;", " }; "),
        ("echo \"$(", "a", ")\" "),
        ("echo ${a:-", "b", "}"),
        ("((", "1", "))"),
        ("[[ ( ", "a", " ) ]] "),
        ("cat <( ", "a", " )"),
        ("<<A ", "a", " "),
    ] {
        for depth in [8, 12, 13, 60, 64, 65, 1_000] {
            let start = Instant::now();
            let closed = open.repeat(depth) + inside + &close.repeat(depth);
            for text in [closed.clone(), open.repeat(depth), closed + ")"] {
                let _ = parse_plain(&text);
            }
            assert!(start.elapsed() < SOON, "{open}{depth} took {:?}", start.elapsed());
        }
    }
    assert!(matches!(parse_plain(&("( ".repeat(12) + "a" + &" )".repeat(12))), Shell::Commands(_)));
    assert!(matches!(parse_plain(&("( ".repeat(13) + "a" + &" )".repeat(13))), Shell::Opaque(_)));
}

#[test]
fn what_the_shell_parser_would_panic_at_is_left_alone() {
    for text in [
        "a 99999999999999999999>b",
        "a << \r\r\t\r\r\u{f}\r[\r<\r\ri\n",
        "a <<\"\"\n\n",
        "cat <<E >${x",
        "cat <<E >$(( }}\nE\n",
        "cat <<E >${a}$(( ) )\nE\n\u{1}",
        "echo $(cat <<E)\nE)\n",
        "\\<<<${b:-\"(if a; then$[ (${a#case x in ",
        "a[${b:-~99999999999999999999}]=1",
        "a[${b/~-99999999999999999999/x}]=1 c",
        &format!("a[$(( {}1{} ))]=1", "( ".repeat(9_000), " )".repeat(9_000)),
    ] {
        assert!(matches!(parse_plain(text), Shell::Opaque(_)), "{text:.40}");
    }
    let heredoc = "A=$(b ${c}) && cat <<E > /d && e <<<f\n${g} $(h)\nE\n";
    assert!(matches!(parse_plain(heredoc), Shell::Commands(commands) if commands.len() == 3));
    assert!(matches!(parse_plain("a[$i]=1 b[0]=2 ls [a-z]*.c 2>&1"), Shell::Commands(_)));
}

#[test]
fn a_hundred_thousand_continuation_lines_are_one_instruction() {
    let text = format!("FROM a\nRUN a{}", " \\\n  # c\n  b".repeat(100_000));
    let text = text.replace("  # c\n", "# c\n");
    whole_way("continuations", &text);
    let document = Document::parse(text).unwrap();
    assert_eq!(document.instructions.len(), 2);
}

#[test]
fn ten_thousand_stages_are_read() {
    let text: String =
        (0..10_000).map(|n| format!("FROM a:{n} AS s{n}\nRUN b && c\nCOPY --from={n} /d /e\n")).collect();
    whole_way("stages", &text);
    assert_eq!(Document::parse(text).unwrap().instructions.len(), 30_000);
}

#[test]
fn nested_expansions_are_refused_not_followed() {
    let text = "${a:-".repeat(100_000) + &"}".repeat(100_000);
    whole_way("expansions", &text);
}

#[test]
fn a_line_may_have_65535_bytes() {
    assert!(Document::parse(format!("FROM a\nRUN {}\n", "x".repeat(65_531))).is_ok());
    let error = Document::parse(format!("FROM a\nRUN {}\n", "x".repeat(65_532))).unwrap_err();
    assert_eq!(error.span.start, "FROM a\n".len());
}
