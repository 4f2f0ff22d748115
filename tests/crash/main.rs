//! What a ledger promises when things break: processes killed, disks full, read-only or failing,
//! clocks wrong, a second writer.
// profile: optimised
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "test code"
)]

#[path = "../house/mod.rs"]
mod house;

mod clock;
mod disk;
mod fault;
mod kill;
mod whole;
