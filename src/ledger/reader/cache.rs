//! Caches: snapshots of projections for readers. Never trusted by `verify` or recovery.
//!
//! One file, `cache/books`: magic `EARMCACH`, the Ed25519 signature of the log key over
//! `earmark-cache-v1\n` and all that follows: u64 LE size, then format, logic versions, ledger, head,
//! projections as one value. A reader uses it only if it verifies under the key that
//! the reader trusts and its head is in the log.

use super::books::{Books, BooksRef};
use crate::chain::body;
use crate::chain::entry::Head;
use crate::chain::hash::Hash;
use crate::chain::signature::{Signer, cache_message, verify};
use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::tlog::tree::{Digest, Sha256Stream, sha256};
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

const FILE: &str = "books";
const MAGIC: &[u8; 8] = b"EARMCACH";
const FORMAT: u32 = 1;
const SIGNATURE: std::ops::Range<usize> = 8..72;
const SIZE: std::ops::Range<usize> = 72..80;

/// A cache, read or to be written.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The ledger's id.
    pub ledger: [u8; 16],
    /// Size and head hash.
    pub head: Head,
    /// `recorded_at` of the last entry, microseconds since 1970.
    pub recorded_at_microseconds: i64,
    /// The projections.
    pub books: Books,
}

#[derive(Serialize, Deserialize)]
struct Stored<B> {
    format: u32,
    logic_versions: [u32; 4],
    ledger: [u8; 16],
    size: u64,
    hash: [u8; 32],
    recorded_at_microseconds: i64,
    books: B,
}

/// The cache in `folder` of a log of `size` entries, if it is whole, of this logic, and signed by `key`. Anything else is no
/// cache: the log is read instead.
#[must_use]
pub fn read(folder: &Path, key: &[u8; 32], size: u64) -> Option<Cache> {
    read_signed(folder, key, size).and_then(|bytes| decode(&bytes))
}

/// True if the cache in `folder` is signed by `key` and of a format or logic that is not ours: another
/// release made it, and nobody uses it.
#[must_use]
pub fn is_of_other_release(folder: &Path, key: &[u8; 32], size: u64) -> bool {
    let bytes = read_signed(folder, key, size).unwrap_or_default();
    let versions = bytes.get(SIZE.end..).and_then(body::decode_front::<(u32, [u32; 4])>);
    let is_cache = bytes.get(..SIGNATURE.start) == Some(MAGIC.as_slice());
    is_cache && versions.is_some_and(|found| found != (FORMAT, Books::logic_versions()))
}

/// True if the cache in `folder` of a log of `size` entries is signed by `key`.
#[must_use]
pub fn is_signed(folder: &Path, key: &[u8; 32], size: u64) -> bool {
    read_signed(folder, key, size).is_some()
}

fn read_signed(folder: &Path, key: &[u8; 32], size: u64) -> Option<Vec<u8>> {
    let bytes = file::read(&folder.join(FILE), most_bytes(size)).ok()?;
    let signature = <[u8; 64]>::try_from(bytes.get(SIGNATURE)?).ok()?;
    let signed = bytes.get(SIGNATURE.end..)?;
    verify(key, &cache_message(signed), &signature).then_some(bytes)
}

/// No fewer than a cache has before its projections.
const MOST_FRONT_BYTES: u64 = 256;
/// More than entries add to a cache: none that is larger is written, or read.
const MAX_BYTES_AN_ENTRY: u64 = 2_048;
/// What a cache may have beside that.
const MAX_BYTES_BESIDE: u64 = 4 << 20;

/// The most bytes that a cache of a log of `size` entries may have.
pub(super) fn most_bytes(size: u64) -> usize {
    let most = size.saturating_mul(MAX_BYTES_AN_ENTRY).saturating_add(MAX_BYTES_BESIDE);
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// What stands in a cache, without its contents: they are compared by their digest, since those of a large
/// ledger are large.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Size and head hash, as it says.
    pub head: Head,
    /// SHA-256 of the whole file.
    pub file: Digest,
    value: Digest,
}

impl Glance {
    /// True if the cache holds these projections of a ledger, and nothing else.
    #[must_use]
    pub fn holds(&self, contents: &Contents<'_>) -> bool {
        let mut hasher = Sha256Stream::default();
        let hashed = body::encode_value_to(&contents.stored(), &mut |bytes| hasher.update(bytes));
        hashed.is_ok() && hasher.finish() == self.value
    }
}

/// What a cache of a ledger has at a head.
#[derive(Debug)]
pub struct Contents<'a> {
    /// The ledger's id.
    pub ledger: [u8; 16],
    /// Size and head hash.
    pub head: Head,
    /// `recorded_at` of the last entry, microseconds since 1970.
    pub recorded_at_microseconds: i64,
    /// The projections.
    pub books: BooksRef<'a>,
}

impl<'a> Contents<'a> {
    fn stored(&self) -> Stored<&BooksRef<'a>> {
        Stored {
            format: FORMAT,
            logic_versions: Books::logic_versions(),
            ledger: self.ledger,
            size: self.head.size,
            hash: self.head.hash.0,
            recorded_at_microseconds: self.recorded_at_microseconds,
            books: &self.books,
        }
    }
}

