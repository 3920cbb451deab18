//! What sources open of the system by its name: shared libraries and fonts.

use super::path;
use super::sources::Hints;
use super::token::Token;

/// Functions that look for a shared library by the name that a linker is given (`-lNAME`).
const FINDERS: [&str; 2] = ["find_library", "dlname"];

/// Endings of font files.
const FONTS: [&str; 4] = [".ttf", ".otf", ".ttc", ".pfb"];

/// Takes in a literal: the file name of a shared library, or a font.
pub(super) fn literal(text: &str, file: &str, hints: &mut Hints) {
    if text.len() > 255 {
        return;
    }
    let name = path::name(text);
    let is_library =
        name.strip_prefix("lib").and_then(|rest| rest.split_once(".so")).is_some_and(|(name, rest)| {
            !name.is_empty()
                && name.chars().all(|char| char.is_ascii_alphanumeric() || "_+-.".contains(char))
                && rest.chars().all(|char| char.is_ascii_digit() || char == '.')
        });
    if is_library {
        hints.libraries.insert((name.to_owned(), file.to_owned()));
    }
    let lower = text.to_ascii_lowercase();
    let is_font = FONTS.iter().any(|ending| lower.ends_with(ending)) && !text.contains([' ', '\n']);
    if is_font || text.starts_with("/usr/share/fonts") {
        hints.fonts.insert((text.to_owned(), file.to_owned()));
    }
}

/// Takes in what is looked for with a function for shared libraries: `find_library("pq")`.
pub(super) fn calls(tokens: &[Token<'_>], file: &str, hints: &mut Hints) {
    for window in tokens.windows(3) {
        if let [Token::Word(function), Token::Sign('('), Token::Text(name)] = window
            && FINDERS.contains(function)
            && name.chars().all(|char| char.is_ascii_alphanumeric() || "_+-.".contains(char))
        {
            hints.libraries.insert((format!("-l{name}"), file.to_owned()));
        }
    }
}
