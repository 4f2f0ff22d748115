//! Caches: snapshots of projections for readers. Never trusted by `verify` or recovery.
//!
//! One file, `cache/projections` (schemas/storage.md §7): a front that the log key signed, and the parts whose lengths
//! and hashes it has, each read only when it is asked for. A reader uses it only if the front verifies under the key
//! that the reader trusts and its head is in the log.

use super::books::{Books, BooksRef};
use crate::chain::body;
use crate::chain::entry::Head;
use crate::chain::hash::{self, Hash};
use crate::chain::signature::{Signer, cache_message, verify};
use crate::domain::state::Breach;
use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::projection::totals::Totals;
use crate::tlog::tree::{Digest, sha256};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The file in the folder of caches.
pub const FILE: &str = "projections";
/// The one of releases up to 0.5.0, which have another form and look for no other: it goes where ours is written.
const FORMER_FILE: &str = "books";
const FORMAT: u32 = 2;
const SIGNED: Shape = Shape { magic: *b"EARMPROJ", voucher_bytes: 64 };

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

/// A part of a cache, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Totals,
    Names,
    Balances,
    Leverage,
    State,
}

const PARTS: usize = 5;

/// What every front begins with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Beginning {
    format: u32,
    logic_versions: [u32; PARTS],
    size: u64,
    hash: [u8; 32],
}

/// What of a cache is vouched for; the parts are by their hashes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Front {
    beginning: Beginning,
    ledger: [u8; 16],
    recorded_at_microseconds: i64,
    /// Length and hash.
    parts: [(u64, [u8; 32]); PARTS],
    /// Number of all breaches, acknowledged or not.
    breaches: u64,
    open_breaches: Vec<(u64, Breach)>,
}

impl Beginning {
    /// The head, where format and logic are ours.
    fn head(&self) -> Option<Head> {
        let is_ours = (self.format, self.logic_versions) == (FORMAT, logic_versions());
        is_ours.then_some(Head { size: self.size, hash: Hash(self.hash) })
    }
}

/// Those of everything in a cache: one of other versions is not used.
fn logic_versions() -> [u32; PARTS] {
    let [state, balances, names, leverage] = Books::logic_versions();
    [Totals::LOGIC_VERSION, names, balances, leverage, state]
}

/// How a file of a cache begins: magic, what vouches for the front, u32 length of the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) magic: [u8; 8],
    pub(super) voucher_bytes: usize,
}

impl Shape {
    /// What vouches, the front, and where the parts begin; `bytes` may end anywhere behind the front.
    fn split<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], &'a [u8], usize)> {
        let rest = bytes.strip_prefix(self.magic.as_slice())?;
        let (voucher, rest) = rest.split_at_checked(self.voucher_bytes)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let front = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        let after = rest.len().checked_sub(front.len())?;
        Some((voucher, front, bytes.len().checked_sub(after)?))
    }

    /// The bytes of a file, with what vouches for the front.
    pub(super) fn file(&self, voucher: &[u8], made: &Made) -> Result<Vec<u8>> {
        let Made { front, parts, size } = made;
        let length = u32::try_from(front.len()).map_err(|_| too_large("a front beyond 4 GiB"))?;
        let bytes = [&self.magic, voucher, &length.to_le_bytes(), front, parts].concat();
        if bytes.len() <= most_bytes(*size) {
            return Ok(bytes);
        }
        Err(too_large(&format!("it would have {} bytes, which nobody would read", bytes.len())))
    }
}

fn too_large(why: &str) -> Error {
    Error::new(Kind::Io, "cache_too_large", format!("the cache: {why}"))
}

/// A cache whose front is vouched for, and of which no part was read yet.
#[derive(Debug)]
pub(super) struct Opened {
    file: File,
    parts_at: u64,
    front: Front,
    head: Head,
}

/// Says whether what vouches does so for a head and a front.
pub(super) type Vouches<'a> = dyn Fn(&[u8], Head, &[u8]) -> bool + 'a;

/// Bytes that are read first: the front of most caches.
const FIRST_BYTES: usize = 4_096;

