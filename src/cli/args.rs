//! What can be typed.

use std::ffi::OsString;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};

use super::verify::Options;
use crate::dockerfile::reference::ImageReference;
use crate::note::Reason;

/// Turns a single-stage Dockerfile into a multi-stage one that works, and shows it as a diff.
///
/// The diff on stdout is a patch (`restage | git apply`); notes and a summary are on stderr. What restage can't convert
/// with care it leaves alone and says why.
#[derive(Parser, Debug)]
#[command(version, max_term_width = 100, after_help = AFTER, after_long_help = AFTER_LONG)]
pub(super) struct Args {
    /// Dockerfiles, folders to search for them, or `-` for stdin
    ///
    /// In folders, files named `Dockerfile`, `Dockerfile.*`, `*.Dockerfile` and `Containerfile*` are taken. Left out are
    /// hidden folders, what `.gitignore` names, folders of vendored code and of test data, repositories inside of the
    /// repository, copies (`.bak`, `.orig`), texts (`.md`) and templates (`.j2`): name them, and they are taken too.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,

    /// Leave out what this pattern of `.gitignore` matches, even where it is named
    #[arg(long, value_name = "GLOB", help_heading = CHOICE)]
    pub(super) exclude: Vec<String>,

    /// Take the paths from this file, or `-` for stdin: one a line, or parted by NUL
    #[arg(long, value_name = "FILE", conflicts_with = "paths", help_heading = CHOICE)]
    pub(super) from_list: Option<PathBuf>,

    /// Work only files of this language
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = CHOICE)]
    pub(super) language: Vec<String>,

    /// Work only files with a note of this reason
    ///
    /// The reasons are those of --list-reasons.
    #[arg(long, value_name = "REASON", value_delimiter = ',', value_parser = reason(), hide_possible_values = true, help_heading = CHOICE)]
    pub(super) only: Vec<Reason>,

    /// Write the new files in place
    ///
    /// Each file is replaced in one step; mode, owner and line ends are kept. With `-`, the new file is printed.
    #[arg(short, long, group = "mode", help_heading = MODE)]
    pub(super) write: bool,

    /// Show the diff, and exit with 1 if there is one
    #[arg(long, group = "mode", help_heading = MODE)]
    pub(super) check: bool,

    /// Print the new file instead of a diff (one file; nothing if it can't be converted)
    #[arg(long, group = "mode", help_heading = MODE)]
    pub(super) stdout: bool,

    /// Print which stage each instruction goes to, and why
    #[arg(long, group = "mode", help_heading = MODE)]
    pub(super) explain: bool,

    /// Judge a conversion that somebody made: whether AFTER means the same as BEFORE
    ///
    /// Each breach is told with its id, its line and what to do. Exit code: 0 nothing found, 1 breaches, 2 a file that
    /// can't be read or is no Dockerfile, 5 nothing found, but a line could not be judged.
    #[arg(long, num_args = 2, value_names = ["BEFORE", "AFTER"], group = "mode", conflicts_with = "paths", help_heading = MODE)]
    pub(super) prove: Option<Vec<PathBuf>>,

    /// Make only changes that rest on no assumption
    ///
    /// Conversions that need a review are held back, and told.
    #[arg(long, help_heading = PLAN)]
    pub(super) safe: bool,

    /// Base the runtime stage on this image
    ///
    /// It is judged like any other: a file for which it does not do is refused (runtime-unfit).
    #[arg(long, value_name = "IMAGE", value_parser = image, help_heading = PLAN)]
    pub(super) runtime: Option<ImageReference>,

    /// The build context, as given to `docker build`
    ///
    /// Without it: the Dockerfile's own folder, or the folder above it in which the sources of its COPY lines stand.
    #[arg(long, value_name = "DIR", help_heading = PLAN)]
    pub(super) context: Option<PathBuf>,

    /// Lay the recipes (*.toml) and tables (*.tsv) of this folder over the built-in ones
    #[arg(long, value_name = "DIR", help_heading = PLAN)]
    pub(super) rules: Option<PathBuf>,

    /// Where the file on stdin belongs
    #[arg(long, value_name = "PATH", help_heading = PLAN)]
    pub(super) stdin_filename: Option<PathBuf>,

    /// How results are told
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = OUTPUT)]
    pub(super) format: Format,

    /// Write the result to this file instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT)]
    pub(super) output: Option<PathBuf>,

    /// Count the files by what became of them and why
    #[arg(long, help_heading = OUTPUT)]
    pub(super) statistics: bool,

    /// How many files are worked at once [default: the number of cores]
    #[arg(long, value_name = "N", help_heading = OUTPUT)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Exit with 1 if a file meets this fate
    ///
    /// Several are parted by commas.
    #[arg(long, value_name = "FATE", value_delimiter = ',', help_heading = EXIT)]
    pub(super) fail_on: Vec<Fate>,

    /// Exit with 0, not 4, where no Dockerfile is found
    #[arg(long, help_heading = EXIT)]
    pub(super) allow_none: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub(super) color: Color,

    /// Tell only errors on stderr
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub(super) quiet: bool,

    /// Tell advice too, on which nothing depends
    #[arg(short, long, help_heading = OUTPUT)]
    pub(super) verbose: bool,

    /// Say what is known of an image, and from where
    #[arg(long, value_name = "IMAGE", value_parser = image, help_heading = FACTS)]
    pub(super) explain_image: Option<ImageReference>,

    /// Say what is known of a distribution package on an image, and from where
    #[arg(long, value_name = "PACKAGE", requires = "on", help_heading = FACTS)]
    pub(super) explain_package: Option<String>,

    /// The image for --explain-package
    #[arg(long, value_name = "IMAGE", value_parser = image, requires = "explain_package", help_heading = FACTS)]
    pub(super) on: Option<ImageReference>,

    /// List every reason that a note can have, and what it means
    #[arg(long, help_heading = FACTS)]
    pub(super) list_reasons: bool,

    /// List every breach that a proof can find, and what it means
    #[arg(long, help_heading = FACTS)]
    pub(super) list_breaches: bool,

    /// Print the keys of restage.toml that are in force for the paths, and from which file
    #[arg(long, help_heading = FACTS)]
    pub(super) print_config: bool,

    /// Say what a reason means, with an example and what to do
    #[arg(long, value_name = "REASON", value_parser = reason(), hide_possible_values = true, help_heading = FACTS)]
    pub(super) explain_reason: Option<Reason>,

    #[command(flatten)]
    pub(super) verification: Options,
}

