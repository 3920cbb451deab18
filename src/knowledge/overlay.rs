//! The user's own tables, laid over the embedded ones.
//!
//! A file `packages.tsv` of `--rules DIR` overlays the table of that name row by row: a row with a known key replaces it, another is
//! added. Rows have the columns of the embedded table, in any order of keys; comments and the line of column names may be left out.

use super::Knowledge;
use super::table::{Overlay, Table};
use super::tables::ALL;
use crate::dockerfile::span::Span;
use crate::rule_error::RuleError;
use std::collections::BTreeMap;

/// Ending of the names of tables; other files of a folder are not tables.
const ENDING: &str = ".tsv";

impl Knowledge {
    /// The embedded tables, and over them those of the user: pairs of file name and text, later files win. Files whose name does not end
    /// in `.tsv` are left to others.
    ///
    /// # Errors
    /// The first line that can't be a row of its table, with its place.
    pub fn with_overlay(files: &[(String, String)]) -> Result<Self, RuleError> {
        let mut overlay = Overlay::new();
        for (file, text) in files.iter().filter(|(file, _)| file.ends_with(ENDING)) {
            let fail = |span: Option<Span>, message: String| RuleError {
                file: file.clone(),
                span,
                text: text.clone(),
                message,
            };
            let Some(table) = ALL.iter().find(|table| table.file == file) else {
                let names = ALL.iter().map(|table| table.file).collect::<Vec<_>>().join(", ");
                return Err(fail(None, format!("no table has this name, expected one of {names}")));
            };
            let rows = read(table, text).map_err(|(span, message)| fail(Some(span), message))?;
            overlay.entry(table.file).or_default().extend(rows);
        }
        Ok(Self { overlay })
    }
}

/// The rows of a user's table by key, or the place where it goes wrong and how.
fn read(table: &Table, text: &str) -> Result<BTreeMap<String, String>, (Span, String)> {
    let mut rows = BTreeMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let row = line.trim_end_matches(['\n', '\r']);
        let span = Span::new(start, start + row.len());
        start += line.len();
        if row.is_empty() || row.starts_with('#') || row.split('\t').eq(table.columns.iter().copied()) {
            continue;
        }
        check(table, row, span)?;
        let key = row.split('\t').next().unwrap_or_default().to_owned();
        if rows.insert(key.clone(), row.to_owned()).is_some() {
            return Err((span, format!("`{key}` stands in this file twice")));
        }
    }
    Ok(rows)
}

/// Checks one row, which lies at `span`.
fn check(table: &Table, row: &str, span: Span) -> Result<(), (Span, String)> {
    let count = row.split('\t').count();
    if count != table.columns.len() {
        let columns = table.columns.join(", ");
        let expected = table.columns.len();
        return Err((span, format!("{count} columns, expected {expected} with tabs between: {columns}")));
    }
    let mut start = span.start;
    for (cell, column) in row.split('\t').zip(table.columns) {
        let place = Span::new(start, start + cell.len());
        start = place.end + 1;
        if cell.trim().is_empty() {
            return Err((place, format!("the column `{column}` is empty, expected a value or `-` for none")));
        }
        if cell.trim() != cell {
            return Err((
                place,
                format!("blanks around the column `{column}`, expected tabs only between columns"),
            ));
        }
        let words = table.words.iter().find(|(name, _)| name == column);
        if let Some((_, words)) = words.filter(|(_, words)| !words.contains(&cell)) {
            return Err((
                place,
                format!("`{cell}` can't be the column `{column}`, expected one of {}", words.join(", ")),
            ));
        }
    }
    let key = row.split('\t').next().unwrap_or_default();
    if table.keys.is_empty() || table.keys.iter().any(|start| key.starts_with(start)) {
        return Ok(());
    }
    let place = Span::new(span.start, span.start + key.len());
    Err((
        place,
        format!(
            "`{key}` can't be a key of this table, expected one that starts with {}",
            table.keys.join(", ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_tables_hold_what_is_asked_of_the_users() {
        for table in ALL {
            assert_eq!(read(table, table.body()).err(), None, "{}", table.file);
        }
    }
}
