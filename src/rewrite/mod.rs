//! From a plan to a text: the only place that spells Dockerfile text.
//!
//! `edit` cuts the text and `spell` writes new lines, and nothing else does.

pub mod amend;
pub mod edit;
pub mod emit;
pub mod spell;
