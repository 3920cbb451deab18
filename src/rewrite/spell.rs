//! New instructions as text: the only place that knows what has to be quoted where.

use crate::plan::line::{Added, ImagePath, Installation};
use crate::recipe::command::quoted;
use serde_json::Value;

/// In which manner a file is written.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// The character that escapes and continues lines.
    pub escape: char,
    /// Whether keywords are in lower case.
    pub lower: bool,
    /// Name of the builder stage.
    pub builder: &'a str,
}

/// The instruction, its lines ended by `\n`, without a newline at its end.
pub fn spell(added: &Added, manner: Manner<'_>) -> String {
    let escape = manner.escape;
    let rest = match added {
        Added::CopyFrom { paths, flags } => copy_from(paths, flags, manner),
        Added::Copy { sources, optional, destination, flags } => {
            let sources = sources.iter().map(|source| literal(&without_glob(source), escape));
            // a pattern that matches nothing is no error
            let optional =
                optional.iter().map(|source| literal(&format!("{}*", without_glob(source)), escape));
            let words: Vec<String> = sources.chain(optional).chain([literal(destination, escape)]).collect();
            with_flags(flags, &copy_words(&words))
        }
        Added::Run(commands) => joined(commands, escape),
        Added::Install(installation) => install(installation, escape),
        Added::Env { name, value } => format!("{name}={}", env_value(value, escape)),
        Added::Path(directories) => {
            let directories: Vec<String> = directories.iter().map(|one| inside_quotes(one, escape)).collect();
            format!("PATH=\"{}:$PATH\"", directories.join(":"))
        }
        Added::Workdir(path) => literal(path, escape),
        Added::User(name) => literal(name, escape),
    };
    let keyword = added.keyword().as_str();
    let keyword = if manner.lower { keyword.to_lowercase() } else { keyword.to_owned() };
    format!("{keyword} {rest}")
}

fn copy_from(paths: &[ImagePath], flags: &[String], manner: Manner<'_>) -> String {
    let written =
        |path: &ImagePath| path.written.clone().unwrap_or_else(|| literal(&path.path, manner.escape));
    let source = |path: &ImagePath| match path.written.is_some() {
        true => written(path),
        false => literal(&without_glob(&path.path), manner.escape),
    };
    let mut words: Vec<String> = paths.iter().map(source).collect();
    match paths {
        [path] => words.push(written(path)),
        [first, ..] => words.push(format!("{}/", parent(&written(first)))),
        [] => {}
    }
    let from = format!("--from={}", manner.builder);
    with_flags(&[&[from], flags].concat(), &copy_words(&words))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn with_flags(flags: &[String], words: &str) -> String {
    flags.iter().map(String::as_str).chain([words]).collect::<Vec<_>>().join(" ")
}

/// Words of a COPY; in the form of a JSON array where a blank would cut one in two.
fn copy_words(words: &[String]) -> String {
    let is_cut =
        |word: &String| word.contains(char::is_whitespace) || word.starts_with('[') || word.is_empty();
    // a first word that begins with a bracket would be read as an array, and one with dashes as a flag
    if !words.iter().any(is_cut)
        && !words[0].starts_with("--")
        && !words.iter().any(|word| word.contains("<<"))
    {
        return words.join(" ");
    }
    let words: Vec<String> = words.iter().map(|word| Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

/// A text that the Dockerfile's own expansion leaves as it is.
fn literal(text: &str, escape: char) -> String {
    escaped(text, escape, &['$', '"', '\''])
}

/// The same between double quotes.
fn inside_quotes(text: &str, escape: char) -> String {
    escaped(text, escape, &['$', '"'])
}

fn escaped(text: &str, escape: char, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == escape || special.contains(&letter) {
            out.push(escape);
        }
        out.push(letter);
    }
    out
}

/// A source of a COPY that is a name and no pattern.
fn without_glob(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '*' | '?' | '[' => out.extend(['[', letter, ']']),
            '\\' => out.push_str("\\\\"),
            _ => out.push(letter),
        }
    }
    out
}