const MODE: &str = "Mode (without one: print a diff)";
const CHOICE: &str = "Choice of files";
const PLAN: &str = "Conversion";
const OUTPUT: &str = "Output";
const EXIT: &str = "Exit code";
const FACTS: &str = "Facts";

const AFTER: &str = "\
Exit codes: 0 fine, 1 found what --check or --fail-on asks about, 2 wrong options, 3 a file failed, 4 no Dockerfile, 5 not judged.";
const AFTER_LONG: &str = "\
Exit codes:
  0  fine; also when there was nothing to change, or a conversion was refused
  1  a file met the fate that --check or --fail-on asks about
  2  nothing was done: an option, a rule file or the configuration is wrong, or no engine answers
  3  a file could not be read, verified or written, or is no Dockerfile; all others were worked
  4  no Dockerfile was found
  5  --prove found nothing, but a line could not be judged";

/// What can become of a file, for `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Fate {
    /// It changes, or would; as --check has it
    Change,
    /// Its conversion rests on assumptions
    Review,
    /// No careful plan exists for it
    Refused,
    /// None: exit with 0 whatever becomes of the files, even of one that failed
    Never,
}

/// What is done with a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Show the patch (`--check` does so too).
    Diff,
    /// Replace the file.
    Write,
    /// Print the new file.
    Stdout,
    /// Print the table.
    Explain,
}

/// How results are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A patch on stdout, notes for people on stderr
    Text,
    /// One versioned document on stdout
    Json,
    /// Static analysis results (SARIF 2.1.0) with fixes, for code scanning
    Sarif,
    /// Annotations for GitHub workflows on stdout
    Github,
    /// The body of a pull request
    Markdown,
    /// One page for the review of many files
    Html,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// Where a person reads (NO_COLOR and CLICOLOR_FORCE are respected)
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Args {
    /// Reads what was typed.
    ///
    /// # Errors
    /// In clap's own voice: usage, or the help and version that were asked for.
    pub(super) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let args = Self::try_parse_from(args)?;
        let stdin = args.paths.iter().any(|path| path.as_os_str() == "-");
        let conflict = if stdin && args.paths.len() > 1 {
            "'-' (stdin) cannot be used with other paths"
        } else if args.stdin_filename.is_some() && !stdin {
            "'--stdin-filename' is only used with '-' (stdin)"
        } else if args.fail_on.contains(&Fate::Never) && (args.fail_on.len() > 1 || args.check) {
            "'--fail-on never' is only used alone"
        } else if args.prove.is_some() && !matches!(args.format, Format::Text | Format::Json | Format::Github)
        {
            "'--prove' is told with '--format text', 'json' or 'github'"
        } else if args.format != Format::Text && (args.stdout || args.explain) {
            "'--stdout' and '--explain' are only used with '--format text'; the other formats tell it all"
        } else {
            return Ok(args);
        };
        Err(Self::conflict(conflict))
    }

    /// Arguments that do not go together, in clap's voice.
    pub(super) fn conflict(message: impl Display) -> clap::Error {
        Self::command().error(ErrorKind::ArgumentConflict, message)
    }

    /// What is done with a conversion.
    pub(super) fn mode(&self) -> Mode {
        if self.write {
            Mode::Write
        } else if self.stdout {
            Mode::Stdout
        } else if self.explain {
            Mode::Explain
        } else {
            Mode::Diff
        }
    }
}

fn reason() -> impl TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::ALL.iter().map(|reason| reason.id()))
        .map(|id| Reason::of(&id).unwrap_or(Reason::Unreadable))
}

fn image(text: &str) -> Result<ImageReference, String> {
    ImageReference::parse(text)
        .ok_or_else(|| "not the name of an image, such as debian:bookworm-slim".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }
}
