//! The log folder end to end: published, read, cut off by power and full disks, tampered with.

#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

#[path = "archive/crash.rs"]
mod crash;
#[path = "archive/power.rs"]
mod power;
#[path = "archive/publish.rs"]
mod publish;
#[path = "archive/reread.rs"]
mod reread;
#[path = "archive/tamper.rs"]
mod tamper;

use earmark::archive::writer::{ArchiveWriter, Published};
use earmark::chain::entry::Sealed;
use earmark::chain::signature::{SeedSigner, Signer};
use earmark::error::{Error, Result};
use earmark::tlog::note::VerifierKey;
use std::path::Path;

const ORIGIN: &str = "budget.example.gov.cn/pudong";
const MINUTE: i64 = 60_000_000;

fn signer() -> SeedSigner {
    SeedSigner::new(&[9; 32])
}

fn key() -> VerifierKey {
    VerifierKey::new(ORIGIN, &signer().public_key()).unwrap()
}

/// Entries of about the length of real ones; no two alike.
fn entries(range: std::ops::Range<u64>) -> Vec<Sealed> {
    let entry = |index: u64| {
        let length = 40 + usize::try_from(index * 7919 % 90).unwrap();
        format!("entry {index} {}", "x".repeat(length)).into_bytes()
    };
    range.map(|index| Sealed::new(index, entry(index))).collect()
}

fn publish_at(writer: &mut ArchiveWriter, now_microseconds: i64) -> Result<Published> {
    writer.publish(&signer(), ORIGIN, now_microseconds, &mut |_| Ok(()))
}

/// Grows the log to `size` and publishes it.
fn grow(writer: &mut ArchiveWriter, size: u64) -> Published {
    writer.append(&entries(writer.size()..size)).unwrap();
    publish_at(writer, 0).unwrap()
}

/// A log published at each of these sizes in turn.
fn log_of(folder: &Path, sizes: &[u64]) {
    let mut writer = ArchiveWriter::open(folder).unwrap();
    for size in sizes {
        assert_eq!(grow(&mut writer, *size).size, *size);
    }
}

/// The text of an error without the part of it that names the folder of the test.
fn text(error: &Error, folder: &Path) -> String {
    error.to_string().replace(folder.to_str().unwrap(), "LOG")
}
