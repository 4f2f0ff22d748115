//! The state at the head after an end that is trusted: a snapshot that the log key signed, and `admit`
//! over the entries after it.

use super::checks::check_understood;
use super::parts;
use super::proven::Proven;
use super::reader::replay::{Judge, Replay};
use crate::archive::writer::ArchiveWriter;
use crate::chain::body::Parts;
use crate::chain::entry::{self, LedgerId};
use crate::chain::signature::{PUBLIC_KEY_BYTES, state_message, verify};
use crate::domain::state::State;
use crate::error::{Kind, Result};
use crate::store::{Snapshot, Store};
use std::sync::Arc;

/// The state at the head, and the snapshot that it was made from: none, with zeros.
pub(super) struct Resumed {
    pub(super) state: State,
    /// What the state is read from.
    pub(super) parts: Option<Arc<Parts>>,
    pub(super) snapshot_size: u64,
    /// There is one that is not used.
    pub(super) replaces_snapshot: bool,
}

impl Resumed {
    /// The state, to go on from it.
    pub(super) fn take_state(&mut self) -> State {
        std::mem::take(&mut self.state)
    }

    /// After a recovery, which uses no snapshot: what there is, is replaced.
    pub(super) fn recovered(state: State) -> Self {
        Self { state, parts: None, snapshot_size: 0, replaces_snapshot: true }
    }

    /// Every part of the snapshot that was asked for could be had.
    ///
    /// # Errors
    /// As [`Parts::fault`].
    pub(super) fn check(&self) -> Result<()> {
        self.parts.as_ref().map_or(Ok(()), |parts| parts.fault())
    }
}

/// State = snapshot + `admit` over the entries after it, up to the head.
pub(super) fn resume(
    store: &dyn Store,
    archive: &ArchiveWriter,
    log_key: &[u8; PUBLIC_KEY_BYTES],
) -> Result<Resumed> {
    follow(store, archive, &Proven::default(), log_key, store.head()?.size)
}

/// The state at `size`, where a command ends. What entries cite is proven.
pub(super) fn follow(
    store: &dyn Store,
    archive: &ArchiveWriter,
    proven: &Proven,
    log_key: &[u8; PUBLIC_KEY_BYTES],
    size: u64,
) -> Result<Resumed> {
    let snapshot = store.snapshot()?;
    let replaces_snapshot = snapshot.is_some();
    let usable = snapshot.filter(|snapshot| snapshot.head.size <= size);
    let begun = match usable {
        Some(snapshot) => begin(store, &snapshot, log_key)?,
        None => None,
    };
    if let Some((replay, parts)) = begun {
        let snapshot_size = replay.walk().head().size;
        let outcome = go_on(store, archive, proven, replay, size);
        // What stopped it may follow from a part that is not there.
        match parts.fault() {
            Err(fault) if fault.kind() != Kind::Break => return Err(fault),
            Err(_) => {}
            Ok(()) => {
                let (parts, replaces_snapshot) = (Some(parts), false);
                return Ok(Resumed { state: outcome?, parts, snapshot_size, replaces_snapshot });
            }
        }
    }
    let state = go_on(store, archive, proven, Replay::new(None, Judge::Rules), size)?;
    Ok(Resumed { state, parts: None, snapshot_size: 0, replaces_snapshot })
}

/// The state at `size`, from where the replay stands.
fn go_on(
    store: &dyn Store,
    archive: &ArchiveWriter,
    proven: &Proven,
    mut replay: Replay,
    size: u64,
) -> Result<State> {
    let mut at = replay.walk().head().size;
    while at < size {
        let page = store.read(at..size.min(at.saturating_add(1_000)))?;
        for sealed in &page {
            let mut lookup = |index| proven.event(store, archive, index);
            // What the rules refuse is in the state as a breach.
            replay.step(sealed, &mut lookup, &mut |_| {})?;
        }
        if page.is_empty() {
            break;
        }
        at = at.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
    }
    check_understood(replay.stopped_at())?;
    Ok(replay.into_state())
}

/// A replay that stands at a snapshot, if the log key signed it and the store has its head; with what its
/// state is read from. The signature comes before the work of reading it.
fn begin(
    store: &dyn Store,
    snapshot: &Snapshot,
    log_key: &[u8; PUBLIC_KEY_BYTES],
) -> Result<Option<(Replay, Arc<Parts>)>> {
    let at = snapshot.head;
    let last = store.read(at.size.saturating_sub(1)..at.size)?.into_iter().next();
    let Some(sealed) = last.filter(|sealed| sealed.hash == at.hash) else { return Ok(None) };
    let Ok(envelope) = entry::parse(&sealed.bytes) else { return Ok(None) };
    let (ledger, recorded_at) = (envelope.ledger, envelope.recorded_at_microseconds);
    if !is_signed(snapshot, ledger, log_key) {
        return Ok(None);
    }
    let Some((state, parts)) = parts::open(store, snapshot)? else { return Ok(None) };
    let is_ours =
        state.size == at.size && state.ledger.as_ref().is_some_and(|facts| facts.id.0 == ledger.0);
    Ok(is_ours.then(|| (Replay::resume(ledger, at, recorded_at, state, Judge::Rules), parts)))
}

fn is_signed(snapshot: &Snapshot, ledger: LedgerId, key: &[u8; PUBLIC_KEY_BYTES]) -> bool {
    let Snapshot { head, root, signature, .. } = snapshot;
    verify(key, &state_message(ledger, *head, root), signature)
}
