//! A text in which expansions are covered up, for brush-parser: it reads them deeply, takes `<<` in arithmetic for a heredoc, and loses
//! the order of its tokens where one stands near a heredoc. Every letter keeps its number, so places stay what they are.
//!
//! Cases: `${0##*/}` in wait-for-it.sh, `"$(cd "$(dirname "$0")" && pwd)"` above a heredoc, `$((1<<2))`.

/// Deepest nesting of expansions that is followed.
const DEEPEST: usize = 32;

/// The text with a plain letter for each one of an expansion, and blanks for the bodies of heredocs; `None` where it can't be told
/// where one ends.
pub(super) fn masked(text: &str) -> Option<String> {
    let mut mask = Mask { letters: text.chars().collect(), at: 0, pending: Vec::new(), covers: true };
    mask.walk(None, 0)?;
    mask.pending.is_empty().then(|| mask.letters.into_iter().collect())
}

struct Mask {
    letters: Vec<char>,
    at: usize,
    /// Heredocs that the line opened: the name, and whether tabs before it are taken off.
    pending: Vec<(Vec<char>, bool)>,
    /// Whether this is the outermost text, where expansions are covered.
    covers: bool,
}

impl Mask {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, letter)| self.peek(ahead) == Some(letter))
    }

    /// Whether a word may begin here.
    fn begins_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.letters.get(at));
        before.is_none_or(|letter| letter.is_whitespace() || ";&|()".contains(*letter))
    }

    /// Commands up to the `)` that closes them, or to the end; behind it then.
    fn walk(&mut self, until: Option<char>, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        while let Some(letter) = self.peek(0) {
            match letter {
                _ if Some(letter) == until => {
                    self.at += 1;
                    return Some(());
                }
                '\\' => self.at += 2,
                '\'' => self.single()?,
                '"' => self.double(depth)?,
                '#' if self.begins_word() => self.comment(),
                '$' | '`' => self.expansion(depth)?,
                '\n' if !self.pending.is_empty() => self.bodies()?,
                '(' if self.starts_with("((") && self.begins_word() && self.arithmetic_command() => {}
                '(' if until.is_some() => {
                    self.at += 1;
                    self.walk(Some(')'), depth + 1)?;
                }
                // its patterns end in a bracket that nothing opened
                'c' if until.is_some() && self.begins_word() && self.starts_with("case ") => return None,
                '<' if self.starts_with("<<<") => self.at += 3,
                '<' if self.starts_with("<<") => {
                    if until.is_some() {
                        return None;
                    }
                    self.heredoc()?;
                }
                _ => self.at += 1,
            }
        }
        until.is_none().then_some(())
    }

    fn single(&mut self) -> Option<()> {
        let length = self.letters[self.at + 1..].iter().position(|letter| *letter == '\'')?;
        self.at += length + 2;
        Some(())
    }

    fn double(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                '"' => {
                    self.at += 1;
                    return Some(());
                }
                '\\' => self.at += 2,
                '$' | '`' => self.expansion(depth)?,
                _ => self.at += 1,
            }
        }
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|letter| letter != '\n') {
            self.at += 1;
        }
    }

    /// `$(…)`, `${…}`, `$((…))`, backquotes; anything else behind a `$` is plain.
    fn expansion(&mut self, depth: usize) -> Option<()> {
        let start = self.at;
        let outer = std::mem::replace(&mut self.covers, false);
        let is_covered = match (self.peek(0)?, self.peek(1)) {
            ('`', _) => {
                self.at += 1;
                while self.peek(0)? != '`' {
                    self.at += 1 + usize::from(self.peek(0)? == '\\');
                }
                self.at += 1;
                true
            }
            (_, Some('(')) => {
                self.at += 2;
                match self.peek(0) {
                    // `$(( ) )` is neither arithmetic nor anything that a shell takes
                    Some('(') if !self.arithmetic() => return None,
                    Some('(') => {}
                    _ => self.walk(Some(')'), depth + 1)?,
                }
                true
            }
            (_, Some('{')) => {
                self.at += 2;
                self.parameter(depth + 1)?;
                true
            }
            _ => {
                self.at += 1;
                false
            }
        };
        self.covers = outer;
        if is_covered && outer {
            let end = self.at.min(self.letters.len());
            self.letters[start..end].fill('x');
        }
        Some(())
    }

    /// The rest of `$((…))`, of which `$(` is read; whether it is one.
    fn arithmetic(&mut self) -> bool {
        let mut open = 0_usize;
        while let Some(letter) = self.peek(0) {
            match letter {
                '\n' | '"' | '\'' | '`' | '#' | ';' => return false,
                '(' => open += 1,
                ')' if open == 0 => return false,
                ')' => {
                    open -= 1;
                    if open == 0 {
                        self.at += 1;
                        let closes = self.peek(0) == Some(')');
                        self.at += 1;
                        return closes;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        false
    }

    /// `((…))` as a command: what is shifted in it opens no heredoc.
    fn arithmetic_command(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        if !self.arithmetic() {
            self.at = start;
            return false;
        }
        if self.covers {
            let shifts = self.letters[start..self.at].iter_mut().filter(|letter| **letter == '<');
            shifts.for_each(|letter| *letter = '+');
        }
        true
    }

    /// The rest of `${…}`, of which `${` is read.
    fn parameter(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        loop {
            match self.peek(0)? {
                '}' => {
                    self.at += 1;
                    return Some(());
                }
                '\\' => self.at += 2,
                '"' => self.double(depth)?,
                '$' | '`' => self.expansion(depth)?,
                // whether it quotes depends on the quotes around
                '\'' => return None,
                _ => self.at += 1,
            }
        }
    }

    /// `<<NAME`.
    fn heredoc(&mut self) -> Option<()> {
        self.at += 2;
        let chomps = self.peek(0) == Some('-');
        self.at += usize::from(chomps);
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let mut name = Vec::new();
        while let Some(letter) = self.peek(0) {
            match letter {
                '"' | '\'' | '\\' => {}
                _ if letter.is_alphanumeric() || "_-.".contains(letter) => name.push(letter),
                _ => break,
            }
            self.at += 1;
        }
        if name.is_empty() {
            return None;
        }
        self.pending.push((name, chomps));
        Some(())
    }

    /// The bodies of the heredocs that the line before opened, up to the newline behind the last.
    fn bodies(&mut self) -> Option<()> {
        for (name, chomps) in std::mem::take(&mut self.pending) {
            loop {
                if self.at >= self.letters.len() {
                    return None;
                }
                let start = self.at + 1;
                let rest = self.letters.get(start..)?;
                let end = rest
                    .iter()
                    .position(|letter| *letter == '\n')
                    .map_or(self.letters.len(), |at| start + at);
                let line = &self.letters[start..end];
                let tabs = if chomps { line.iter().take_while(|letter| **letter == '\t').count() } else { 0 };
                self.at = end;
                if line[tabs..] == name {
                    break;
                }
                // the body is not kept, and `<<` in it opens nothing
                self.letters[start..end].fill(' ');
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn expansions_are_covered_and_letters_keep_their_number() {
        let pairs = [
            ("a=${0##*/}\ncat <<E\nx\nE\n", "a=xxxxxxxx\ncat <<E\n \nE\n"),
            ("a=\"$(cd \"$(dirname \"$0\")\" && pwd)\" b", "a=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" b"),
            ("a=$((1<<2)) c", "a=xxxxxxxxx c"),
            ("((a<<2))", "((a++2))"),
            ("a=\"${S:-\"w\"}\"", "a=\"xxxxxxxxx\""),
            ("echo 'it ${is' $x # don't\nb", "echo 'it ${is' $x # don't\nb"),
            ("cat <<-'E' > ${F}\n\tdon't $(\n\tE\necho `a`", "cat <<-'E' > xxxx\n         \n\tE\necho xxx"),
            ("a=$( (b) ) é$(é)", "a=xxxxxxxx éxxxx"),
        ];
        for (text, expected) in pairs {
            assert_eq!(masked(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn where_an_end_can_t_be_told_nothing_is_covered() {
        for text in [
            "a=${x",
            "a=$(case x in x) y;; esac)",
            "a=$(cat <<E\nE\n)",
            "cat <<E\nx",
            "a='",
            "a=${x:-'}'}",
            "cat << \"\"\n",
        ] {
            assert_eq!(masked(text), None, "{text}");
        }
        let deep = format!("{}{}", "$(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(masked(&deep), None);
    }
}
