//! What an engine said of a conversion: a table for people, an object for programs.

use serde::Serialize;

use crate::verify::Verification;
use crate::verify::figures::Figures;
use crate::verify::finding::Remedy;

/// How many groups of left files are told to people.
const GROUPS: usize = 6;

/// The verdict, the figures, what was found and what was left behind, a line each.
pub fn text(path: &str, verification: &Verification) -> String {
    let mut lines = vec![verdict(path, verification)];
    if let Some(after) = &verification.after {
        lines.extend(table(&verification.before, after));
    }
    for finding in &verification.findings {
        lines.push(format!("  {}: {}", finding.kind.id(), finding.message));
        lines.extend(finding.remedies.first().map(|remedy| format!("    would mend it: {remedy}")));
    }
    lines.extend(
        verification.added.iter().map(|remedy| format!("  added because the engine asked for it: {remedy}")),
    );
    let settled = verification.settled.iter();
    lines.extend(settled.map(|(reason, how)| format!("  verified[{}]: {how}", reason.id())));
    lines.extend(left(verification));
    lines.join("\n") + "\n"
}

fn verdict(path: &str, verification: &Verification) -> String {
    match (verification.holds(), verification.added.is_empty(), verification.asked) {
        (true, true, true) => format!("{path}: verified: both images were built, compared and answer alike"),
        (true, true, false) => format!("{path}: verified: both images were built and compared"),
        (true, false, _) => format!("{path}: verified after a repair"),
        (false, ..) => format!("{path}: not verified: {} found", verification.findings.len()),
    }
}

/// One row a figure: before, after, ratio.
fn table(before: &Figures, after: &Figures) -> Vec<String> {
    let rows: [(&str, f64, f64, usize); 7] = [
        ("size (MB)", megabytes(before.size), megabytes(after.size), 1),
        ("layers", count(before.layers), count(after.layers), 0),
        ("files", count(before.files), count(after.files), 0),
        ("packages", count(before.packages), count(after.packages), 0),
        ("setuid files", count(before.setuid), count(after.setuid), 0),
        ("compilers", count(before.compilers), count(after.compilers), 0),
        ("build (s)", before.build.as_secs_f64(), after.build.as_secs_f64(), 1),
    ];
    let row = |(name, old, new, digits): (&str, f64, f64, usize)| {
        let ratio = if old > 0.0 { format!("{:.3}", new / old) } else { "-".to_owned() };
        format!("  {name:<13}{old:>10.digits$} →{new:>10.digits$}   {ratio}")
    };
    rows.into_iter().map(row).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "shown as a whole number")]
fn count(number: usize) -> f64 {
    number as f64
}

fn left(verification: &Verification) -> Option<String> {
    let mut groups: Vec<(&String, &usize)> = verification.left.iter().collect();
    groups.sort_by_key(|(name, files)| (std::cmp::Reverse(**files), name.as_str()));
    let more = groups.len().saturating_sub(GROUPS);
    let named = groups.iter().take(GROUPS).map(|(name, files)| format!("{name} ({files})"));
    let mut named: Vec<String> = named.collect();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    (!named.is_empty()).then(|| format!("  left behind: {}", named.join(", ")))
}

/// What `--format json` tells of a verification.
#[derive(Serialize)]
pub struct Verified<'a> {
    holds: bool,
    asked: bool,
    before: Numbers,
    after: Option<Numbers>,
    findings: Vec<Found<'a>>,
    added: Vec<String>,
    /// Ids of the assumptions that the images settle, with how.
    settled: Vec<(&'static str, &'static str)>,
    /// Files that only the old image has, by who brought them.
    left_behind: &'a std::collections::BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Numbers {
    bytes: u64,
    layers: usize,
    files: usize,
    packages: usize,
    setuid_files: usize,
    compilers: usize,
    build_seconds: f64,
}

#[derive(Serialize)]
struct Found<'a> {
    id: &'static str,
    subject: &'a str,
    message: &'a str,
    remedies: Vec<String>,
}

impl<'a> Verified<'a> {
    /// The object of one file.
    pub fn of(verification: &'a Verification) -> Self {
        let found = verification.findings.iter().map(|finding| Found {
            id: finding.kind.id(),
            subject: &finding.subject,
            message: &finding.message,
            remedies: finding.remedies.iter().map(Remedy::to_string).collect(),
        });
        Self {
            holds: verification.holds(),
            asked: verification.asked,
            before: Numbers::of(&verification.before),
            after: verification.after.as_ref().map(Numbers::of),
            findings: found.collect(),
            added: verification.added.iter().map(Remedy::to_string).collect(),
            settled: verification.settled.iter().map(|(reason, how)| (reason.id(), *how)).collect(),
            left_behind: &verification.left,
        }
    }
}

impl Numbers {
    fn of(figures: &Figures) -> Self {
        Self {
            bytes: figures.size,
            layers: figures.layers,
            files: figures.files,
            packages: figures.packages,
            setuid_files: figures.setuid,
            compilers: figures.compilers,
            build_seconds: figures.build.as_secs_f64(),
        }
    }
}
