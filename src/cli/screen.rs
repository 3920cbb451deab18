//! Puts strings on stdout and stderr. A reader that has gone away is no error.

use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use super::args::{Args, Color, Format, Mode};
use super::inputs::shown;
use super::progress::Progress;
use crate::report::batch::Batch;
use crate::report::tally::Tally;
use crate::report::text::{self, Look};
use crate::report::{
    Class, Failure, Report, diff, explain, github, html, json, markdown, sarif, shown as escape, verified,
};

/// The two streams, and how things are told on them.
pub(super) struct Screen {
    mode: Mode,
    format: Format,
    quiet: bool,
    /// Whether stdout gets colours.
    painted: bool,
    /// Whether stdout is read by a person, and not by a program that needs every byte.
    watched: bool,
    look: Look,
    /// Whether stdin's new file is printed: `--write -`.
    filter: bool,
    broken: bool,
    /// Whether a file was shown.
    begun: bool,
    /// From where the paths of the patch count, if not from the working directory.
    base: Option<String>,
    /// What was told, for the formats that are one document.
    batch: Batch,
    /// What would stand on stdout, where it goes to a file.
    output: Option<(PathBuf, String)>,
    statistics: bool,
    progress: Progress,
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
        let paints = args.output.is_none() && painted(AutoStream::choice(&io::stdout()));
        Self {
            mode: args.mode(),
            format: args.format,
            quiet: args.quiet,
            painted: paints,
            watched: paints || args.output.is_none() && io::stdout().is_terminal(),
            look: Look {
                color: painted(AutoStream::choice(&io::stderr())),
                verbose: args.verbose,
                alone: false,
            },
            filter: args.write && args.paths.iter().any(|path| path.as_os_str() == "-"),
            broken: false,
            begun: false,
            base: None,
            batch: Batch::default(),
            output: args.output.clone().map(|path| (path, String::new())),
            statistics: args.statistics,
            progress: Progress::default(),
        }
    }

    /// Before the first of so many files.
    pub(super) fn open(&mut self, files: usize) {
        self.look.alone = files == 1;
        if !self.quiet {
            self.progress = Progress::of(files);
        }
        if self.format == Format::Json {
            self.result(&json::head());
        }
    }

    /// Another run holds this folder, and this one waits for it.
    pub(super) fn waits(&mut self, folder: &Path) {
        if !self.quiet {
            let folder = shown(folder);
            self.talk(&format!(
                "another run of restage is writing in {folder}: this one waits until it is done\n"
            ));
        }
    }

    /// From where the paths of the patch count, if not from the working directory.
    pub(super) fn patch_from(&mut self, base: Option<String>) {
        self.base = base;
    }

    /// Something that stops nothing.
    pub(super) fn warning(&mut self, path: &str, failure: &Failure) {
        if self.format == Format::Github {
            self.result(&github::warning(path, failure));
        }
        if !self.quiet {
            self.talk(&text::warning(path, failure, self.look));
        }
        self.batch.unseen.push((path.to_owned(), failure.clone()));
    }

    /// One file.
    pub(super) fn show(&mut self, report: &Report) {
        self.progress.step();
        if report.class() == Class::NotChosen {
            return;
        }
        match self.format {
            Format::Json => self.result(&json::file(report, !self.begun)),
            Format::Github => self.result(&github::commands(report)),
            Format::Sarif | Format::Markdown | Format::Html => self.batch.reports.push(report.clone()),
            Format::Text => {
                if !self.quiet || report.class() == Class::Failed {
                    self.talk(&text::notes(report, self.look));
                }
                if let Some(verification) = report.verification.as_deref().filter(|_| !self.quiet) {
                    self.talk(&verified::text(&report.path, verification));
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
                let patch = self.for_its_reader(&report.patch());
                self.result(&if self.painted { diff::painted(&patch) } else { patch });
            }
            // A filter hands on what it does not change.
            Mode::Write if self.filter => {
                self.result(&self.for_its_reader(new().unwrap_or(&report.before)));
            }
            Mode::Write => {
                if let Some(rewrite) = report.conversion() {
                    let (recipe, safety) = (&rewrite.recipe, rewrite.safety().as_str());
                    self.result(&format!("converted {} ({recipe}, {safety})\n", report.path));
                }
            }
            Mode::Stdout => self.result(&self.for_its_reader(new().unwrap_or_default())),
            Mode::Explain => self.result(&explain::table(report)),
        }
    }

    /// A program gets every byte, a person nothing that drives the terminal.
    fn for_its_reader(&self, text: &str) -> String {
        if self.watched { escape::text(text) } else { text.to_owned() }
    }

    /// After the last file.
    ///
    /// # Errors
    /// The file of `--output`, where it can't be written, and why.
    pub(super) fn close(&mut self, tally: &Tally) -> Result<(), (PathBuf, Failure)> {
        match self.format {
            Format::Json => self.result(&json::tail(tally, &self.batch.unseen.clone())),
            Format::Sarif => self.result(&sarif::document(&self.batch)),
            Format::Markdown => self.result(&markdown::body(&self.batch)),
            Format::Html => self.result(&html::page(&self.batch)),
            Format::Text | Format::Github => {}
        }
        self.progress.clear();
        if !self.quiet {
            self.say_the_end(tally);
        }
        let Some((path, text)) = self.output.take() else { return Ok(()) };
        fs::write(&path, text)
            .map_err(|error| (path, Failure::new(format!("can't write the result: {error}"))))
    }

    fn say_the_end(&mut self, tally: &Tally) {
        if let (Format::Text, Mode::Diff, 1.., Some(base)) =
            (self.format, self.mode, tally.converted(), &self.base)
        {
            let told =
                format!("the paths of this patch count from {base}: apply it there (git -C DIR apply)\n");
            self.talk(&told);
        }
        if self.statistics {
            self.talk(&tally.statistics());
        }
        self.talk(&format!("{tally}\n"));
    }

    /// Talk in the look of this screen.
    pub(super) fn tell(&mut self, text: impl FnOnce(Look) -> String) {
        if !self.quiet {
            let told = text(self.look);
            self.talk(&told);
        }
    }

    /// A failure that leaves nothing to do.
    pub(super) fn failure(&mut self, path: &str, failure: &Failure) {
        self.talk(&text::failure(path, failure, self.look));
    }

    /// Writes to stdout.
    pub(super) fn result(&mut self, text: &str) {
        if self.broken || text.is_empty() {
            return;
        }
        if let Some((_, gathered)) = &mut self.output {
            gathered.push_str(text);
            return;
        }
        self.progress.clear();
        let mut stdout = io::stdout().lock();
        self.broken = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).is_err();
    }

    /// Whether stdout's reader has gone away.
    pub(super) fn broken(&self) -> bool {
        self.broken
    }
}

impl Screen {
    fn talk(&mut self, text: &str) {
        if !text.is_empty() {
            self.progress.clear();
            let _ = io::stderr().lock().write_all(text.as_bytes());
        }
    }
}
