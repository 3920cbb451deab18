//! How programs start others, as data: words of the shell, programs that hand a line to it, services, and daemons with the
//! files that tell them what to start.

use globset::GlobSet;

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    /// Words of a shell that are no programs.
    pub builtins: Vec<String>,
    /// Names of programs that are as common in prose: a literal that begins with one need not start it.
    pub prose: Vec<String>,
    /// Programs that find another by its name.
    pub finders: Vec<String>,
    /// Scripts of the system that set PATH anew.
    pub sets_path: Vec<String>,
    /// Programs that hand an option's value to a shell, with that option.
    pub shell_lines: Vec<(String, String)>,
    /// Programs whose first operand is the name of a service, which is that of its program.
    pub services: Vec<String>,
    /// Beginnings of paths that end in the name of a service.
    pub service_directories: Vec<String>,
    /// Programs that start what their files say.
    pub daemons: Vec<Daemon>,
}

/// A program that starts what its files say.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// Its names.
    pub programs: Vec<String>,
    /// Its files, by their path in the image or in the build context.
    pub files: GlobSet,
    /// How they say what to start.
    pub syntax: Syntax,
    /// For [`Syntax::Keys`]: the keys whose value is a command.
    pub keys: Vec<String>,
    /// Programs that are handed such a file, or its text, when the image is built.
    pub tables: Vec<String>,
}

/// How a daemon's file says what to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// `KEY = command`
    Keys,
    /// Five fields of time or one word on `@`, and the command.
    Crontab,
    /// The same with the name of a user before the command.
    CrontabOfUsers,
    /// `name: command`
    Procfile,
    /// The file itself is started.
    Script,
}

impl Daemon {
    /// Whether a path is one of its files.
    pub fn reads(&self, path: &str) -> bool {
        self.files.is_match(path.trim_start_matches('/'))
    }

    /// Whether a file that it is given by name counts, wherever it stands.
    pub fn takes_named(&self) -> bool {
        self.syntax != Syntax::Script
    }

    /// The command that a line of such a file starts.
    pub fn command<'a>(&self, line: &'a str) -> Option<&'a str> {
        let line = line.trim();
        if line.starts_with(['#', ';', '[']) {
            return None;
        }
        match self.syntax {
            Syntax::Keys => {
                let (key, value) = line.split_once('=')?;
                let value = value.trim().trim_start_matches(['-', '@', '+', '!']);
                self.keys.iter().any(|known| known == key.trim()).then_some(value)
            }
            Syntax::Crontab => scheduled(line),
            Syntax::CrontabOfUsers => {
                let command = scheduled(line)?;
                let (user, rest) = command.split_once(char::is_whitespace)?;
                // no user has such a name: the file is handed to `crontab` as one of a single user (python/crontab-without-user)
                Some(if user.contains('/') { command } else { rest.trim_start() })
            }
            Syntax::Procfile => {
                let (name, command) = line.split_once(':')?;
                let is_name = |char: char| char.is_ascii_alphanumeric() || "_-".contains(char);
                (!name.is_empty() && name.chars().all(is_name)).then(|| command.trim())
            }
            Syntax::Script => None,
        }
    }
}

/// What follows the time in a line of a crontab.
fn scheduled(line: &str) -> Option<&str> {
    let fields = if line.starts_with('@') { 1 } else { 5 };
    let mut rest = line;
    for _ in 0..fields {
        let (field, after) = rest.split_once(char::is_whitespace)?;
        let is_time = |char: char| char.is_ascii_alphanumeric() || "*/,-@?".contains(char);
        if field.is_empty() || !field.chars().all(is_time) {
            return None;
        }
        rest = after.trim_start();
    }
    Some(rest)
}

impl Starts {
    /// The service that a command starts, stops or asks for.
    pub fn service<'a>(&self, program: &'a str, words: &'a [String]) -> Option<&'a str> {
        let name = program.rsplit('/').next().unwrap_or(program);
        if self.service_directories.iter().any(|directory| program.starts_with(directory.as_str())) {
            return Some(name);
        }
        let takes = self.services.iter().any(|service| service == name);
        words.get(1).filter(|word| takes && !word.starts_with('-')).map(String::as_str)
    }

    /// The line that a program hands to a shell.
    pub fn shell_line<'a>(&self, name: &str, words: &'a [String]) -> Option<&'a str> {
        let (_, option) = self.shell_lines.iter().find(|(program, _)| program == name)?;
        let at = words.iter().position(|word| word == option)?;
        words.get(at + 1).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::scheduled;

    #[test]
    fn the_command_of_a_crontab_line_is_what_follows_the_time() {
        assert_eq!(scheduled("*/5 0-6 * * mon curl -f x"), Some("curl -f x"));
        assert_eq!(scheduled("@daily git pull"), Some("git pull"));
        assert_eq!(scheduled("MAILTO=me"), None);
        assert_eq!(scheduled("SHELL = /bin/sh a b c d"), None);
    }
}
