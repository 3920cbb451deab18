//! How sure it is that something is so when the image is built.
//!
//! The rule that makes plan and proof sound is in the questions: *dropping* something asks whether it is surely gone, or surely not
//! needed; *taking* something asks whether it may be needed; *copying* from the builder asks whether it is surely there; the
//! *proof* asks whether it is at least as sure as it was.

/// Surely not, maybe, surely; in this order, so that `min` is "both" and `max` is "either".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It is known not to be so.
    No,
    /// It depends on what can't be told: a condition, a command that no rule knows, files that were not seen.
    Maybe,
    /// It is so in every build that succeeds.
    Sure,
}

impl Certainty {
    /// Of a command that stands under a condition, or under none.
    pub fn under(is_condition: bool) -> Self {
        if is_condition { Self::Maybe } else { Self::Sure }
    }

    /// Whether it may be so: what taking something asks.
    pub fn is_possible(self) -> bool {
        self != Self::No
    }

    /// Whether it is surely so: what copying something asks.
    pub fn is_sure(self) -> bool {
        self == Self::Sure
    }
}
