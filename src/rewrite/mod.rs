//! Turning a plan into a new text.
//!
//! `edit` cuts the text, and nothing else does; `second_reader` reads the result with another parser than restage's own.

pub mod edit;
pub mod second_reader;
