//! The lines of a requirements file, as pip takes them apart.

/// Options with a value that a file may have; the first spelling stands for the others. Those that name no file and no
/// package need no more than to be known.
const OPTIONS: &[(&str, &[&str])] = &[
    ("-r", &["-r", "--requirement"]),
    ("-c", &["-c", "--constraint"]),
    ("-e", &["-e", "--editable"]),
    ("-f", &["-f", "--find-links"]),
    ("--no-binary", &["--no-binary"]),
    ("-i", &["-i", "--index-url", "--pypi-url", "--extra-index-url", "--trusted-host"]),
    ("--hash", &["--hash", "--only-binary", "--use-feature", "--config-settings", "--config-setting"]),
    ("--global-option", &["--global-option", "--install-option"]),
];

/// Options without a value.
const FLAGS: &[&str] =
    &["--no-index", "--pre", "--prefer-binary", "--require-hashes", "--always-unzip", "-Z"];

/// The logical lines of a file, without comments and blank lines; `None` where its encoding is not known. Like pip it
/// takes UTF-8, and whatever the byte order mark says.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let text = decode(bytes)?;
    let mut lines = Vec::new();
    let mut joined = String::new();
    for line in text.lines() {
        let comment = comment_start(line);
        match line.strip_suffix('\\') {
            // A line that is a comment from its start goes on nowhere.
            Some(line) if comment != Some(0) => joined.push_str(line.trim_end_matches('\\')),
            _ => {
                // What follows a joined comment is part of it.
                if comment == Some(0) {
                    joined.push(' ');
                }
                joined.push_str(line);
                push(&mut lines, &joined);
                joined.clear();
            }
        }
    }
    push(&mut lines, &joined);
    Some(lines)
}

fn push(lines: &mut Vec<String>, line: &str) {
    let line = comment_start(line).and_then(|end| line.get(..end)).unwrap_or(line).trim();
    if !line.is_empty() {
        lines.push(line.to_owned());
    }
}

/// Where the blanks before a comment start: a `#` is one at the line's start or after a blank.
fn comment_start(line: &str) -> Option<usize> {
    let is_comment = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let at = line.match_indices('#').map(|(at, _)| at).find(is_comment)?;
    Some(line[..at].trim_end().len())
}

fn decode(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, text @ ..] => String::from_utf8(text.to_vec()).ok(),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.contains('\0')),
    }
}

/// A line's requirement (empty where it has only options) and its options with their values, in their first spelling;
/// `?` for those not known.
pub(super) fn split(line: &str) -> (&str, Vec<(&'static str, String)>) {
    let dash = |at: &usize| line[..*at].chars().next_back().is_none_or(|char| char == ' ');
    let start = line.match_indices('-').map(|(at, _)| at).find(dash).unwrap_or(line.len());
    let mut words = words(&line[start..]).into_iter();
    let mut options = Vec::new();
    while let Some(word) = words.next() {
        if FLAGS.contains(&word.as_str()) {
            continue;
        }
        let known = OPTIONS.iter().find_map(|(option, spellings)| {
            spellings.iter().find_map(|spelling| {
                let rest = word.strip_prefix(spelling)?;
                let long = spelling.starts_with("--");
                match rest.strip_prefix('=') {
                    Some(value) if long => Some((*option, Some(value.to_owned()))),
                    _ if rest.is_empty() => Some((*option, None)),
                    _ if long => None,
                    _ => Some((*option, Some(rest.to_owned()))),
                }
            })
        });
        options.push(match known {
            Some((option, Some(value))) => (option, value),
            Some((option, None)) => (option, words.next().unwrap_or_default()),
            None => ("?", word),
        });
    }
    (line[..start].trim(), options)
}

/// Words as a shell splits them, quotes taken off.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut quote = None;
    let mut inside = false;
    for char in text.chars() {
        match quote {
            Some(open) if char == open => quote = None,
            None if char.is_whitespace() => inside = false,
            _ => {
                if !inside {
                    words.push(String::new());
                    inside = true;
                }
                if quote.is_none() && matches!(char, '"' | '\'') {
                    quote = Some(char);
                } else if let Some(word) = words.last_mut() {
                    word.push(char);
                }
            }
        }
    }
    words
}

/// Whether a marker says that this is not for Linux, or only for an extra that a file can't ask for: each of its
/// alternatives does.
pub(super) fn never_holds(marker: &str) -> bool {
    let fails = |comparison: &str| {
        let Some((left, right)) = comparison.split_once("==") else { return false };
        let plain = |side: &str| {
            side.trim_matches(|char: char| char.is_whitespace() || "()'\"".contains(char)).to_lowercase()
        };
        match plain(left).as_str() {
            "sys_platform" | "platform_system" | "os_name" => {
                ["win32", "windows", "nt", "darwin", "cygwin"].contains(&plain(right).as_str())
            }
            name => name == "extra",
        }
    };
    !marker.trim().is_empty() && marker.split(" or ").all(|all| all.split(" and ").any(fails))
}
