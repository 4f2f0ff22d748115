//! Entries into the archive, anchored; the state into the store; caches for readers.

use super::anchored::Against;
use super::reader::books::Books;
use super::reader::cache::{self, Cache};
use super::receipt::Durability;
use super::submit::not_published;
use super::{CACHE_FOLDER, LOG_FOLDER, Ledger, Outside};
use crate::archive::writer::{ArchiveWriter, Published};
use crate::chain::hash::Hash;
use crate::chain::signature::state_message;
use crate::error::{Error, Kind, Result};
use crate::projection::Projection as _;
use crate::store::Snapshot;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::NoteSignature;
use crate::tlog::policy::{Policy, Standing};

/// Entries between two snapshots of the state in one session, two caches, and two publishes in bulk.
pub(super) const EVERY: u64 = 10_000;
/// Bytes of a snapshot that are written in the time that one entry takes to be replayed: 3 µs of 100 MB/s.
const BYTES_AN_ENTRY: u64 = 300;
/// What a key of a table is taken for, in bytes.
const BYTES_A_KEY: u64 = 32;
/// What a shard that changed is taken for beside its keys: its place in a list.
const BYTES_A_SHARD: u64 = 40;
/// What is written with every snapshot.
const BYTES_A_TOP: u64 = 500;
/// So many shards are not read anew by every opening: a snapshot is dearer once, and no more than that.
const MANY_SHARDS: usize = 64;

/// Publishes what an archive holds, its checkpoint anchored outside the ledger.
///
/// # Errors
/// As [`ArchiveWriter::publish`]; what the anchor says.
pub(super) fn publish_archive(
    archive: &mut ArchiveWriter,
    outside: &Outside,
    origin: &str,
    against: Against<'_>,
) -> Result<Published> {
    let now = outside.clock.now_microseconds();
    let mut anchor = |note: &[u8]| -> Result<()> {
        let note = std::str::from_utf8(note).map_err(|error| {
            Error::new(Kind::Break, "note_malformed", "a checkpoint is text").with_source(error)
        })?;
        match against {
            Against::Anchor => outside.anchors.write(origin, note),
            // The anchor waits for the entry that says why another checkpoint stands for it.
            Against::Checkpoint(_) => Ok(()),
        }
    };
    archive.publish(outside.log_signer.as_ref(), origin, now, &mut anchor)
}

impl Ledger {
    /// Publishes everything recorded: durable in the archive and seen by every reader.
    ///
    /// What comes after that and fails (letting go of old copies, a cache) is a note: the promise is
    /// kept, and the store refuses what it cannot do from then on.
    ///
    /// # Errors
    /// `not_published` (`Kind::Io`): the entries stay recorded and the next publish takes them along.
    pub fn publish(&mut self) -> Result<Published> {
        let published = self.publish_log()?;
        self.refresh_cache(None);
        Ok(published)
    }

    /// Adds cosignatures of witnesses to the published checkpoint, if it still is the one that they
    /// are of; tells who cosigned it now.
    ///
    /// # Errors
    /// As [`ArchiveWriter::attach`].
    pub fn attach(
        &mut self,
        cosigned: &Checkpoint,
        lines: &[NoteSignature],
        policy: &Policy,
    ) -> Result<Standing> {
        self.archive.attach(cosigned, lines, policy)
    }

    /// Makes a cache of books that were kept along, or from the log when it is time; a failure is a note.
    pub(super) fn refresh_cache(&mut self, kept: Option<Books>) {
        let size = self.published_size();
        let is_of_now = |books: &Books| {
            let at = [books.balances.position(), self.head.size, self.state.size];
            at.into_iter().all(|at| at == size)
        };
        let cached = match kept.filter(is_of_now) {
            Some(books) => self.write_cache(books),
            None => self.make_cache(EVERY),
        };
        self.note_failure("no cache was made", cached);
    }

    /// Publishes without a look at the caches: in the middle of an import they wait for its end.
    pub(super) fn publish_log(&mut self) -> Result<Published> {
        let published = self.try_publish_log()?;
        self.forget_unpublished();
        Ok(published)
    }

    fn try_publish_log(&mut self) -> Result<Published> {
        self.check_log_signer()?;
        let origin = self.facts()?.origin.to_string();
        let published = publish_archive(&mut self.archive, &self.outside, &origin, Against::Anchor)
            .map_err(not_published)?;
        let released = self.store.release(published.size);
        self.note_failure("old segments of the durability log were not let go of", released);
        Ok(published)
    }

    pub(super) fn note_failure(&mut self, what: &str, result: Result<()>) {
        if let Err(error) = result {
            self.notes.push(format!("{what}: {}", error.message()));
        }
    }

    /// Publishes if asked to, and snapshots the state when it is time.
    pub(crate) fn after_append(&mut self, until: Durability) {
        if until == Durability::Published {
            self.publish_if_it_can();
        }
        self.snapshot_when_due();
    }

    /// Publishes what is recorded already; what comes of it is for [`Ledger::unpublished`] to say.
    pub(super) fn publish_if_it_can(&mut self) {
        if self.unpublished.is_none()
            && let Err(error) = self.publish()
        {
            self.keep_unpublished(error);
        }
    }

