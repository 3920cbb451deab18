//! restage turns a single-stage Dockerfile into a multi-stage one.
//!
//! The modules stand in the order of the pipeline; [`pipeline::restage`] is the whole of it in one screen.

pub mod analysis;
pub mod cli;
pub mod context;
pub mod dockerfile;
pub mod knowledge;
pub mod note;
pub mod pipeline;
pub mod plan;
pub mod prove;
pub mod recipe;
pub mod report;
pub mod rewrite;
pub mod rule_error;
mod select;
pub mod verify;
