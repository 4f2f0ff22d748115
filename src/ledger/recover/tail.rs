//! Recovery from the last sound place: what is before it was one in all copies, so only what comes after
//! is compared, entry by entry.
//!
//! The place is trusted as a clean end is, no more: only where the checkpoint is signed, store and log
//! both have its hash, the log's own is proven into the checkpoint, and the anchor fits. Anything else,
//! and every entry that does not verify, is for the whole survey to judge and to name.

use super::super::anchored::{Log, check_anchor};
use super::super::proven::Proven;
use super::super::publish::publish_archive;
use super::super::resume::{Resumed, follow};
use super::Around;
use crate::archive::reader::ArchiveReader;
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::{self, Head, Sealed};
use crate::error::{Error, Kind, Result};
use crate::ledger::checks::{check_identity, check_understood, root_at, unless_damaged};
use crate::ledger::reader::replay::{Judge, Replay};
use crate::store::Store;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::VerifierKey;
use std::path::Path;
use std::sync::Arc;

/// Entries read at a time.
const AT_ONCE: u64 = 1_000;

/// Brings the archive up to a store whose entries from `sound` on verify. `None` where the whole survey has to
/// look; nothing is changed then.
///
/// # Errors
/// `Kind::Io`; what publishing says.
pub(in crate::ledger) fn recover_tail(
    store: &dyn Store,
    sound: Head,
    log: &Path,
    around: &Around<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<(ArchiveWriter, Resumed)>> {
    match attempt(store, sound, log, around, notes) {
        Err(error) if error.kind() == Kind::Io => Err(error),
        // Whatever it is: the survey says it of all copies, and in its order.
        Err(_) => Ok(None),
        done => done,
    }
}

fn attempt(
    store: &dyn Store,
    sound: Head,
    log: &Path,
    around: &Around<'_>,
    notes: &mut Vec<String>,
) -> Result<Option<(ArchiveWriter, Resumed)>> {
    let Around { media, outside, config, against, .. } = *around;
    let medium = || Arc::clone(&media.log);
    let Some(mut archive) = unless_damaged(ArchiveWriter::open_on(medium(), log))? else {
        return Ok(None);
    };
    let reader = archive.reader()?;
    let key = VerifierKey::new(&config.origin, &outside.log_key())?;
    let head = store.head()?;
    let is_signed = Checkpoint::verify(reader.note(), &key).is_ok();
    let (published, Some(last)) = (reader.size(), sound.size.checked_sub(1)) else {
        return Ok(None);
    };
    if !is_signed || published < sound.size || head.size < published {
        return Ok(None);
    }
    let stored = store.read(last..sound.size)?.into_iter().next();
    let Some(stored) = stored.filter(|stored| stored.hash == sound.hash) else { return Ok(None) };
    if reader.prove(last)?.0.hash != sound.hash {
        return Ok(None);
    }
    let proven = Proven::default();
    let mut resumed = follow(store, &archive, &proven, &outside.log_key(), sound.size)?;
    let Some(replay) =
        verify_after(store, (&archive, &proven), &reader, &stored, resumed.take_state())?
    else {
        return Ok(None);
    };
    check_understood(replay.stopped_at())?;
    resumed.state = replay.into_state();
    resumed.check()?;
    check_identity(&resumed.state, config, outside)?;
    let found = Log { medium: media.log.as_ref(), folder: log };
    let anchor = against.anchor(outside, &config.origin, &found)?;
    let anchored = anchor.as_ref().map_or(0, |anchor| anchor.size);
    fill(&mut archive, store, anchored.clamp(published, head.size))?;
    check_anchor(anchor.as_ref(), head.size, || root_at(&archive, anchored, store).map(Some))?;
    if published < head.size {
        if outside.lost_log_key.is_some() {
            return Ok(None);
        }
        fill(&mut archive, store, head.size)?;
        publish_archive(&mut archive, outside, &config.origin, against)?;
        notes.push(format!("the archive was completed from entry {published} on"));
    }
    Ok(Some((archive, resumed)))
}

/// Follows the store's entries after `last` with everything checked; what the log has of them is the same.
/// `None` where they do not verify.
fn verify_after(
    store: &dyn Store,
    (archive, proven): (&ArchiveWriter, &Proven),
    reader: &ArchiveReader,
    last: &Sealed,
    state: crate::domain::state::State,
) -> Result<Option<Replay>> {
    let envelope = entry::parse(&last.bytes).map_err(|why| {
        Error::new(Kind::Break, "entry_malformed", why.to_string()).with_detail("index", last.index)
    })?;
    let at = Head { size: last.index.saturating_add(1), hash: last.hash };
    let recorded_at = envelope.recorded_at_microseconds;
    let mut replay = Replay::resume(envelope.ledger, at, recorded_at, state, Judge::Everything);
    let mut published = reader.entries(at.size..reader.size());
    let head = store.head()?;
    while replay.walk().head().size < head.size {
        let from = replay.walk().head().size;
        let page = store.read(from..from.saturating_add(AT_ONCE))?;
        if page.is_empty() {
            return Ok(None);
        }
        for sealed in &page {
            if sealed.index < reader.size()
                && published.next().transpose()?.is_none_or(|of_log| of_log.hash != sealed.hash)
            {
                return Ok(None);
            }
            let mut lookup = |index| proven.event(store, archive, index);
            let outcome = replay.step(sealed, &mut lookup, &mut |_| {})?;
            if outcome.is_some_and(|done| done.signature.is_err()) {
                return Ok(None);
            }
        }
    }
    Ok((replay.walk().finish()? == head).then_some(replay))
}

/// Appends the store's entries up to `size` to the archive.
fn fill(archive: &mut ArchiveWriter, store: &dyn Store, size: u64) -> Result<()> {
    while archive.size() < size {
        let from = archive.size();
        let page = store.read(from..size.min(from.saturating_add(AT_ONCE)))?;
        if page.is_empty() {
            return Ok(());
        }
        archive.append(&page)?;
    }
    Ok(())
}
