//! From a plan to a text, and the proof that it means the same.

pub mod emit;
pub mod prove;
pub mod second_reader;