    /// Snapshots the state when it is time; a failure is a note. Only what is published: a recovery
    /// that begins at the last publish finds a snapshot from before it.
    pub(super) fn snapshot_when_due(&mut self) {
        if self.to_replay() >= EVERY
            && self.published_size() == self.head.size
            && self.is_replay_dearer()
        {
            self.snapshot_or_note();
        }
    }

    /// Snapshots the state; a failure is a note.
    pub(super) fn snapshot_or_note(&mut self) {
        let made = self.snapshot();
        self.note_failure("no snapshot of the state was made", made);
    }

    /// Entries that the next opening would replay.
    fn to_replay(&self) -> u64 {
        self.head.size.saturating_sub(self.snapshot_size)
    }

    /// Whether replaying them costs more than writing what changed.
    fn is_replay_dearer(&self) -> bool {
        let [keys, shards] = self.state.changed().map(|n| u64::try_from(n).unwrap_or(u64::MAX));
        let parts = shards.saturating_mul(BYTES_A_SHARD);
        let bytes = keys.saturating_mul(BYTES_A_KEY).saturating_add(parts);
        self.to_replay().saturating_mul(BYTES_AN_ENTRY) > bytes.saturating_add(BYTES_A_TOP)
    }

    /// Snapshots the state, if there is no snapshot of it yet.
    pub(super) fn snapshot(&mut self) -> Result<()> {
        if self.is_ahead || self.to_replay() == 0 || self.check_log_signer().is_err() {
            return Ok(());
        }
        self.put_snapshot()
    }

    /// Snapshots the state if that costs less than replaying what came after the last one, or reading again what
    /// changed.
    fn snapshot_if_cheaper(&mut self) -> Result<()> {
        if self.replaces_snapshot {
            return self.snapshot();
        }
        let [_, shards] = self.state.changed();
        let is_read_again = self.to_replay() > 0 && self.parts.is_some() && shards >= MANY_SHARDS;
        if self.is_ahead || !(is_read_again || self.is_replay_dearer()) {
            return Ok(());
        }
        self.check_log_signer()?;
        self.put_snapshot()
    }

    fn put_snapshot(&mut self) -> Result<()> {
        self.put_state(|ledger, top| {
            let (id, head) = (ledger.id()?, ledger.head);
            let sign = |root: &Hash| ledger.outside.log_signer.sign(&state_message(id, head, root));
            Ok(Snapshot::new(head, top.to_vec(), sign))
        })?;
        self.snapshot_size = self.head.size;
        self.replaces_snapshot = false;
        Ok(())
    }

    /// Reads the books of what is published.
    pub(super) fn published_books(&self) -> Box<dyn FnOnce() -> Result<Books> + Send> {
        let [log, caches] = [LOG_FOLDER, CACHE_FOLDER].map(|name| self.folder.join(name));
        let (key, size) = (self.outside.log_signer.public_key(), self.published_size());
        Box::new(move || super::Reader::open_log(&log, Some(&caches), Some(key))?.books(size, None))
    }

    /// Writes a cache of the whole log, with the state as it is here.
    fn write_cache(&mut self, books: Books) -> Result<()> {
        // Of a part that cannot be had nothing is to be signed.
        self.read_state()?;
        let (ledger, head) = (self.id()?.0, self.head);
        let recorded_at_microseconds = self.recorded_at_microseconds;
        let state = std::mem::take(&mut self.state);
        let books = Books { state, ..books };
        let cache = Cache { ledger, head, recorded_at_microseconds, books };
        let signer = self.outside.log_signer.as_ref();
        let written = cache::write(&self.folder.join(CACHE_FOLDER), &cache, signer);
        self.state = cache.books.state;
        written?;
        self.cache_size = head.size;
        Ok(())
    }

    /// Makes a cache once `distance` entries were published since the last one.
    pub(super) fn make_cache(&mut self, distance: u64) -> Result<()> {
        let published = self.published_size();
        if published.saturating_sub(self.cache_size) < distance {
            return Ok(());
        }
        let log = self.folder.join(LOG_FOLDER);
        let signer = self.outside.log_signer.as_ref();
        let key = Some(signer.public_key());
        let reader = super::Reader::open_log(&log, Some(&self.folder.join(CACHE_FOLDER)), key)?;
        self.cache_size = reader.make_cache(signer)?;
        Ok(())
    }

    /// Publishes what is recorded, lets go of everything and marks a clean end; with a snapshot of the
    /// state where replaying costs the next opening more than writing it costs this one.
    ///
    /// A ledger that is dropped instead is only let go of: nothing is signed, and what it wrote is
    /// looked at by the next opening.
    ///
    /// # Errors
    /// `not_published` or `Kind::Io`; nothing recorded is lost, and the next open checks everything.
    pub fn close(mut self) -> Result<()> {
        self.unstage();
        // Without the mark of a clean end the next opening compares all copies, and publishes.
        if self.unpublished.is_some() {
            return Ok(());
        }
        if self.published_size() < self.head.size {
            self.publish()?;
        }
        // Where the disk could not, the close of the store says so.
        drop(self.snapshot_if_cheaper());
        self.store.close()
    }
}
