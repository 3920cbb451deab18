//! How fast Dockerfiles are read, on one core: `cargo bench --bench scan`.
#![expect(clippy::disallowed_methods, reason = "a benchmark stands outside of the core and reads files")]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use restage::dockerfile::document::Document;
use restage::dockerfile::shell::parse;
use std::path::Path;

fn main() {
    divan::main();
}

/// The Dockerfiles of all cases.
fn cases() -> Vec<String> {
    fn gather(folder: &Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                gather(&entry.path(), texts);
            } else if entry.file_name() == "Dockerfile" {
                texts.extend(std::fs::read_to_string(entry.path()));
            }
        }
    }
    let mut texts = Vec::new();
    gather(Path::new("tests/cases"), &mut texts);
    texts
}

/// Instructions, flags and arguments of every case, file by file.
#[divan::bench]
fn files(bencher: Bencher<'_, '_>) {
    let texts = cases();
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for text in &texts {
            let _ = black_box(Document::parse(text.as_str()));
        }
    });
}

/// The same in one file of about a megabyte.
#[divan::bench]
fn megabyte(bencher: Bencher<'_, '_>) {
    let readable = |text: &String| Document::parse(text.as_str()).is_ok();
    let one: String = cases().into_iter().filter(readable).map(|text| text + "\n").collect();
    let text = one.repeat((1 << 20) / one.len().max(1) + 1);
    bencher.counter(BytesCount::new(text.len())).bench(|| black_box(Document::parse(text.as_str())));
}

/// The shell text of every case.
#[divan::bench]
fn shell(bencher: Bencher<'_, '_>) {
    let documents: Vec<Document> =
        cases().into_iter().filter_map(|text| Document::parse(text).ok()).collect();
    let texts: Vec<_> = documents
        .iter()
        .flat_map(|document| document.instructions.iter().filter_map(|one| document.shell_text(one)))
        .collect();
    let bytes: usize = texts.iter().map(|text| text.text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for text in &texts {
            black_box(parse(text));
        }
    });
}
