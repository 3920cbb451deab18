//! What holds for every row, and for any text.

use super::reference;
use proptest::prelude::*;
use restage::dockerfile::reference::ImageReference;
use restage::knowledge::images::Variant;
use restage::knowledge::{Distribution, Knowledge};

/// Rows of a table of `rules/`, cells by column.
fn table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

#[test]
fn every_full_python_has_a_slim_counterpart_on_the_same_release() {
    let knowledge = Knowledge::embedded();
    let mut seen = 0;
    for row in table(include_str!("../../rules/image-versions.tsv")) {
        let (name, suites, slim_suites) = (row[0], row[6], row[7]);
        if !name.starts_with("python:") || slim_suites == "-" {
            continue;
        }
        let tags = suites
            .split(' ')
            .filter(|suite| slim_suites.contains(suite))
            .map(|suite| format!("{name}-{suite}"));
        for tag in tags.chain([name.to_owned()]) {
            let from = reference(&tag);
            let full = knowledge.image(&from).expect(&tag);
            let slim = knowledge.slim_counterpart(&from).and_then(|slim| knowledge.image(&slim)).expect(&tag);
            assert_eq!(
                (slim.variant, slim.distribution, slim.version),
                (Variant::Slim, full.distribution, full.version),
                "{tag}"
            );
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen} tags");
}

#[test]
fn every_tag_of_the_tables_is_understood_and_pins_to_its_own_release() {
    let knowledge = Knowledge::embedded();
    let tags = table(include_str!("../../rules/image-tags.tsv")).map(|row| row[0]);
    for name in tags.chain(table(include_str!("../../rules/image-versions.tsv")).map(|row| row[0])) {
        let from = reference(name);
        let image = knowledge.image(&from).expect(name);
        if let Some(pinned) = knowledge.pinned(&from) {
            let same = knowledge.image(&pinned).expect(name);
            assert_eq!(
                (same.distribution, same.floats),
                (image.distribution.clone(), false),
                "{name} as {pinned}"
            );
        }
        let bare = knowledge.distribution_image(&image.distribution, &from).expect(name);
        assert_eq!(knowledge.image(&bare).map(|bare| bare.distribution), Some(image.distribution), "{bare}");
    }
}

fn distributions() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        "[a-z]{0,8}|bookworm".prop_map(Distribution::Debian),
        "jammy|noble|x".prop_map(Distribution::Ubuntu),
        "3\\.[0-9]{1,2}|edge|9999999999999".prop_map(Distribution::Alpine),
        "el9".prop_map(Distribution::Rhel),
    ]
}

proptest! {
    #[test]
    fn any_name_gets_an_answer(name in "\\PC{0,24}", dashed in "[a-z0-9:=~@*+./-]{0,24}", on in distributions()) {
        let knowledge = Knowledge::embedded();
        let image = knowledge.image(&reference("python:3.11-bookworm")).expect("a known image");
        for name in [name.as_str(), dashed.as_str()] {
            let _ = knowledge.package_belongs(name, &on);
            let _ = knowledge.package_of_program(name, &on);
            let _ = (knowledge.program_in_slim(name, &on), knowledge.package_in_slim(name, &on));
            let _ = knowledge.python_package(name, &image, true, &[name.to_owned()]);
            let _ = knowledge.go_module(name, &image);
            let _ = knowledge.explain_package(name, &image);
            if let Some(reference) = ImageReference::parse(name) {
                let _ = knowledge.explain_image(&reference);
            }
        }
    }

    #[test]
    fn any_tag_gets_an_answer(family in "python|golang|rust|debian|ubuntu|alpine|buildpack-deps", tag in "[0-9a-z][0-9a-z.-]{0,20}") {
        let knowledge = Knowledge::embedded();
        let from = reference(&format!("{family}:{tag}"));
        let _ = knowledge.explain_image(&from);
        if let Some(slim) = knowledge.slim_counterpart(&from) {
            prop_assert_eq!(knowledge.slim_counterpart(&slim), Some(slim.clone()));
        }
    }

    #[test]
    fn any_table_of_the_user_is_read_or_refused_in_place(text in "([a-z/.-]{1,8}[\t\n ]?){0,12}|\\PC{0,40}") {
        let files = [("packages.tsv".to_owned(), text.clone())];
        if let Err(error) = Knowledge::with_overlay(&files) {
            let span = error.span.expect("a place");
            prop_assert!(text.get(span.start..span.end).is_some());
        }
    }
}
