//! Reading what is published: no lock, no store. A copy of `log/` is all that is needed.
//!
//! Projections are folded over the entries, from the first on or from a cache that verifies under the
//! trusted log key and whose head is in the log. Deleting the caches changes nothing but time.

pub mod ahead;
pub mod bodies;
pub mod books;
pub mod cache;
pub mod home_cache;
mod proofs;
pub mod replay;
mod scan;
pub mod sealed;
pub mod settled;
pub mod shelf;
pub mod state;
mod unclear;

use self::ahead::Ahead;
pub use self::scan::is_voucher;

use self::bodies::read_event;
use self::books::Books;
use self::home_cache::HomeCaches;
use self::replay::{Judge, Replay};
use self::settled::Settled;
use super::{CACHE_FOLDER, LOG_FOLDER};
use crate::archive::reader::ArchiveReader;
use crate::chain::entry::{self, EntryId, Head, LedgerId, Sealed};
use crate::chain::signature::Signer;
use crate::domain::calendar::Date;
use crate::domain::event::Event;
use crate::error::{Error, Kind, Result};
use crate::projection::Recorded;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// As what was known at which point a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KnownAt {
    /// Everything published.
    #[default]
    Now,
    /// The last command that ends at or before this size.
    Size(u64),
    /// The last command recorded at or before this instant, microseconds since 1970.
    Instant(i64),
}

/// A published log, at the size it had when it was opened.
#[derive(Debug, Clone)]
pub struct Reader {
    archive: ArchiveReader,
    caches: Option<PathBuf>,
    trusted_key: Option<[u8; 32]>,
    home_caches: Option<HomeCaches>,
}

impl Reader {
    /// Opens the log in a ledger's folder. `trusted_key`: the log key from outside the ledger;
    /// without one no cache is used.
    ///
    /// # Errors
    /// `log_not_found`; `Kind::Break` when the checkpoint is malformed; `Kind::Io`.
    pub fn open(ledger_folder: &Path, trusted_key: Option<[u8; 32]>) -> Result<Self> {
        let caches = ledger_folder.join(CACHE_FOLDER);
        Self::open_log(&ledger_folder.join(LOG_FOLDER), Some(&caches), trusted_key)
    }

