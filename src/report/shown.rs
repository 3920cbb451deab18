//! What others wrote, for people: nothing in it drives a terminal or changes the order in which a line is read.
//!
//! Programs get every byte (a piped patch, JSON); whoever looks sees `\u{1b}` where an escape stands.

/// A text of many lines: tabs and line ends stay, all other characters that can't be seen are escaped.
pub fn text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_line = letter == '\r' && letters.peek() == Some(&'\n');
        if is_seen(letter) || matches!(letter, '\n' | '\t') || ends_line {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    shown
}

/// A text that stands in one line, such as a name: tabs and line ends are escaped too.
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => shown.extend(letter.escape_default()),
            letter if is_seen(letter) => shown.push(letter),
            letter => shown.extend(letter.escape_unicode()),
        }
    }
    shown
}

/// Whether a character is seen for what it is: no control character, no mark that turns the direction of reading, and
/// none that has no width.
fn is_seen(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '\u{061c}'
            | '\u{200b}'
            | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_told() {
        for (given, many_lines, one_line) in [
            ("é 漢 👩‍💻\tb\r\nc", "é 漢 👩‍💻\tb\r\nc", "é 漢 👩‍💻\\tb\\r\\nc"),
            ("\u{1b}]52;c;aGk=\u{7}", "\\u{1b}]52;c;aGk=\\u{7}", "\\u{1b}]52;c;aGk=\\u{7}"),
            ("a\rb\u{8}\u{9b}2J\u{7f}", "a\\u{d}b\\u{8}\\u{9b}2J\\u{7f}", "a\\rb\\u{8}\\u{9b}2J\\u{7f}"),
            (
                "x\u{202e}y\u{2066}z\u{200b}",
                "x\\u{202e}y\\u{2066}z\\u{200b}",
                "x\\u{202e}y\\u{2066}z\\u{200b}",
            ),
        ] {
            assert_eq!((text(given).as_str(), line(given).as_str()), (many_lines, one_line));
        }
    }
}
