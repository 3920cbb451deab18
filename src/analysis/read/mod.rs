//! From the text of a line to what it does.
//!
//! `run` goes through the commands of a RUN, `words` expands them, `sets` keeps what they set, `unwrap` takes wrappers, shells and
//! scripts off, `make` reads targets, `fetched` knows scripts by their addresses, `ruled` asks the rules, `built` follows foreign
//! sources, `transfer` and `find` say which files a command means, `listed` which files its words stand in; `copy` reads COPY and ADD.

mod built;
pub mod copy;
mod fetched;
mod find;
mod listed;
pub mod make;
mod ruled;
pub mod run;
mod sets;
mod transfer;
pub mod unwrap;
mod words;
