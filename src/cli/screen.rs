//! Puts strings on stdout and stderr. A reader that has gone away is no error.

use std::io::{self, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};

use super::args::{Args, Color, Format, Mode};
use super::inputs::shown;
use crate::report::tally::Tally;
use crate::report::text::{self, Look};
use crate::report::{Class, Failure, Report, diff, explain, github, json};

/// The two streams, and how things are told on them.
pub(super) struct Screen {
    mode: Mode,
    format: Format,
    quiet: bool,
    /// Whether stdout gets colours. The text itself is never filtered: a patch must keep every byte.
    painted: bool,
    look: Look,
    /// Whether stdin's new file is printed: `--write -`.
    filter: bool,
    broken: bool,
    /// Whether a file was shown.
    begun: bool,
    /// From where the paths of the patch count, if not from the working directory.
    base: Option<String>,
}

impl Screen {
    /// The streams as they were asked for.
    pub(super) fn new(args: &Args) -> Self {
        match args.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
        .write_global();
        let painted = |choice| choice != ColorChoice::Never;
        Self {
            mode: args.mode(),
            format: args.format,
            quiet: args.quiet,
            painted: painted(AutoStream::choice(&io::stdout())),
            look: Look {
                color: painted(AutoStream::choice(&io::stderr())),
                verbose: args.verbose,
                alone: false,
            },
            filter: args.write && args.paths.iter().any(|path| path.as_os_str() == "-"),
            broken: false,
            begun: false,
            base: None,
        }
    }

    /// Before the first of so many files.
    pub(super) fn open(&mut self, files: usize) {
        self.look.alone = files == 1;
        if self.format == Format::Json {
            self.result(&json::head());
        }
    }

    /// Another run holds this folder, and this one waits for it.
    pub(super) fn waits(&self, folder: &Path) {
        if !self.quiet {
            let folder = shown(folder);
            talk(&format!(
                "another run of restage is writing in {folder}: this one waits until it is done\n"
            ));
        }
    }

    /// From where the paths of the patch count, if not from the working directory.
    pub(super) fn patch_from(&mut self, base: Option<String>) {
        self.base = base;
    }

    /// Something that stops nothing.
    pub(super) fn warning(&self, path: &str, failure: &Failure) {
        if !self.quiet {
            talk(&text::warning(path, failure, self.look));
        }
    }

    /// One file.
    pub(super) fn show(&mut self, report: &Report) {
        match self.format {
            Format::Json => self.result(&json::file(report, !self.begun)),
            Format::Github => self.result(&github::commands(report)),
            Format::Text => {
                if !self.quiet || report.class() == Class::Failed {
                    talk(&text::notes(report, self.look));
                }
                self.text_result(report);
            }
        }
        self.begun = true;
    }

    fn text_result(&mut self, report: &Report) {
        let new = || report.conversion().map(|rewrite| rewrite.text.as_str());
        match self.mode {
            Mode::Diff => {
                let patch = report.patch();
                self.result(&if self.painted { diff::painted(&patch) } else { patch });
            }
            // A filter hands on what it does not change.
            Mode::Write if self.filter => self.result(new().unwrap_or(&report.before)),
            Mode::Write => {
                if let Some(rewrite) = report.conversion() {
                    let (recipe, safety) = (&rewrite.recipe, rewrite.safety().as_str());
                    self.result(&format!("converted {} ({recipe}, {safety})\n", report.path));
                }
            }
            Mode::Stdout => self.result(new().unwrap_or_default()),
            Mode::Explain => self.result(&explain::table(report)),
        }
    }

    /// After the last file.
    pub(super) fn close(&mut self, tally: &Tally) {
        if self.format == Format::Json {
            self.result(&json::tail(tally));
        }
        if self.quiet {
            return;
        }
        if let (Format::Text, Mode::Diff, 1.., Some(base)) =
            (self.format, self.mode, tally.converted(), &self.base)
        {
            talk(&format!("the paths of this patch count from {base}: apply it there (git -C DIR apply)\n"));
        }
        talk(&format!("{tally}\n"));
    }

    /// A failure that leaves nothing to do.
    pub(super) fn failure(&self, path: &str, failure: &Failure) {
        talk(&text::failure(path, failure, self.look));
    }

    /// Writes to stdout.
    pub(super) fn result(&mut self, text: &str) {
        if self.broken || text.is_empty() {
            return;
        }
        let mut stdout = io::stdout().lock();
        self.broken = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_err();
    }

    /// Whether stdout's reader has gone away.
    pub(super) fn broken(&self) -> bool {
        self.broken
    }
}

fn talk(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
