//! The bytes of an entry and the chain they form. Pure: no clock, no file, no randomness.
//!
//! * [`entry`]: the hand-written little-endian envelope around a body (schemas/entry.md).
//! * [`body`]: the bincode encoding of events, commands and state; the only file that names bincode.
//! * [`confidential`]: fields beside the chain that an entry commits to; the only file that names
//!   chacha20poly1305 (schemas/confidential.md).
//! * [`command_ids`]: that no two commands have one id.
//! * [`clocks`]: recorded times that stand on an officer's word.
//! * [`hash`]: every BLAKE3 rule, domains separated; the only file that names blake3.
//! * [`signature`]: officers' signatures and their checks.
//! * [`walk`]: follows a sequence of entries and reports the first break ([`breaks`]).
//!
//! What it lacks on purpose: rules of the domain, storage, and any knowledge of trees.

pub mod body;
pub mod breaks;
pub mod clocks;
pub mod command_ids;
pub mod confidential;
pub mod entry;
pub mod hash;
pub mod signature;
pub mod walk;
