//! What the tables of `rules/` answer: cases as data, and properties that hold for every row.
#![expect(clippy::expect_used, clippy::panic, reason = "a case that can't be read is a failed test")]

mod explain;
mod images;
mod languages;
mod overlay;
mod packages;
mod properties;

use restage::dockerfile::reference::ImageReference;

fn reference(text: &str) -> ImageReference {
    ImageReference::parse(text).expect(text)
}

/// Rows of a table written in a test: columns between two or more spaces.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
}
