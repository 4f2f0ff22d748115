//! The built binary over a file system that fails or ends it at any call, sled's own calls too.
//!
//! `shim.c` is compiled with `cc` and stands between the program and the C library (LD_PRELOAD); where it
//! cannot be built or loaded these tests fail. Each trial prints what it failed at; `EARMARK_FAULTS=all`
//! tries every call instead of a choice by `EARMARK_SEED`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "test code"
)]

mod counts;
mod cut;
mod dice;
mod disk;
mod fail;
mod interrupt;
mod kept;
mod place;
mod power;
mod shim;

pub(crate) use dice::Dice;
pub(crate) use place::Place;
pub(crate) use shim::{Call, Fault, Mode};
