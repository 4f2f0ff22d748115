//! Our trees, proofs and notes against those of others: the crate `ct-merkle`, which stands for RFC
//! 6962 as somebody else reads it.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "test code"
)]

mod crates;
mod grown;
