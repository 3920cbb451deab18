//! From a plan to a text: the only place that spells Dockerfile text.
//!
//! `edit` cuts the text, and nothing else does.

pub mod edit;
pub mod emit;
