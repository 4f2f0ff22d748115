//! Our trees, proofs, notes and checkpoints against those of others: the crate `ct-merkle`, and Go's
//! `golang.org/x/mod/sumdb`, which the checksum database of Go stands on.
//!
//! Go is run where it is on the path (Debian: golang-go, golang-golang-x-mod-dev); with
//! `EARMARK_GO=1` its absence is a failure.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "test code"
)]

mod crates;
mod go;
mod grown;
mod notes;
