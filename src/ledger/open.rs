//! Opening for writing: the LOCK, the store, the archive, and the agreement of all of them.
//!
//! After a clean end the store's own copy is trusted once its head, the archive's last entry and its
//! checkpoint agree; the state is the snapshot and `admit` over the pages after it. After anything
//! else all copies are read and verified in full (see `recover`). Either way the anchor is compared.

use super::anchored::{Against, Log, check_anchor};
use super::checks::{check_identity, root_at, unless_damaged};
use super::proven::Proven;
use super::recover::{self, Around, Recovered};
use super::resume::{Resumed, resume};
use super::staged::Stage;
use super::{LOG_FOLDER, Ledger, Media, Outside};
use crate::archive::reader::ArchiveReader;
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::Head;
use crate::domain::state::State;
use crate::edge::config::LedgerConfig;
use crate::edge::lock::LedgerLock;
use crate::error::{Error, Kind, Result};
use crate::store::{Opening, Store};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use std::path::Path;
use std::sync::Arc;

impl Ledger {
    /// Opens the ledger in `folder` for writing.
    ///
    /// # Errors
    /// `locked` names the other process; `no_ledger`, `config_malformed`, `never_begun`; `fork` names
    /// the index at which two valid copies differ; `anchor_missing`, `shorter_than_anchor`,
    /// `differs_from_anchor`;
    /// `entries_set_aside` when entries that verify stand beyond a gap; `read_only_ledger` when the
    /// log has an event of a later release; `Kind::Io` when the disk could not.
    pub fn open(folder: &Path, outside: Outside) -> Result<Self> {
        Self::open_on(folder, outside, &Media::default())
    }

    /// [`Ledger::open`] on another medium.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_on(folder: &Path, outside: Outside, media: &Media) -> Result<Self> {
        super::restore::check_finished(folder)?;
        let config = LedgerConfig::read(folder)?;
        Self::open_against(folder, &config, outside, media, Against::Anchor)
    }

    /// Opens the ledger and compares it with the anchor, or with what stands for it.
    pub(super) fn open_against(
        folder: &Path,
        config: &LedgerConfig,
        outside: Outside,
        media: &Media,
        against: Against<'_>,
    ) -> Result<Self> {
        let lock = LedgerLock::acquire(folder)?;
        let log = folder.join(LOG_FOLDER);
        let mut notes = Vec::new();
        notes.extend(recover::finish_interrupted(media, &log)?);
        let around = Around { media, outside: &outside, config, against, is_second_look: false };
        let (store, archive, resumed) = look_twice(folder, &log, around, &mut notes)?;
        let Resumed { state, parts, snapshot_size, replaces_snapshot } = resumed;
        let head = store.head()?;
        check_agree(head, &archive, &state)?;
        let recorded_at_microseconds = super::last_recorded_at(store.as_ref(), head)?;
        let cache_size =
            super::reader::cache::newest_size(&folder.join(super::CACHE_FOLDER), head.size);
        let mut opened = Self {
            folder: folder.to_owned(),
            outside,
            store,
            archive,
            state,
            head,
            recorded_at_microseconds,
            snapshot_size,
            parts,
            replaces_snapshot,
            proven: Proven::default(),
            cache_size,
            notes,
            unpublished: None,
            stage: Stage::default(),
            is_ahead: false,
            _lock: lock,
        };
        let erased = opened.finish_erasures();
        opened.note_failure("fields that are erased still have sealed files", erased);
        opened.drop_former_cache();
        if opened.published_size() == opened.head.size {
            opened.forget_unpublished();
        }
        Ok(opened)
    }
}

/// A store with what fits it. Where it is damaged it is let go of, opened once more and read anew, before
/// anything is moved aside: what a disk gave wrongly once is no damage.
fn look_twice(
    folder: &Path,
    log: &Path,
    mut around: Around<'_>,
    notes: &mut Vec<String>,
) -> Result<(Box<dyn Store>, ArchiveWriter, Resumed)> {
    loop {
        let (mut store, opening) = (around.media.store)(folder)?;
        let new = opening.notes.iter().filter(|note| !notes.contains(note));
        let new: Vec<String> = new.cloned().collect();
        notes.extend(new);
        if let Some((archive, resumed)) = bring_together(&mut store, &opening, log, &around, notes)?
        {
            return Ok((store, archive, resumed));
        }
        around.is_second_look = true;
    }
}

