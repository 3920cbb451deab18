//! From a plan to a text, and the proof that it means the same.
//!
//! `edit` cuts the text, and nothing else does; `second_reader` reads the result with another parser than restage's own.

pub mod edit;
pub mod emit;
pub mod prove;
pub mod second_reader;
