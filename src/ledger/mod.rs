//! The one place where propose, admit, chain, store and archive meet.
//!
//! [`Ledger`] is the writer: it holds the LOCK, sees its own recorded entries, and publishes them.
//! [`Reader`] reads what is published (`log/` and `cache/`), never the store, and needs no lock.
//!
//! * `create`: a new ledger from its genesis order. `media`: what a ledger is opened on.
//! * `open`: takes the LOCK, sees that the copies agree, and the anchor with them (`anchored`); `resume`: the state,
//!   from a snapshot that the log key signed. `checks`: what every way of opening looks at. `proven`: what
//!   decides is held against the signed checkpoint.
//! * `adopt`: an anchor given up. `restore`: a ledger again, from a copy of its log. `unfinished`: what
//!   making either leaves when it is cut off.
//! * [`doctor`]: what is whole and what is not in a ledger's folder. `recover`: the longest verified sequence, and
//!   every copy brought up to it.
//! * `prepare`: what a wish would record, and the bytes to sign; `staged`: signed commands, made durable together;
//!   `submit`: both for whoever holds the key. `dependents`: what a refusal says of later entries.
//! * `recorded`: what was recorded before, for a command that is run again; `retry`: which field differs where a
//!   command id is used again.
//! * `batch`: many rows into commands, for imports.
//! * `confidential`: fields beside the chain, sealed before their entry and erased after another.
//! * `parts`: the state as it lies in the store, read part by part.
//! * `clock`: when a command is recorded. `seal`: events into signed entries. `publish`: entries into the archive, anchored; snapshots.
//! * `unpublished`: what a publish that failed leaves for readers to know.
//! * `reader`: bodies, replay, caches, "as known at".
//!
//! A submitted command reads head, command ids, cited entries and state from the store alone. The archive
//! and the durability log are read in recovery only, but for the tiles that prove a cited entry.

mod adopt;
mod anchored;
mod batch;
mod checks;
mod clock;
mod confidential;
mod create;
mod dependents;
pub mod doctor;
mod media;
mod open;
mod parts;
mod past;
mod prepare;
mod proven;
mod publish;
pub mod reader;
mod receipt;
mod recorded;
mod recover;
mod restore;
mod resume;
mod retry;
mod rotate;
mod seal;
mod sealing;
mod staged;
mod submit;
mod undo;
mod unfinished;
mod unpublished;

pub use adopt::{Adopted, Adoption};
pub use anchored::Anchored;
pub use batch::{Batch, RowIn, RowOut};
pub use confidential::Swept;
pub use media::{Media, OpenStore};
pub use past::Past;
pub use prepare::{Instruction, Prepared, Ready};
pub use reader::Reader;
pub use receipt::{Durability, Receipt, ReceiptEntry};
pub use restore::{
    RESTORE_FILE, Rebuilt, Restored, Restoring, check_finished, forget_made, is_made, not_empty,
};
pub(crate) use staged::Staging;
pub use staged::{Committed, Stale};
pub use submit::Submission;
pub(crate) use submit::named;
pub use unfinished::clear_never_begun;
pub use unpublished::{UNPUBLISHED_FILE, unpublished_entries};

use self::proven::Proven;
use self::staged::Stage;
use crate::archive::writer::ArchiveWriter;
use crate::chain::body::Parts;
use crate::chain::entry::{self as chain_entry, EntryId, Head, LedgerId, Sealed};
use crate::chain::signature::Signer;
use crate::domain::calendar::Date;
use crate::domain::event::Event;
use crate::domain::state::State;
use crate::edge::anchors::Anchors;
use crate::edge::clock::Clock;
use crate::edge::ids::Ids;
use crate::edge::lock::LedgerLock;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What comes in from the outside world.
pub struct Outside {
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub ids: Box<dyn Ids>,
    /// The key that signs checkpoints and caches.
    pub log_signer: Box<dyn Signer>,
    /// The public key of the log, where its private key is lost: the ledger is opened only to record
    /// that `log_signer` follows it, and publishes nothing before that.
    pub lost_log_key: Option<[u8; 32]>,
    /// Where the last checkpoint is kept, outside the ledger.
    pub anchors: Anchors,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Outside {
    /// The key that the ledger must name as its log's.
    pub(crate) fn log_key(&self) -> [u8; 32] {
        self.lost_log_key.unwrap_or_else(|| self.log_signer.public_key())
    }
}

/// A ledger open for writing, by this process alone.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    outside: Outside,
    store: Box<dyn Store>,
    archive: ArchiveWriter,
    state: State,
    head: Head,
    /// When the last entry was recorded, microseconds since 1970.
    recorded_at_microseconds: i64,
    /// Size at which the state was last put into the store.
    snapshot_size: u64,
    /// What the state is read from, and which of it the store has; `None` while it is all here.
    parts: Option<Arc<Parts>>,
    /// The store has one that is not used: the close puts another in its place.
    replaces_snapshot: bool,
    /// What the entries that decide are held against.
    proven: Proven,
    /// Size of the newest cache.
    cache_size: u64,
    notes: Vec<String>,
    /// Why the last publish failed.
    unpublished: Option<Error>,
    /// Signed, and not yet durable.
    stage: Stage,
    /// The state has rows that were never recorded: an import was given up, or was a dry run.
    is_ahead: bool,
    /// Released last, after everything above is let go of.
    _lock: LedgerLock,
}

