//! Entries into the archive, anchored; the state into the store; caches for readers.

use super::anchored::Against;
use super::receipt::Durability;
use super::submit::not_published;
use super::{CACHE_FOLDER, LOG_FOLDER, Ledger, Outside};
use crate::archive::writer::{ArchiveWriter, Published};
use crate::chain::body;
use crate::error::{Error, Kind, Result};
use crate::store::Snapshot;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::NoteSignature;
use crate::tlog::policy::{Policy, Standing};

/// Entries between two snapshots of the state, two caches, and two publishes in bulk.
pub(super) const EVERY: u64 = 10_000;

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
        self.refresh_cache();
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

    /// Makes a cache when it is time; a failure is a note.
    pub(super) fn refresh_cache(&mut self) {
        let cached = self.make_cache(EVERY);
        self.note_failure("no cache was made", cached);
    }

    /// Publishes without a look at the caches: in the middle of an import they wait for its end.
    pub(super) fn publish_log(&mut self) -> Result<Published> {
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
    pub(super) fn after_append(&mut self, until: Durability) -> Result<()> {
        if until == Durability::Published {
            self.publish()?;
        }
        self.snapshot_when_due();
        Ok(())
    }

    /// Snapshots the state when it is time; a failure is a note.
    pub(super) fn snapshot_when_due(&mut self) {
        // A state that grows with the log would make snapshots quadratic: they keep a fair distance.
        let distance = EVERY.max(self.snapshot_size / 4);
        if self.head.size.saturating_sub(self.snapshot_size) >= distance {
            let made = self.snapshot();
            self.note_failure("no snapshot of the state was made", made);
        }
    }

    pub(super) fn snapshot(&mut self) -> Result<()> {
        let bytes = body::encode_state(&self.state).map_err(|malformed| {
            Error::new(Kind::Io, "state_too_large", format!("the state: {malformed}"))
        })?;
        self.store.put_snapshot(&Snapshot { head: self.head, bytes })?;
        self.snapshot_size = self.head.size;
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

    /// Publishes what is recorded, lets go of everything and marks a clean end.
    ///
    /// # Errors
    /// `not_published` or `Kind::Io`; nothing recorded is lost, and the next open checks everything.
    pub fn close(mut self) -> Result<()> {
        if self.published_size() < self.head.size {
            self.publish()?;
        }
        self.store.close()
    }
}
