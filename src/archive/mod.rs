//! The published log folder (C2SP tlog-tiles): the second copy of every entry, in a public format.
//!
//! * [`writer`]: grows the folder and publishes it in an order that survives a power cut.
//! * [`reader`]: entries and tiles of the published log, without a lock.
//! * [`proofs`]: inclusion and consistency proofs out of the tiles.
//! * [`check`]: re-hashes every byte and names each file that is wrong.
//! * [`scan`]: whatever entries a damaged folder still holds, for recovery.
//! * [`copy`](mod@copy): the log of somewhere else, with its tree built anew.
//! * [`foreign`], [`package`]: logs that strangers handed over, read-only.
//! * [`medium`]: the file system as a small trait, and one that fails for tests.
//!
//! schemas/log.md fixes the files. What it lacks on purpose: what an entry says, whether entries
//! chain, keys, and the decision what to do about damage.

pub mod check;
pub mod copy;
pub mod damage;
pub mod foreign;
pub mod medium;
pub mod package;
pub mod proofs;
pub mod reader;
pub mod scan;
pub mod writer;

mod durable;
mod folder;
mod listing;
mod ordered;
mod reread;
mod standing;
mod superseded;

use std::sync::LazyLock;

/// Threads to hash with: as many as the machine runs at once, up to a number beyond which they only
/// wait for the disk and each other.
fn threads() -> usize {
    static THREADS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from).min(8));
    *THREADS
}