/// The folder of the archive in a ledger's folder.
pub const LOG_FOLDER: &str = "log";
/// The folder of the caches in a ledger's folder.
pub const CACHE_FOLDER: &str = "cache";

impl Ledger {
    /// The state of the rules at the head.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The head, recorded or published.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Number of entries that readers see.
    #[must_use]
    pub fn published_size(&self) -> u64 {
        self.archive.published().map_or(0, |published| published.size)
    }

    /// What was unusual, at opening or since, and what was done about it, in words.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// [`Ledger::notes`], which are then forgotten: for a caller who has told them.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Adds to the notes what a caller did about the ledger as it was opened.
    pub fn note(&mut self, words: &str) {
        self.notes.push(words.to_owned());
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The ledger's id.
    ///
    /// # Errors
    /// `Kind::Break` when the ledger was never opened by its first entry.
    pub fn id(&self) -> Result<LedgerId> {
        self.facts().map(|facts| LedgerId(facts.id.0))
    }

    /// The ledger's today.
    ///
    /// # Errors
    /// As [`Ledger::id`].
    pub fn today(&self) -> Result<Date> {
        let now = self.outside.clock.now_microseconds();
        self.facts().map(|facts| Date::at(now, facts.utc_offset_minutes))
    }

    fn facts(&self) -> Result<&crate::domain::state::LedgerFacts> {
        self.state.ledger.as_ref().ok_or_else(|| {
            Error::new(Kind::Break, "ledger_not_open", "the ledger has no first entry")
        })
    }

    /// The entry at `index`, if there is one.
    ///
    /// # Errors
    /// `Kind::Break` or `Kind::Io` when it cannot be read from the store.
    pub fn entry(&self, index: u64) -> Result<Option<Sealed>> {
        Ok(self.read(index..index.saturating_add(1))?.into_iter().next())
    }

    /// The index of the entry with this id, by binary search: ids sort as `recorded_at` does.
    ///
    /// # Errors
    /// As [`Ledger::entry`].
    pub fn find(&self, id: EntryId) -> Result<Option<u64>> {
        reader::find_id(self.head.size, id, &mut |index| self.entry(index))
    }
}

/// When the last entry of a store was recorded; −1 where there is none.
///
/// # Errors
/// `last_entry` (`Kind::Break`) where there should be one, and none can be read.
fn last_recorded_at(store: &dyn Store, head: Head) -> Result<i64> {
    let Some(last) = head.size.checked_sub(1) else { return Ok(-1) };
    let sealed = store.read(last..head.size)?.into_iter().next();
    let envelope = sealed.as_ref().and_then(|sealed| chain_entry::parse(&sealed.bytes).ok());
    envelope.map(|envelope| envelope.recorded_at_microseconds).ok_or_else(|| {
        let message = format!("entry {last}, the last, cannot be read from the store");
        Error::new(Kind::Break, "last_entry", message)
            .with_hint("run `earmark verify --store`")
            .with_detail("index", last)
    })
}

/// The event of an entry, if its type is known.
fn event_of(sealed: &Sealed) -> Result<Option<Event>> {
    reader::bodies::read_event(&sealed.bytes).map_err(|malformed| {
        Error::new(Kind::Break, "entry_malformed", format!("entry {}: {malformed}", sealed.index))
            .with_hint("run `earmark verify --store`")
            .with_detail("index", sealed.index)
    })
}
