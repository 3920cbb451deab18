//! What restage promises, as properties: of every case folder, and of generated Dockerfiles with contexts.
//!
//! `kept` asks whether kept lines keep their bytes and whether the proof accepts what restage writes.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test reads its cases, and one that can not go on has failed"
)]

mod generated;
mod kept;
mod seed;