/// A glance at the cache in `folder` of a log of `size` entries, whoever signed it; `None` if there is none. A
/// file that is larger than such a cache can be is not read.
///
/// # Errors
/// Why the file cannot be a cache of this logic and log, in words.
pub fn glance(folder: &Path, size: u64) -> std::result::Result<Option<Glance>, String> {
    match file::read(&folder.join(FILE), most_bytes(size)) {
        Ok(bytes) => match glance_at(&bytes) {
            Some(glance) => Ok(Some(glance)),
            None => Err("bytes that are no cache".to_owned()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            Err(format!("{error}, for a log of {size} entries"))
        }
        Err(error) => Err(error.to_string()),
    }
}

fn glance_at(bytes: &[u8]) -> Option<Glance> {
    Some(Glance { head: head_of(bytes)?, file: sha256(bytes), value: sha256(value_of(bytes)?) })
}

/// The head that stands in the first bytes of a cache of this logic.
fn head_of(bytes: &[u8]) -> Option<Head> {
    body::decode_front::<Stored<()>>(value_of(bytes)?)?.head(bytes)
}

/// The head in the value of a cache of this logic and of `size` entries, whoever vouches for it.
pub(super) fn head_in(value: &[u8], size: u64) -> Option<Head> {
    body::decode_front::<Stored<()>>(value)?.head_at(size)
}

/// The cache in a value that is vouched for.
pub(super) fn decoded(value: &[u8], size: u64) -> Option<Cache> {
    let stored: Stored<Books> = body::decode_value(value).ok()?;
    Some(Cache {
        ledger: stored.ledger,
        head: stored.head_at(size)?,
        recorded_at_microseconds: stored.recorded_at_microseconds,
        books: stored.books,
    })
}

/// The value of a cache.
///
/// # Errors
/// `cache_too_large` (`Kind::Io`).
pub(super) fn value(cache: &Cache) -> Result<Vec<u8>> {
    let contents = Contents {
        ledger: cache.ledger,
        head: cache.head,
        recorded_at_microseconds: cache.recorded_at_microseconds,
        books: cache.books.as_ref(),
    };
    body::encode_value(&contents.stored()).map_err(|malformed| {
        Error::new(Kind::Io, "cache_too_large", format!("the cache: {malformed}"))
    })
}

/// Nothing is written that nobody would read.
///
/// # Errors
/// `cache_too_large` (`Kind::Io`).
pub(super) fn check_length(bytes: usize, size: u64) -> Result<()> {
    if bytes <= most_bytes(size) {
        return Ok(());
    }
    let message = format!("the cache would have {bytes} bytes, which nobody would read");
    Err(Error::new(Kind::Io, "cache_too_large", message))
}

/// The bytes of a cache behind magic, signature and size.
fn value_of(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(SIZE.end..).filter(|_| bytes.get(..SIGNATURE.start) == Some(MAGIC.as_slice()))
}

impl<B> Stored<B> {
    /// The head, where format and logic are ours and the size is the one before the value.
    fn head(&self, bytes: &[u8]) -> Option<Head> {
        let size = bytes.get(SIZE).and_then(|size| <[u8; 8]>::try_from(size).ok())?;
        self.head_at(u64::from_le_bytes(size))
    }

    fn head_at(&self, size: u64) -> Option<Head> {
        let found = (self.format, self.logic_versions, self.size);
        let expected = (FORMAT, Books::logic_versions(), size);
        (found == expected).then_some(Head { size: self.size, hash: Hash(self.hash) })
    }
}

fn decode(bytes: &[u8]) -> Option<Cache> {
    let size = bytes.get(SIZE).and_then(|size| <[u8; 8]>::try_from(size).ok())?;
    decoded(value_of(bytes)?, u64::from_le_bytes(size))
}

/// Removes the cache in `folder`, if there is one.
///
/// # Errors
/// `Kind::Io` when it is there and cannot be removed.
pub fn remove(folder: &Path) -> Result<()> {
    let path = folder.join(FILE);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", &path, error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a cache, signed.
///
/// # Errors
/// `Kind::Io` when it cannot be written.
pub fn write(folder: &Path, cache: &Cache, signer: &dyn Signer) -> Result<()> {
    let value = value(cache)?;
    let mut signed = cache.head.size.to_le_bytes().to_vec();
    signed.extend_from_slice(&value);
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&signer.sign(&cache_message(&signed)));
    bytes.extend_from_slice(&signed);
    check_length(bytes.len(), cache.head.size)?;
    durable::create_folder(folder, Readers::Everyone)?;
    durable::replace(&folder.join(FILE), &bytes, Readers::Everyone)
}

/// The size that the cache in `folder` states, unverified: only to decide when to make the next. 0 where there
/// is none, or one of another logic, which nobody reads.
#[must_use]
pub fn newest_size(folder: &Path) -> u64 {
    let mut front = Vec::new();
    let read = file::open(&folder.join(FILE))
        .and_then(|file| file.take(MOST_FRONT_BYTES).read_to_end(&mut front));
    read.ok().and_then(|_| head_of(&front)).map_or(0, |head| head.size)
}
