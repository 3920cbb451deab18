//! The user's own tables.

use super::{reference, rows};
use restage::knowledge::packages::Belongs;
use restage::knowledge::{Distribution, Knowledge};

fn files(named: &[(&str, &str)]) -> Vec<(String, String)> {
    named.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn rows_of_the_user_win_and_add() {
    let bookworm = Distribution::Debian("bookworm".into());
    let knowledge = Knowledge::with_overlay(&files(&[
        ("packages.tsv", "# ours\npackage\tbelongs\tinstead\tprograms\town\ndebian/git\truntime\t-\t-\t-\r\ndebian/acme-agent\tbuilder\tacme-lib\t-\t-\n"),
        ("registries.tsv", "ghcr.io\tacme/mirror/\n"),
        ("image-families.tsv", "acme\tlanguage\tfull\truntime\t/\tacme\tacme\n"),
        ("python.toml", "not a table"),
        ("debian-libraries.tsv", "libacme-dev\tlibacme1\t=\tlibacme2"),
    ]))
    .expect("good tables");
    assert_eq!(knowledge.package_belongs("git", &bookworm), Belongs::Runtime);
    assert_eq!(knowledge.package_belongs("acme-agent", &bookworm), Belongs::Builder(vec!["acme-lib".into()]));
    assert_eq!(
        knowledge.package_belongs("libacme-dev", &bookworm),
        Belongs::Builder(vec!["libacme1".into()])
    );
    assert_eq!(knowledge.package_belongs("libpq-dev", &bookworm), Belongs::Builder(vec!["libpq5".into()]));
    assert!(
        knowledge
            .image(&reference("ghcr.io/acme/mirror/python:3.11-bookworm"))
            .is_some_and(|image| !image.presumed)
    );
    assert!(knowledge.image(&reference("acme:1-bookworm")).is_some());
    assert_eq!(Knowledge::embedded().package_belongs("acme-agent", &bookworm), Belongs::Unknown);
}

#[test]
fn a_bad_table_says_where_and_what_was_expected() {
    for row in rows(include_str!("overlay.txt")) {
        let [file, text, place, message] = row[..] else { panic!("four columns: {row:?}") };
        let text = text.replace("\\t", "\t").replace("\\n", "\n");
        let error = Knowledge::with_overlay(&files(&[(file, &text)])).expect_err(file);
        let found = error.span.map_or("-", |span| span.slice(&text)).replace('\t', " ");
        assert_eq!((found.as_str(), error.message.as_str()), (place, message), "{file}: {text}");
        assert_eq!((error.file.as_str(), &error.text), (file, &text));
    }
}
