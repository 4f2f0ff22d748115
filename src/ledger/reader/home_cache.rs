//! Caches that a home keeps of logs it has read, sealed under its own key (schemas/home.md).
//!
//! For whoever has no log key: a package, a copy or a restored ledger has no cache that the log key
//! signed. One that does not fit costs time, never truth: the log is read instead. What fails as one is
//! read or left is no failure of the read.

use super::cache::{self, Cache};
use crate::chain::hash::Hash;
use crate::edge::durable::{self, Readers};
use crate::edge::local::{LocalKey, LocalKeyFile};
use crate::error::Result;
use crate::file;
use crate::tlog::tree::sha256;
use std::path::PathBuf;

const MAGIC: &[u8; 8] = b"EARMHOME";
const SEAL: std::ops::Range<usize> = 8..40;
const SIZE: std::ops::Range<usize> = 40..48;
/// What is sealed for.
const PURPOSE: &str = "cache";
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
    pub(super) fn read(&self, origin: &str, size: u64) -> Option<Cache> {
        let bytes = file::read(&self.path(origin), cache::most_bytes(size)).ok()?;
        let key = self.key.read().ok()??;
        opened(&key, origin, &bytes)
    }

    /// Leaves a cache of the log of `origin`; the key is made if there is none.
    ///
    /// # Errors
    /// As [`LocalKeyFile::read_or_make`]; `cache_too_large`; `Kind::Io` when it cannot be written.
    pub(super) fn write(&self, origin: &str, cache: &Cache) -> Result<()> {
        let value = cache::value(cache)?;
        let seal = self.key.read_or_make()?.seal(PURPOSE, origin, cache.head, &value);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&seal.0);
        bytes.extend_from_slice(&cache.head.size.to_le_bytes());
        bytes.extend_from_slice(&value);
        cache::check_length(bytes.len(), cache.head.size)?;
        durable::create_folder(&self.folder, Readers::Owner)?;
        durable::replace(&self.path(origin), &bytes, Readers::Owner)
    }
}

fn opened(key: &LocalKey, origin: &str, bytes: &[u8]) -> Option<Cache> {
    if bytes.get(..SEAL.start)? != MAGIC.as_slice() {
        return None;
    }
    let seal = Hash(<[u8; 32]>::try_from(bytes.get(SEAL)?).ok()?);
    let size = u64::from_le_bytes(<[u8; 8]>::try_from(bytes.get(SIZE)?).ok()?);
    let value = bytes.get(SIZE.end..)?;
    let head = cache::head_in(value, size)?;
    if !key.holds(&seal, PURPOSE, origin, head, value) {
        return None;
    }
    cache::decoded(value, size)
}
