//! Caches that a home keeps of logs it has read, sealed under its own key (schemas/home.md).
//!
//! For whoever has no log key: a package, a copy or a restored ledger has no cache that the log key
//! signed. One that does not fit costs time, never truth: the log is read instead. What fails as one is
//! read or left is no failure of the read.

use super::cache::{Cache, Made, Opened, Shape};
use crate::chain::hash::Hash;
use crate::edge::durable::{self, Readers};
use crate::edge::local::LocalKeyFile;
use crate::error::Result;
use crate::tlog::tree::sha256;
use std::path::PathBuf;

const SEALED: Shape = Shape { magic: *b"EARMHOM2", voucher_bytes: 32 };
/// What the front is sealed for.
const PURPOSE: &str = "cache front";
/// A read leaves a cache where it had to follow so many entries.
pub const DISTANCE: u64 = 10_000;

/// The caches of a home.
#[derive(Debug, Clone)]
pub struct HomeCaches {
    folder: PathBuf,
    key: LocalKeyFile,
    distance: u64,
}

impl HomeCaches {
    /// The caches in `folder`, which need not exist yet, sealed under `key`; a read that followed `distance`
    /// entries or more leaves one.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, key: LocalKeyFile, distance: u64) -> Self {
        Self { folder: folder.into(), key, distance }
    }

    /// The file of the cache of the log of `origin`.
    #[must_use]
    pub fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(sha256(origin.as_bytes()).to_string())
    }

    /// True if a read that had to follow so many entries leaves a cache.
    pub(super) fn is_due(&self, followed: u64) -> bool {
        followed >= self.distance
    }

    /// The cache of the log of `origin`, which has `size` entries, if this home sealed it.
    pub(super) fn open(&self, origin: &str, size: u64) -> Option<Opened> {
        let key = self.key.read().ok()??;
        let vouches = |seal: &[u8], head, front: &[u8]| {
            let seal = seal.try_into().map(Hash);
            seal.is_ok_and(|seal| key.holds(&seal, PURPOSE, origin, head, front))
        };
        Opened::read(&self.path(origin), SEALED, size, &vouches)
    }

    /// Leaves a cache of the log of `origin`; the key is made if there is none.
    ///
    /// # Errors
    /// As [`LocalKeyFile::read_or_make`]; `cache_too_large`; `Kind::Io` when it cannot be written.
    pub(super) fn write(&self, origin: &str, cache: &Cache) -> Result<()> {
        let made = Made::of(cache)?;
        let seal = self.key.read_or_make()?.seal(PURPOSE, origin, cache.head, &made.front);
        let bytes = SEALED.file(&seal.0, &made)?;
        durable::create_folder(&self.folder, Readers::Owner)?;
        durable::replace(&self.path(origin), &bytes, Readers::Owner)
    }
}