fn env_value(value: &str, escape: char) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@%+,".contains(letter);
    match !value.is_empty() && value.chars().all(plain) {
        true => value.to_owned(),
        false => format!("\"{}\"", inside_quotes(value, escape)),
    }
}

/// Commands that run one after the other.
fn joined(commands: &[String], escape: char) -> String {
    commands.join(&format!(" {escape}\n    && "))
}

fn install(installation: &Installation, escape: char) -> String {
    let Installation { before, command, packages, after } = installation;
    // what a build argument chooses stands as the file writes it
    let names = packages.iter().map(|name| if name.contains('$') { name.clone() } else { quoted(name) });
    let names = match packages.len() {
        0 | 1 => names.collect(),
        _ => names.map(|name| format!("{escape}\n        {name}")).collect::<Vec<_>>().join(" "),
    };
    let command = (!packages.is_empty()).then(|| command.replacen("{packages}", &names, 1));
    let commands: Vec<String> = before.iter().cloned().chain(command).chain(after.iter().cloned()).collect();
    joined(&commands, escape)
}

#[cfg(test)]
mod tests {
    use super::{Manner, spell};
    use crate::plan::line::{Added, ImagePath, Installation};

    const MANNER: Manner<'_> = Manner { escape: '\\', lower: false, builder: "builder" };

    fn copy(path: &str) -> String {
        spell(&Added::copy_from(path, Vec::new()), MANNER)
    }

    #[test]
    fn a_plain_path_needs_no_quotes() {
        assert_eq!(copy("/app/server"), "COPY --from=builder /app/server /app/server");
    }

    #[test]
    fn a_blank_makes_an_array_and_a_dollar_sign_is_no_variable() {
        assert_eq!(copy("/my app"), r#"COPY --from=builder ["/my app", "/my app"]"#);
        assert_eq!(copy("/a$b"), r"COPY --from=builder /a\$b /a\$b");
        assert_eq!(copy("/a $b"), r#"COPY --from=builder ["/a \\$b", "/a \\$b"]"#);
        assert_eq!(copy(r#"/a"b"#), r#"COPY --from=builder /a\"b /a\"b"#);
    }

    #[test]
    fn a_source_is_no_pattern() {
        assert_eq!(copy("/a[1]"), "COPY --from=builder /a[[]1] /a[1]");
    }

    #[test]
    fn files_of_one_directory_share_a_line_and_arguments_stay() {
        let written = |path: &str, text: &str| ImagePath { path: path.into(), written: Some(text.into()) };
        let paths = vec![written("/app/a", "${DIR}/a"), written("/app/b", "${DIR}/b")];
        let flags = vec!["--chown=app".to_owned()];
        let text = spell(&Added::CopyFrom { paths, flags }, MANNER);
        assert_eq!(text, "COPY --from=builder --chown=app ${DIR}/a ${DIR}/b ${DIR}/");
    }

    #[test]
    fn lines_continue_with_the_escape_of_the_file() {
        let installation = Installation {
            before: vec!["apt-get update".to_owned()],
            command: "apt-get install -y {packages}".to_owned(),
            packages: vec!["a".to_owned(), "b>1".to_owned()],
            after: Vec::new(),
        };
        let manner = Manner { escape: '`', lower: true, ..MANNER };
        let text = spell(&Added::Install(installation), manner);
        assert_eq!(text, "run apt-get update `\n    && apt-get install -y `\n        a `\n        'b>1'");
    }

    #[test]
    fn values_are_quoted_where_they_have_to_be() {
        let env = |value: &str| spell(&Added::Env { name: "A".to_owned(), value: value.to_owned() }, MANNER);
        assert_eq!(env("/go"), "ENV A=/go");
        assert_eq!(env(r#"a "b" $c"#), r#"ENV A="a \"b\" \$c""#);
        let path = spell(&Added::Path(vec!["/x y/bin".to_owned()]), MANNER);
        assert_eq!(path, "ENV PATH=\"/x y/bin:$PATH\"");
    }
}
