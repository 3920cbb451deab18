//! Reading: the text of a Dockerfile, losing nothing.
//!
//! `scan` cuts the text into a [`document::Document`] exactly as BuildKit does; `shell` reads the commands of a RUN;
//! `variables` expands what BuildKit expands; `reference` takes an image name apart.

mod arguments;
pub mod bounds;
pub mod conflict;
mod directives;
pub mod document;
mod heredoc;
pub mod instruction;
mod json;
mod lexer;
pub(crate) mod lines;
mod pattern;
pub mod pragma;
pub mod reference;
mod scan;
pub mod shell;
pub mod span;
pub mod variables;
