//! The format: golden vectors that no release may change, the page that describes them, and hostile
//! bytes.
//!
//! `tests/golden/` is append-only. A vector that is missing is an error, and so is one that differs;
//! `EARMARK_GOLDEN_WRITE=1 cargo test --test format` adds the missing ones and changes none.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "test code"
)]

mod forms;
mod golden;
mod hostile;
mod office;
mod orders;
mod page;
mod samples;
