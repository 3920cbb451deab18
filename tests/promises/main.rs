//! What restage promises, as properties: of every case folder, and of generated Dockerfiles with contexts.
//!
//! `kept` asks whether kept lines keep their bytes and whether the proof accepts what restage writes. `careful` and
//! `spelling` compare the outcome of a file with that of a variation of it: one that may run less is never judged more lightly,
//! one that only spells otherwise is judged the same. What may differ stands as data in `carried`, with the reason.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test reads its cases, and one that can not go on has failed"
)]

mod careful;
mod carried;
mod generated;
mod kept;
mod seed;
mod spelling;
