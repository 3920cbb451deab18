//! Tables: sorted lines of text, looked up where they lie.
//!
//! A table of `rules/` is tab-separated text: comment lines with `#`, one line of column names, then rows sorted by the
//! bytes of their first column. Embedded, that is all an index needs: a look-up is a binary search over the text, and
//! nothing is read at start-up. A user's table of the same name is laid over it row by row.

use std::collections::BTreeMap;

/// One embedded table.
#[derive(Debug)]
pub(super) struct Table {
    /// Name of its file in `rules/`, by which a user's file overlays it.
    pub file: &'static str,
    /// Names of its columns; the first is the key.
    pub columns: &'static [&'static str],
    /// The whole file.
    text: &'static str,
    /// Byte offset of the first row in `text`.
    body: usize,
    /// Columns that hold one of a few words, and those words.
    pub(super) words: &'static [(&'static str, &'static [&'static str])],
    /// What keys start with; anything where empty.
    pub(super) keys: &'static [&'static str],
}

impl Table {
    /// The table in `text`, which starts with comments and a line of column names.
    pub(super) const fn new(
        file: &'static str,
        columns: &'static [&'static str],
        text: &'static str,
    ) -> Self {
        let bytes = text.as_bytes();
        let mut body = 0;
        let mut comment = true;
        while comment && body < bytes.len() {
            comment = bytes[body] == b'#';
            while body < bytes.len() && bytes[body] != b'\n' {
                body += 1;
            }
            body += 1;
        }
        Self { file, columns, text, body, words: &[], keys: &[] }
    }

    /// The same table, with columns that hold one of a few words.
    pub(super) const fn words(self, words: &'static [(&'static str, &'static [&'static str])]) -> Self {
        Self { words, ..self }
    }

    /// The same table, with keys that start with one of these.
    pub(super) const fn keys(self, keys: &'static [&'static str]) -> Self {
        Self { keys, ..self }
    }

    /// Its rows without comments and column names.
    pub(super) fn body(&self) -> &'static str {
        self.text.get(self.body..).unwrap_or_default()
    }

    /// What the file says of itself: the comment lines, without `#`.
    pub(super) fn about(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim)
    }

    /// The rows from the first whose key is not less than `key`.
    fn from(&self, key: &str) -> &'static str {
        let body = self.body();
        let bytes = body.as_bytes();
        let (mut low, mut high) = (0, body.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start =
                bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1).max(low);
            let end = bytes[middle..]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(body.len(), |at| middle + at + 1);
            let line = body.get(start..end).unwrap_or_default();
            if key_of(line) < key {
                low = end;
            } else {
                high = start;
            }
        }
        body.get(low..).unwrap_or_default()
    }
}

/// The first column of a line.
fn key_of(line: &str) -> &str {
    line.split(['\t', '\n']).next().unwrap_or_default()
}

/// One row, of the user's table or else of the embedded one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    columns: &'static [&'static str],
    line: &'a str,
}

impl<'a> Row<'a> {
    /// First column.
    pub(super) fn key(&self) -> &'a str {
        key_of(self.line)
    }

    /// A column by name; empty where it holds `-` or is not there.
    pub(super) fn get(&self, column: &str) -> &'a str {
        let index = self.columns.iter().position(|name| *name == column);
        match index.and_then(|index| self.line.split('\t').nth(index)) {
            None | Some("-") => "",
            Some(value) => value,
        }
    }

    /// A column that says `=` where it holds what the one to the left holds; empty as with [`Row::get`].
    pub(super) fn across(&self, column: &str) -> &'a str {
        let Some(index) = self.columns.iter().position(|name| *name == column) else { return "" };
        let cells = self.line.split('\t').take(index + 1).skip(1).filter(|cell| *cell != "=");
        cells.last().filter(|cell| *cell != "-").unwrap_or_default()
    }

    /// The words of a column.
    pub(super) fn words(&self, column: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get(column).split_ascii_whitespace()
    }
}

/// Rows of users' tables, by table file and key: whole lines.
pub(super) type Overlay = BTreeMap<&'static str, BTreeMap<String, String>>;

/// The row of a key.
pub(super) fn row<'a>(overlay: &'a Overlay, table: &Table, key: &str) -> Option<Row<'a>> {
    let columns = table.columns;
    if let Some(line) = overlay.get(table.file).and_then(|rows| rows.get(key)) {
        return Some(Row { columns, line });
    }
    let line = table.from(key).lines().next()?;
    (key_of(line) == key).then_some(Row { columns, line })
}

/// All rows whose key starts with `prefix`: the user's first, then the embedded ones that they do not replace.
pub(super) fn rows<'a>(
    overlay: &'a Overlay,
    table: &Table,
    prefix: &'a str,
) -> impl Iterator<Item = Row<'a>> + use<'a> {
    let columns = table.columns;
    let own = overlay.get(table.file);
    let over = own.into_iter().flat_map(move |rows| {
        rows.range(prefix.to_owned()..).map_while(move |(key, line)| key.starts_with(prefix).then_some(line))
    });
    let embedded = table.from(prefix).lines().take_while(move |line| line.starts_with(prefix));
    over.map(String::as_str)
        .chain(embedded.filter(move |line| own.is_none_or(|rows| !rows.contains_key(key_of(line)))))
        .map(move |line| Row { columns, line })
}

#[cfg(test)]
mod tests {
    use super::super::tables::ALL;
    use super::*;

    #[test]
    fn tables_are_sorted_and_whole() {
        for table in ALL {
            let head: Vec<&str> = table.text[..table.body].lines().collect();
            assert_eq!(
                head.last().map(|line| line.split('\t').collect::<Vec<_>>()),
                Some(table.columns.to_vec())
            );
            assert!(
                head.len() > 1 && head.iter().any(|line| line.contains("Source:")),
                "{} names its source",
                table.file
            );
            let mut before = "";
            for line in table.body().lines() {
                let row = Row { columns: table.columns, line };
                assert!(before < row.key(), "{}: {} stands after {before}", table.file, row.key());
                before = row.key();
            }
            assert!(table.text.ends_with('\n'), "{}", table.file);
        }
    }

    #[test]
    fn every_row_is_found_by_its_key_and_nothing_else_is() {
        let overlay = Overlay::new();
        for table in ALL {
            for line in table.body().lines() {
                let key = key_of(line);
                assert_eq!(row(&overlay, table, key).map(|row| row.line), Some(line), "{} {key}", table.file);
                assert!(row(&overlay, table, &format!("{key}~")).is_none());
            }
            assert!(row(&overlay, table, "").is_none() && row(&overlay, table, "~").is_none());
        }
    }
}