impl Opened {
    /// The cache at `path` of a log of `size` entries, if it is of this logic, as long as it says, and `vouches` says yes to
    /// what vouches, the head and the front.
    pub(super) fn read(
        path: &Path,
        shape: Shape,
        size: u64,
        vouches: &Vouches<'_>,
    ) -> Option<Self> {
        let raw = Raw::read(path, shape, size)?;
        let (voucher, front, parts_at) = shape.split(&raw.bytes)?;
        let head = head_in(front)?;
        if !vouches(voucher, head, front) {
            return None;
        }
        let front: Front = body::decode_value(front).ok()?;
        let parts_at = u64::try_from(parts_at).ok()?;
        let mut lengths = front.parts.iter().map(|(length, _)| *length);
        let end = lengths.try_fold(parts_at, |end, length| end.checked_add(length))?;
        (end == raw.length).then_some(Self { file: raw.file, parts_at, front, head })
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// True if no command in it is one that the rules refuse.
    pub(super) fn is_orderly(&self) -> bool {
        self.front.breaches == 0
    }

    /// The breaches that nobody acknowledged, each with the index of its first entry.
    pub(super) fn open_breaches(&self) -> &[(u64, Breach)] {
        &self.front.open_breaches
    }

    /// A part, if it is the one of the front.
    pub(super) fn part<T: DeserializeOwned>(&self, part: Part) -> Option<T> {
        let mut at = self.parts_at;
        for (of, (length, hash)) in Part::ALL.into_iter().zip(self.front.parts) {
            if of == part {
                let mut bytes = vec![0; usize::try_from(length).ok()?];
                self.file.read_exact_at(&mut bytes, at).ok()?;
                let is_whole = hash::cache_part(&bytes) == Hash(hash);
                return is_whole.then(|| body::decode_value(&bytes).ok()).flatten();
            }
            at = at.checked_add(length)?;
        }
        None
    }

    /// All of it, if every part is the one of the front.
    pub(super) fn whole(&self) -> Option<Cache> {
        self.part::<Totals>(Part::Totals)?;
        let books = Books {
            state: self.part(Part::State)?,
            balances: self.part(Part::Balances)?,
            names: self.part(Part::Names)?,
            leverage: self.part(Part::Leverage)?,
        };
        let Front { ledger, recorded_at_microseconds, .. } = self.front;
        Some(Cache { ledger, head: self.head, recorded_at_microseconds, books })
    }
}

impl Part {
    const ALL: [Self; PARTS] =
        [Self::Totals, Self::Names, Self::Balances, Self::Leverage, Self::State];
}

/// A file with as many of its first bytes as have the front.
struct Raw {
    file: File,
    length: u64,
    bytes: Vec<u8>,
}

impl Raw {
    fn read(path: &Path, shape: Shape, size: u64) -> Option<Self> {
        let file = file::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let whole = usize::try_from(length).ok().filter(|bytes| *bytes <= most_bytes(size))?;
        let mut bytes = vec![0; whole.min(FIRST_BYTES)];
        file.read_exact_at(&mut bytes, 0).ok()?;
        if shape.split(&bytes).is_none() {
            let at = shape.magic.len().checked_add(shape.voucher_bytes)?;
            let length = bytes.get(at..)?.first_chunk::<4>()?;
            let front = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let needed = at.checked_add(4)?.checked_add(front)?;
            bytes.resize(Some(needed).filter(|needed| *needed <= whole)?, 0);
            file.read_exact_at(&mut bytes, 0).ok()?;
        }
        Some(Self { file, length, bytes })
    }