/// The archive at the head of the store, and the state there, by the shortest way that the last end allows;
/// `None` where the store has to be looked at once more.
fn bring_together(
    store: &mut Box<dyn Store>,
    opening: &Opening,
    log: &Path,
    around: &Around<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<(ArchiveWriter, Resumed)>> {
    if let Some(trusted) = after_clean_end(store.as_ref(), opening, log, around, notes)? {
        return Ok(Some(trusted));
    }
    if let Some(sound) = opening.sound.filter(|_| opening.differs.is_none())
        && let Some(tail) = recover::recover_tail(store.as_ref(), sound, log, around, notes)?
    {
        return Ok(Some(tail));
    }
    let Some(recovered) = recover::recover(store, log, around, notes)? else { return Ok(None) };
    let Recovered { state, archive, head } = recovered;
    check_stands_at(store.as_ref(), head)?;
    Ok(Some((archive, Resumed::recovered(state))))
}

/// After a clean end, where the copies and the anchor agree and the store can be read through.
fn after_clean_end(
    store: &dyn Store,
    opening: &Opening,
    log: &Path,
    around: &Around<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<(ArchiveWriter, Resumed)>> {
    let Around { media, outside, config, against, .. } = *around;
    let key = VerifierKey::new(&config.origin, &outside.log_key())?;
    let Some(archive) = agreed(store, opening, media, log, &key)? else { return Ok(None) };
    let resumed = match resume(store, &archive, &outside.log_key()) {
        Ok(resumed) => resumed,
        // The copies end alike, but this one cannot be read through: look at all of them.
        Err(error) if error.kind() == Kind::Break => {
            notes.push(error.message().to_owned());
            store.distrust()?;
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    check_identity(&resumed.state, config, outside)?;
    let found = Log { medium: media.log.as_ref(), folder: log };
    let anchor = against.anchor(outside, &config.origin, &found)?;
    let root = |size| root_at(&archive, size, store).map(Some);
    let size = anchor.as_ref().map_or(0, |anchor| anchor.size);
    check_anchor(anchor.as_ref(), archive.size(), || root(size))?;
    Ok(Some((archive, resumed)))
}

/// What was mended is what the store says of itself: it may have been read back shorter than written.
///
/// # Errors
/// `store_stands_elsewhere`.
fn check_stands_at(store: &dyn Store, expected: Head) -> Result<()> {
    let found = store.head()?;
    if found == expected {
        return Ok(());
    }
    Err(stands_elsewhere(
        format!("{} entries ending in {}", expected.size, expected.hash),
        format!("{} ending in {}", found.size, found.hash),
    ))
}

/// Store, archive and state stand at one head: whatever is signed next is signed there, and at no index
/// that any copy has an entry at.
///
/// # Errors
/// `store_stands_elsewhere`.
fn check_agree(head: Head, archive: &ArchiveWriter, state: &State) -> Result<()> {
    if archive.size() == head.size && state.size == head.size {
        return Ok(());
    }
    let expected = format!("{} entries", archive.size().max(state.size));
    Err(stands_elsewhere(expected, head.size.to_string()))
}

fn stands_elsewhere(expected: String, found: String) -> Error {
    let message = format!(
        "the store was read back with another end than it should have: expected {expected}, found {found}"
    );
    Error::new(Kind::Io, "store_stands_elsewhere", message)
        .with_hint(
            "nothing was written; run the command again, which reads the disk anew, and look at the disk \
             where it says so twice",
        )
        .with_detail("expected", expected)
        .with_detail("found", found)
}

/// The archive, if a clean end and the agreement of all copies allow to trust the store.
fn agreed(
    store: &dyn Store,
    opening: &Opening,
    media: &Media,
    log: &Path,
    key: &VerifierKey,
) -> Result<Option<ArchiveWriter>> {
    if !opening.clean || opening.differs.is_some() {
        return Ok(None);
    }
    let medium = || Arc::clone(&media.log);
    let Some(archive) = unless_damaged(ArchiveWriter::open_on(medium(), log))? else {
        return Ok(None);
    };
    let Some(reader) = unless_damaged(ArchiveReader::open_on(medium(), log))? else {
        return Ok(None);
    };
    // A clean end publishes first: anything else is for recovery to judge.
    let head = store.head()?;
    let Some(last) = head.size.checked_sub(1).filter(|_| archive.size() == head.size) else {
        return Ok(None);
    };
    let is_signed = Checkpoint::verify(reader.note(), key).is_ok();
    // The last entry is the one that was signed, so by their hashes are all before it.
    if !is_signed {
        return Ok(None);
    }
    let proven = unless_damaged(reader.prove(last))?;
    Ok(proven.filter(|(sealed, _)| sealed.hash == head.hash).map(|_| archive))
}
