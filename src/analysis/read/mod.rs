//! From the text of a line to what it does: `run` goes through the commands of a RUN, `words` expands them, `unwrap` takes
//! wrappers, shells and scripts off, `make` reads targets, `fetched` knows scripts by their addresses, `built` follows foreign sources, `ruled` asks the rules, `transfer` and `find` say which files a command means, `listed` which files its words stand in; `copy` reads COPY and ADD.

mod built;
pub mod copy;
mod fetched;
mod find;
mod listed;
pub mod make;
mod ruled;
pub mod run;
mod transfer;
pub mod unwrap;
mod words;
