//! `docs/reasons.md` is what `--explain-reason` prints, and its examples are refused as it says.

use crate::world::{World, out, told};
use restage::note::Reason;

#[test]
fn every_reason_has_a_section_with_an_example_and_what_to_do() {
    for reason in Reason::ALL {
        let text = reason.explanation();
        assert!(text.contains("\n```"), "{} has no example", reason.id());
        assert!(text.contains("\nWhat to do: "), "{} does not say what to do", reason.id());
    }
    let page = include_str!("../../docs/reasons.md");
    for id in page.lines().filter_map(|line| line.strip_prefix("## ")) {
        assert!(Reason::of(id).is_some(), "docs/reasons.md explains {id}, which is no reason");
    }
}

#[test]
fn the_examples_are_what_they_say() {
    let world = World::new(&[]);
    for reason in Reason::ALL {
        let Some((_, rest)) = reason.explanation().split_once("```dockerfile\n") else { continue };
        world.write("Dockerfile", rest.split("```").next().unwrap());
        let output = world.restage(&["-v", "Dockerfile"]);
        assert!(told(&output).contains(&format!("[{}]", reason.id())), "{}: {}", reason.id(), told(&output));
    }
}

#[test]
fn a_reason_is_explained_or_a_near_one_is_named() {
    let world = World::new(&[]);
    let output = world.restage(&["--explain-reason", "floating-tag"]);
    assert!(
        out(&output).starts_with("floating-tag\n\nThe tag of the base image names no release"),
        "{}",
        out(&output)
    );
    let output = world.restage(&["--explain-reason", "floating-tags"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("floating-tag"), "{}", told(&output));
}