    /// The front, if `key` signed it.
    fn signed(&self, key: &[u8; 32]) -> Option<&[u8]> {
        let (signature, front, _) = SIGNED.split(&self.bytes)?;
        is_signed_by(key, signature, front).then_some(front)
    }
}

fn is_signed_by(key: &[u8; 32], signature: &[u8], front: &[u8]) -> bool {
    let message = cache_message(&hash::cache_front(front));
    signature.try_into().is_ok_and(|signature| verify(key, &message, signature))
}

/// The head that stands in a front of this logic, whoever vouches for it.
fn head_in(front: &[u8]) -> Option<Head> {
    body::decode_front::<Beginning>(front)?.head()
}

/// The cache in `folder` of a log of `size` entries, if it is of this logic and signed by `key`.
pub(super) fn open(folder: &Path, key: &[u8; 32], size: u64) -> Option<Opened> {
    let vouches = |signature: &[u8], _, front: &[u8]| is_signed_by(key, signature, front);
    Opened::read(&folder.join(FILE), SIGNED, size, &vouches)
}

/// The cache in `folder` of a log of `size` entries, if it is whole, of this logic, and signed by `key`. Anything else is no
/// cache: the log is read instead.
#[must_use]
pub fn read(folder: &Path, key: &[u8; 32], size: u64) -> Option<Cache> {
    open(folder, key, size)?.whole()
}

/// True if the cache in `folder` is signed by `key` and of a format or logic that is not ours: another
/// release made it, and nobody uses it.
#[must_use]
pub fn is_of_other_release(folder: &Path, key: &[u8; 32], size: u64) -> bool {
    let raw = Raw::read(&folder.join(FILE), SIGNED, size);
    let front = raw.as_ref().and_then(|raw| raw.signed(key)).unwrap_or_default();
    let versions = body::decode_front::<(u32, [u32; PARTS])>(front);
    versions.is_some_and(|found| found != (FORMAT, logic_versions()))
}

/// True if the cache in `folder` of a log of `size` entries is signed by `key`.
#[must_use]
pub fn is_signed(folder: &Path, key: &[u8; 32], size: u64) -> bool {
    Raw::read(&folder.join(FILE), SIGNED, size).is_some_and(|raw| raw.signed(key).is_some())
}

/// More than entries add to a cache: none that is larger is written, or read.
const MAX_BYTES_AN_ENTRY: u64 = 2_048;
/// What a cache may have beside that.
const MAX_BYTES_BESIDE: u64 = 4 << 20;

/// The most bytes that a cache of a log of `size` entries may have.
fn most_bytes(size: u64) -> usize {
    let most = size.saturating_mul(MAX_BYTES_AN_ENTRY).saturating_add(MAX_BYTES_BESIDE);
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// What stands in a cache, without its contents: they are compared by their hashes, since those of a large
/// ledger are large.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Size and head hash, as it says.
    pub head: Head,
    /// SHA-256 of the whole file.
    pub file: Digest,
    front: Vec<u8>,
}

impl Glance {
    /// True if the cache holds these projections of a ledger, and nothing else.
    #[must_use]
    pub fn holds(&self, contents: &Contents<'_>) -> bool {
        let made = contents.encode(&mut |_| {});
        made.is_ok_and(|front| front == self.front)
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

impl Contents<'_> {
    /// The bytes of the front, when `take` was given those of the parts, piece by piece.
    fn encode(&self, take: &mut dyn FnMut(&[u8])) -> Result<Vec<u8>> {
        let BooksRef { state, balances, names, leverage } = self.books;
        let parts = [
            encode_part(&Totals::of(balances, names), take)?,
            encode_part(names, take)?,
            encode_part(balances, take)?,
            encode_part(leverage, take)?,
            encode_part(state, take)?,
        ];
        let Head { size, hash: Hash(hash) } = self.head;
        let open = state.open_breaches().map(|(first, breach)| (first, breach.clone()));
        let front = Front {
            beginning: Beginning { format: FORMAT, logic_versions: logic_versions(), size, hash },
            ledger: self.ledger,
            recorded_at_microseconds: self.recorded_at_microseconds,
            parts,
            breaches: u64::try_from(state.breaches.len()).unwrap_or(u64::MAX),
            open_breaches: open.collect(),
        };
        body::encode_value(&front).map_err(|malformed| too_large(&malformed.to_string()))
    }
}

fn encode_part<T: Serialize>(part: &T, take: &mut dyn FnMut(&[u8])) -> Result<(u64, [u8; 32])> {
    let (mut length, mut stream) = (0_u64, hash::Stream::of_cache_part());
    let encoded = body::encode_value_to(part, &mut |bytes| {
        length = length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        stream.update(bytes);
        take(bytes);
    });
    encoded.map_err(|malformed| too_large(&malformed.to_string()))?;
    Ok((length, stream.finish().0))
}

/// The bytes of a cache that is to be written, without what vouches for them.
pub(super) struct Made {
    pub(super) front: Vec<u8>,
    parts: Vec<u8>,
    size: u64,
}

impl Made {
    /// The bytes of a cache.
    ///
    /// # Errors
    /// `cache_too_large` (`Kind::Io`).
    pub(super) fn of(cache: &Cache) -> Result<Self> {
        let contents = Contents {
            ledger: cache.ledger,
            head: cache.head,
            recorded_at_microseconds: cache.recorded_at_microseconds,
            books: cache.books.as_ref(),
        };
        let mut parts = Vec::new();
        let front = contents.encode(&mut |bytes| parts.extend_from_slice(bytes))?;
        Ok(Self { front, parts, size: cache.head.size })
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
    let (_, front, parts_at) = SIGNED.split(bytes)?;
    let head = head_in(front)?;
    let mut rest = bytes.get(parts_at..)?;
    for (length, hash) in body::decode_value::<Front>(front).ok()?.parts {
        let (part, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        if hash::cache_part(part) != Hash(hash) {
            return None;
        }
        rest = after;
    }
    rest.is_empty().then(|| Glance { head, file: sha256(bytes), front: front.to_vec() })
}

/// Removes the cache in `folder`, if there is one.
///
/// # Errors
/// `Kind::Io` when it is there and cannot be removed.
pub fn remove(folder: &Path) -> Result<()> {
    [FILE, FORMER_FILE].iter().try_for_each(|name| remove_file(&folder.join(name)))
}

fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a cache, signed, and removes one of a former form.
///
/// # Errors
/// `cache_too_large`; `Kind::Io` when it cannot be written.
pub fn write(folder: &Path, cache: &Cache, signer: &dyn Signer) -> Result<()> {
    let made = Made::of(cache)?;
    let signature = signer.sign(&cache_message(&hash::cache_front(&made.front)));
    let bytes = SIGNED.file(&signature, &made)?;
    durable::create_folder(folder, Readers::Everyone)?;
    durable::replace(&folder.join(FILE), &bytes, Readers::Everyone)?;
    remove_file(&folder.join(FORMER_FILE))
}

/// The size that the cache in `folder` of a log of `size` entries states, unverified: only to decide when to make the
/// next. 0 where there is none, or one of another logic, which nobody reads.
#[must_use]
pub fn newest_size(folder: &Path, size: u64) -> u64 {
    let raw = Raw::read(&folder.join(FILE), SIGNED, size);
    let front = raw.as_ref().and_then(|raw| SIGNED.split(&raw.bytes)).map(|(_, front, _)| front);
    front.and_then(head_in).map_or(0, |head| head.size)
}
