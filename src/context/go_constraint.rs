//! Build constraints: whether the Go tool would compile a file for linux (on amd64 or arm64).
//!
//! What depends on the build (cgo, the Go release) is not known here and counts as possible.

/// Elements of file names that name an operating system or an architecture (Go's internal/syslist).
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];
const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// The architectures that images are built for.
const BUILT: [&str; 2] = ["amd64", "arm64"];

/// Parentheses and negations one inside the other; beyond that a constraint counts as unknown.
const DEEPEST: usize = 64;

/// Whether the file may be compiled, by its name and the comments before its package clause. `tags` are those of `-tags`.
pub(super) fn builds(name: &str, text: &str, tags: &[&str]) -> bool {
    let header = Header::read(text);
    BUILT.iter().any(|architecture| {
        let tag = |tag: &str| match tag {
            "linux" | "unix" | "gc" => Some(true),
            "cgo" => None,
            _ if tag.starts_with("go1") => None,
            _ => Some(tag == *architecture || tags.contains(&tag)),
        };
        name_fits(name, architecture) && header.holds(&tag) != Some(false)
    })
}

/// `name_linux_amd64.go` and the like.
fn name_fits(name: &str, architecture: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let Some((_, suffixes)) = stem.split_once('_') else { return true };
    let mut suffixes = suffixes.rsplit('_');
    let (last, before) = (suffixes.next().unwrap_or_default(), suffixes.next().unwrap_or_default());
    if ARCHITECTURES.contains(&last) {
        last == architecture && (!SYSTEMS.contains(&before) || before == "linux")
    } else {
        !SYSTEMS.contains(&last) || last == "linux"
    }
}

/// The constraints at the head of a file.
#[derive(Default)]
struct Header<'a> {
    /// What follows `//go:build`: it controls.
    build: Option<&'a str>,
    /// What follows `// +build`: all must hold.
    plus: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// Reads comments and blank lines up to the first code. A `+build` line needs a blank line somewhere below it.
    fn read(text: &'a str) -> Self {
        let mut header = Self::default();
        let mut pending = Vec::new();
        let mut in_comment = false;
        for line in text.lines() {
            let mut line = line.trim();
            if line.is_empty() {
                header.plus.append(&mut pending);
                continue;
            }
            if !in_comment && let Some(comment) = line.strip_prefix("//") {
                match comment.strip_prefix("go:build") {
                    Some(build) if build.starts_with([' ', '\t']) => header.build = Some(build),
                    _ => pending.extend(comment.trim().strip_prefix("+build ")),
                }
                continue;
            }
            while !line.is_empty() {
                if in_comment {
                    let Some((_, rest)) = line.split_once("*/") else { break };
                    in_comment = false;
                    line = rest.trim();
                } else if line.starts_with("//") {
                    break;
                } else if let Some(rest) = line.strip_prefix("/*") {
                    in_comment = true;
                    line = rest;
                } else {
                    return header;
                }
            }
        }
        header
    }

    /// Whether all hold; `None` where that depends on what is not known.
    fn holds(&self, tag: &impl Fn(&str) -> Option<bool>) -> Option<bool> {
        if let Some(build) = self.build {
            let mut expression = Expression { rest: build, tag };
            return expression.any(0);
        }
        let term = |term: &str| match term.strip_prefix('!') {
            Some(term) => not(tag(term)),
            None => tag(term),
        };
        let option = |option: &str| option.split(',').map(term).fold(Some(true), and);
        self.plus
            .iter()
            .map(|line| line.split_whitespace().map(option).fold(Some(false), or))
            .fold(Some(true), and)
    }
}

/// The expression of a `//go:build` line, read from the left. What is not one is unknown.
struct Expression<'a, T> {
    rest: &'a str,
    tag: &'a T,
}

impl<T: Fn(&str) -> Option<bool>> Expression<'_, T> {
    fn eat(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn any(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.all(depth);
        while self.eat("||") {
            value = or(value, self.all(depth));
        }
        value
    }

    fn all(&mut self, depth: usize) -> Option<bool> {
        let mut value = self.one(depth);
        while self.eat("&&") {
            value = and(value, self.one(depth));
        }
        value
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if depth > DEEPEST {
            return None;
        }
        if self.eat("!") {
            return not(self.one(depth + 1));
        }
        if self.eat("(") {
            let value = self.any(depth + 1);
            return if self.eat(")") { value } else { None };
        }
        let end = self.rest.find(|char: char| !(char.is_alphanumeric() || "_.".contains(char)));
        let (tag, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if tag.is_empty() { None } else { (self.tag)(tag) }
    }
}

fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), right) => right,
        (None, _) => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    not(and(not(left), not(right)))
}
