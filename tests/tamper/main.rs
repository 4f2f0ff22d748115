//! Damage and fraud of every kind: `verify` names the first bad entry or file and never calls a log
//! whole that is not; opening heals what it can without losing an entry that verifies.
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
    reason = "test code"
)]

#[path = "../both/mod.rs"]
mod both;
#[path = "../house/mod.rs"]
mod house;

mod book;
mod bookmark;
mod breaches;
mod caches;
mod claims;
mod clock;
mod entries;
mod files;
mod large;
mod live;
mod recovery;
mod refused;
mod store;