    /// Opens a log folder by itself, with its caches elsewhere or nowhere.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_log(
        log_folder: &Path,
        caches: Option<&Path>,
        trusted_key: Option<[u8; 32]>,
    ) -> Result<Self> {
        let archive = ArchiveReader::open(log_folder)?;
        Ok(Self { archive, caches: caches.map(Path::to_owned), trusted_key, home_caches: None })
    }

    /// Reads a log that is open already, without caches: one of somebody else.
    #[must_use]
    pub fn of(archive: ArchiveReader) -> Self {
        Self { archive, caches: None, trusted_key: None, home_caches: None }
    }

    /// The same reader, which uses the cache that this log key signed.
    #[must_use]
    pub fn trusting(mut self, key: Option<[u8; 32]>) -> Self {
        self.trusted_key = key;
        self
    }

    /// The same reader, which uses the caches of its home where the log key signed none, and leaves some.
    #[must_use]
    pub fn with_home_caches(mut self, caches: Option<HomeCaches>) -> Self {
        self.home_caches = caches;
        self
    }

    /// Number of entries published.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.archive.size()
    }

    /// The archive underneath.
    #[must_use]
    pub fn archive(&self) -> &ArchiveReader {
        &self.archive
    }

    /// The entry at `index`, if it is published.
    ///
    /// # Errors
    /// `Kind::Break` names the damaged or missing file; `Kind::Io`.
    pub fn entry(&self, index: u64) -> Result<Option<Sealed>> {
        if index >= self.size() {
            return Ok(None);
        }
        self.archive.entry(index).map(Some)
    }

    /// The event at `index`, if it is published and its type is known.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn event(&self, index: u64) -> Result<Option<Event>> {
        let Some(sealed) = self.entry(index)? else { return Ok(None) };
        read_event(&sealed.bytes).map_err(|malformed| {
            Error::new(Kind::Break, "entry_malformed", format!("entry {index}: {malformed}"))
                .with_hint("run `earmark verify`")
                .with_detail("index", index)
        })
    }

    /// The index of the entry with this id.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn find(&self, id: EntryId) -> Result<Option<u64>> {
        find_id(self.size(), id, &mut |index| self.entry(index))
    }

    /// The head at a size.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn head_at(&self, size: u64) -> Result<Head> {
        let Some(last) = size.checked_sub(1) else { return Ok(Head::default()) };
        let sealed = self.archive.entry(last)?;
        Ok(Head { size, hash: sealed.hash })
    }

    /// When the last entry of a size was recorded, microseconds since 1970; nothing where there is none, or its
    /// bytes say nothing.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn recorded_at(&self, size: u64) -> Result<Option<i64>> {
        let Some(last) = size.checked_sub(1) else { return Ok(None) };
        let sealed = self.archive.entry(last)?;
        let envelope = entry::parse(&sealed.bytes);
        Ok(envelope.ok().map(|envelope| envelope.recorded_at_microseconds))
    }

    /// Resolves to the size at the last command boundary at or before what was asked for.
    ///
    /// # Errors
    /// `beyond_the_log` (`Kind::Usage`) for a size that is not published; as [`Reader::entry`].
    pub fn resolve(&self, known_at: KnownAt) -> Result<u64> {
        match known_at {
            KnownAt::Now => Ok(self.size()),
            KnownAt::Size(size) if size > self.size() => {
                let message = format!("the log has {} entries, not {size}", self.size());
                Err(Error::new(Kind::Usage, "beyond_the_log", message)
                    .with_hint("ask for a size up to what `earmark checkpoint show` says")
                    .with_detail("size", self.size())
                    .with_detail("found", size))
            }
            KnownAt::Size(size) => self.boundary(size),
            KnownAt::Instant(instant) => {
                let size = partition(self.size(), &mut |index| {
                    let sealed = self.archive.entry(index)?;
                    let envelope = entry::parse(&sealed.bytes);
                    Ok(envelope.is_ok_and(|e| e.recorded_at_microseconds <= instant))
                })?;
                self.boundary(size)
            }
        }
    }

    /// The end of the last whole command within `size` entries.
    fn boundary(&self, size: u64) -> Result<u64> {
        let Some(last) = size.checked_sub(1) else { return Ok(0) };
        let sealed = self.archive.entry(last)?;
        let envelope = entry::parse(&sealed.bytes).map_err(|malformed| {
            Error::new(Kind::Break, "entry_malformed", format!("entry {last}: {malformed}"))
                .with_detail("index", last)
        })?;
        let begun = u64::from(envelope.place).saturating_add(1);
        Ok(if envelope.is_last() { size } else { size.saturating_sub(begun) })
    }

    /// Folds every entry below `size`, in order, into `visit`; trusts the log (see `verify`). The rules are
    /// run all the same: they alone say which command is a breach, and whose word counts.
    ///
    /// # Errors
    /// `Kind::Break` where the chain does not hold; as [`Reader::entry`].
    pub fn fold(&self, size: u64, visit: &mut dyn FnMut(&Recorded<'_>)) -> Result<Replay> {
        let mut replay = Replay::new(None, Judge::Rules);
        self.fold_on(&mut replay, size, visit)?;
        Ok(replay)
    }

    /// [`Reader::fold`] until `visit` has enough.
    ///
    /// # Errors
    /// The first error of `visit`; as [`Reader::fold`].
    pub fn fold_while(
        &self,
        size: u64,
        visit: &mut dyn FnMut(&Recorded<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<Replay> {
        let mut replay = Replay::new(None, Judge::Rules);
        let mut wish = Ok(ControlFlow::Continue(()));
        let mut read = 0;
        let look = |_, bytes: &[u8]| Ahead::of(bytes);
        let folded = self.archive.for_each(0..size, look, |_, bytes, ahead| {
            let mut lookup = |index| self.event(index);
            let mut settled = |settled: Settled| {
                for entry in settled.entries() {
                    if matches!(wish, Ok(ControlFlow::Continue(()))) {
                        wish = visit(&entry);
                    }
                }
            };
            replay.step_ahead(bytes, ahead, &mut lookup, &mut settled)?;
            read = replay.walk().head().size;
            if matches!(wish, Ok(ControlFlow::Continue(()))) { Ok(()) } else { Err(scan::enough()) }
        });
        match wish? {
            ControlFlow::Break(()) => self.prove_last(read)?,
            ControlFlow::Continue(()) => {
                folded?;
                self.prove_last(read)?;
                check_understood(&replay)?;
            }
        }
        Ok(replay)
    }

    /// Folds on from where `replay` stands. Hashes and bodies are made on all cores.
    fn fold_on(
        &self,
        replay: &mut Replay,
        size: u64,
        visit: &mut dyn FnMut(&Recorded<'_>),
    ) -> Result<()> {
        let from = replay.walk().head().size;
        let look = |_, bytes: &[u8]| Ahead::of(bytes);
        self.archive.for_each(from..size, look, |_, bytes, ahead| {
            let mut lookup = |index| self.event(index);
            let mut settled = |settled: Settled| settled.entries().for_each(|entry| visit(&entry));
            replay.step_ahead(bytes, ahead, &mut lookup, &mut settled).map(|_| ())
        })?;
        self.prove_last(size)?;
        check_understood(replay)
    }

    /// Holds the last of the first `size` entries against the signed head. Every entry before it is held by
    /// the hash in the one that follows; nothing follows the last.
    fn prove_last(&self, size: u64) -> Result<()> {
        size.checked_sub(1).map_or(Ok(()), |last| self.archive.prove(last).map(drop))
    }

    /// Balances, names and leverage at `size`, of what happened up to `as_of`; from a cache where one
    /// verifies and every day is asked for.
    ///
    /// # Errors
    /// As [`Reader::fold`].
    pub fn books(&self, size: u64, as_of: Option<Date>) -> Result<Books> {
        let cached = if as_of.is_none() { self.cached(size)? } else { None };
        let (mut books, mut replay) =
            cached.unwrap_or_else(|| (Books::new(as_of), Replay::new(None, Judge::Rules)));
        let from = replay.walk().head().size;
        self.fold_on(&mut replay, size, &mut |recorded| books.apply(recorded))?;
        let walk = replay.walk();
        let (ledger, head) = (walk.ledger(), walk.boundary());
        let recorded_at_microseconds = walk.recorded_at_microseconds();
        books.state = replay.into_state();
        let Some(homes) = self.home_caches.as_ref().filter(|_| as_of.is_none()) else {
            return Ok(books);
        };
        let is_whole = head.size == size && size == self.size();
        let Some(ledger) = ledger.filter(|_| is_whole && homes.is_due(size.saturating_sub(from)))
        else {
            return Ok(books);
        };
        let cache = cache::Cache { ledger: ledger.0, head, recorded_at_microseconds, books };
        // One that could not be left costs the next read its time.
        homes.write(&self.archive.checkpoint().origin, &cache).ok();
        Ok(cache.books)
    }

    /// The books of a cache whose head is in the log within `size` entries, to be folded on.
    fn cached(&self, size: u64) -> Result<Option<(Books, Replay)>> {
        for opened in self.caches_opened() {
            let head = opened.head();
            if head.size > size || self.head_at(head.size)? != head {
                continue;
            }
            let Some(cache) = opened.whole() else { continue };
            let (ledger, recorded_at) = (LedgerId(cache.ledger), cache.recorded_at_microseconds);
            let mut books = cache.books;
            let state = std::mem::take(&mut books.state);
            let replay = Replay::resume(ledger, head, recorded_at, state, Judge::Rules);
            return Ok(Some((books, replay)));
        }
        Ok(None)
    }

    /// Writes a cache of the whole log and gives its size.
    ///
    /// # Errors
    /// As [`Reader::fold`]; `Kind::Io` when the cache cannot be written.
    pub fn make_cache(&self, signer: &dyn Signer) -> Result<u64> {
        let Some(folder) = &self.caches else { return Ok(0) };
        let size = self.size();
        let books = self.books(size, None)?;
        let Some(last) = size.checked_sub(1) else { return Ok(0) };
        let sealed = self.archive.entry(last)?;
        let envelope = entry::parse(&sealed.bytes).map_err(|malformed| {
            Error::new(Kind::Break, "entry_malformed", format!("entry {last}: {malformed}"))
                .with_detail("index", last)
        })?;
        let cache = cache::Cache {
            ledger: envelope.ledger.0,
            head: Head { size, hash: sealed.hash },
            recorded_at_microseconds: envelope.recorded_at_microseconds,
            books,
        };
        cache::write(folder, &cache, signer)?;
        Ok(size)
    }
}

/// Projections need every event to be understood.
fn check_understood(replay: &Replay) -> Result<()> {
    let Some(index) = replay.stopped_at() else { return Ok(()) };
    let message = format!("from entry {index} on, moves could not be followed");
    Err(Error::new(Kind::Break, "not_understood", message)
        .with_hint("use the release that wrote it, ask for --as-known-at an earlier size, or run `earmark verify`").with_detail("index", index))
}

/// The first index below `size` for which `before` is false.
fn partition(size: u64, before: &mut dyn FnMut(u64) -> Result<bool>) -> Result<u64> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle)? { low = middle.saturating_add(1) } else { high = middle }
    }
    Ok(low)
}

/// Binary search by id: ids sort as `recorded_at` does.
pub(super) fn find_id(
    size: u64,
    id: EntryId,
    read: &mut dyn FnMut(u64) -> Result<Option<Sealed>>,
) -> Result<Option<u64>> {
    // The front of an id is its time.
    let front = |id: &EntryId| id.0.first_chunk::<8>().copied().unwrap_or_default();
    let mut id_at = |index| -> Result<EntryId> {
        let sealed = read(index)?;
        let envelope = sealed.as_ref().and_then(|sealed| entry::parse(&sealed.bytes).ok());
        Ok(envelope.map(|envelope| envelope.id).unwrap_or_default())
    };
    let index = partition(size, &mut |index| Ok(front(&id_at(index)?) < front(&id)))?;
    // At the end of time several entries may be of one microsecond.
    let mut index = index;
    while index < size {
        let found = id_at(index)?;
        if found == id {
            return Ok(Some(index));
        }
        if front(&found) != front(&id) {
            break;
        }
        index = index.saturating_add(1);
    }
    Ok(None)
}
