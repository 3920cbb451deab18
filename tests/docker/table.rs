//! The sizes before and after: a line per case while the tests run, a table at their end.

use std::fmt::Write as _;
use std::{env, fs, io};

/// What became of one case.
#[derive(Debug)]
enum Outcome {
    /// Both images answered the same: bytes before and after.
    Compared(u64, u64),
    /// A difference, or something did not build or run.
    Failed,
    /// The base image that could not be had.
    Skipped(String),
}

/// A case of the table.
#[derive(Debug)]
pub(crate) struct Row {
    case: String,
    outcome: Outcome,
}

impl Row {
    /// A case whose images differ in nothing but size, in bytes.
    pub(crate) fn compared(case: &str, before: u64, after: u64) -> Self {
        Self { case: case.to_owned(), outcome: Outcome::Compared(before, after) }
    }

    /// A case that did not get that far.
    pub(crate) fn failed(case: &str) -> Self {
        Self { case: case.to_owned(), outcome: Outcome::Failed }
    }

    /// A case whose base image is not to be had.
    pub(crate) fn skipped(case: &str, image: &str) -> Self {
        Self { case: case.to_owned(), outcome: Outcome::Skipped(image.to_owned()) }
    }

    /// The new size by the old; 1 if unknown.
    pub(crate) fn ratio(&self) -> f64 {
        match self.outcome {
            #[expect(clippy::cast_precision_loss, reason = "sizes of images are far below 2^52")]
            Outcome::Compared(before, after) => after as f64 / before.max(1) as f64,
            _ => 1.0,
        }
    }

    fn cells(&self) -> [String; 4] {
        let [before, after, ratio] = match &self.outcome {
            Outcome::Compared(before, after) => {
                [megabytes(*before), megabytes(*after), format!("{:.3}", self.ratio())]
            }
            Outcome::Failed => ["failed".to_owned(), String::new(), String::new()],
            Outcome::Skipped(image) => {
                [format!("skipped: image not here: {image}"), String::new(), String::new()]
            }
        };
        [self.case.clone(), before, after, ratio]
    }
}

/// All cases so far.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Adds a case and says so.
    pub(crate) fn add(&mut self, row: Row) {
        if let Outcome::Compared(before, after) = row.outcome {
            println!(
                "{}: {} MB -> {} MB, ratio {:.3}",
                row.case,
                megabytes(before),
                megabytes(after),
                row.ratio()
            );
        }
        self.0.push(row);
    }

    /// Prints the table, and writes it to the file that RESTAGE_DOCKER_RESULTS names.
    pub(crate) fn write(&self) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<[String; 4]> = self.0.iter().map(Row::cells).collect();
        rows.sort();
        let mut text =
            "| case | before (MB) | after (MB) | ratio |\n| --- | ---: | ---: | ---: |\n".to_owned();
        for [case, before, after, ratio] in rows {
            writeln!(text, "| {case} | {before} | {after} | {ratio} |").map_err(io::Error::other)?;
        }
        println!("{text}");
        env::var_os("RESTAGE_DOCKER_RESULTS").map_or(Ok(()), |path| fs::write(path, &text))
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}", (bytes + 500_000) / 1_000_000)
}
