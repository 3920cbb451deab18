//! A line that a program hands to the shell: which programs it starts.
//!
//! Such a line is seldom whole (its holes are filled at run time), so it is split at what ends a command and no more is
//! understood. For a Dockerfile's own lines there is `dockerfile/shell.rs`.

/// Words of the shell itself, which start nothing.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "break", "case", "cd", "continue", "do", "done", "echo", "elif", "else",
    "esac", "eval", "exit", "export", "false", "fi", "for", "function", "if", "local", "printf", "pwd",
    "read", "return", "set", "shift", "source", "test", "then", "trap", "true", "type", "ulimit", "umask",
    "unset", "until", "wait", "while",
];

/// Words of the shell that stand before a command.
const SHELL_PREFIXES: &[&str] =
    &["!", "{", "command", "do", "elif", "else", "exec", "if", "then", "time", "until", "while"];

/// The first word of each command, where it is not a word of the shell itself.
pub(super) fn programs(line: &str) -> Vec<String> {
    let is_assignment = |word: &String| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let is_before = |word: &String| is_assignment(word) || SHELL_PREFIXES.contains(&word.as_str());
    let first = |command: Vec<String>| command.into_iter().find(|word| !is_before(word));
    commands(line)
        .into_iter()
        .filter_map(first)
        .filter(|word| !SHELL_WORDS.contains(&word.as_str()))
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// Commands of a line as lists of words: split at `|`, `;`, `&`, lines, parentheses and backquotes outside of quotes.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    let mut chars = line.chars();
    let end = |commands: &mut Vec<Vec<String>>, word: &mut String| {
        if let (Some(command), false) = (commands.last_mut(), word.is_empty()) {
            command.push(std::mem::take(word));
        }
    };
    while let Some(char) = chars.next() {
        match char {
            '\\' => word.extend(chars.next()),
            _ if quote == Some(char) => quote = None,
            _ if quote.is_some() => word.push(char),
            '"' | '\'' => quote = Some(char),
            // `2>&1` is no end.
            '&' if word.ends_with('>') => word.push(char),
            '|' | ';' | '&' | '\n' | '(' | ')' | '`' => {
                end(&mut commands, &mut word);
                commands.push(Vec::new());
            }
            _ if char.is_whitespace() => end(&mut commands, &mut word),
            _ => word.push(char),
        }
    }
    end(&mut commands, &mut word);
    commands
}
