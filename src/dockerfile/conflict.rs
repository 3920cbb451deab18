//! A merge that was not finished: `<<<<<<<`, `=======` and `>>>>>>>` in a file.
//!
//! Docker knows none of them as an instruction, but between the two sides may stand two FROM lines, and the whole must not be
//! taken for a file of two stages.

use super::span::Span;

/// How many signs make a marker.
const WIDTH: usize = 7;

/// The first marker of the first unfinished merge. All three markers must be there, in their order: a line of `=======`
/// alone is a headline.
pub fn unfinished_merge(text: &str) -> Option<Span> {
    let mut first = None;
    let mut is_parted = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        if is_marker(body, '<') {
            (first, is_parted) = (Some(Span::new(at, at + body.len())), false);
        } else if is_marker(body, '=') {
            is_parted = first.is_some();
        } else if is_marker(body, '>') && is_parted {
            return first;
        }
        at += line.len();
    }
    None
}

/// Seven of the sign, then nothing or a blank and a name.
fn is_marker(line: &str, sign: char) -> bool {
    let rest = line.trim_start_matches(sign);
    line.len() - rest.len() == WIDTH && (rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_markers_in_their_order() {
        let text = "FROM a\r\n<<<<<<< HEAD\r\nRUN b\r\n=======\r\nRUN c\r\n>>>>>>> theirs\r\n";
        assert_eq!(unfinished_merge(text), Some(Span::new(8, 20)));
        let with_base = "<<<<<<< a\n||||||| b\n=======\n>>>>>>> c";
        assert_eq!(unfinished_merge(with_base), Some(Span::new(0, 9)));
    }

    #[test]
    fn what_only_looks_like_one() {
        for text in [
            "=======\n>>>>>>> a\n",
            "<<<<<<< a\n>>>>>>> b\n",
            "<<<<<<<< a\n========\n>>>>>>>> b\n",
            "RUN cat <<<<<<< a\n=======\n>>>>>>> b\n",
        ] {
            assert_eq!(unfinished_merge(text), None, "{text}");
        }
    }
}
