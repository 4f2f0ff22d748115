//! The state at the head after an end that is trusted: a snapshot that the log key signed, and `admit`
//! over the entries after it.

use super::checks::check_understood;
use super::proven::Proven;
use super::reader::replay::{Judge, Replay};
use crate::archive::writer::ArchiveWriter;
use crate::chain::body;
use crate::chain::entry::{self, LedgerId};
use crate::chain::signature::{PUBLIC_KEY_BYTES, state_message, verify};
use crate::domain::state::State;
use crate::error::Result;
use crate::store::{Snapshot, Store};

/// The state at the head, and the snapshot that it was made from: none, with zeros.
pub(super) struct Resumed {
    pub(super) state: State,
    pub(super) snapshot_size: u64,
    pub(super) snapshot_bytes: u64,
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
        Self { state, snapshot_size: 0, snapshot_bytes: 0, replaces_snapshot: true }
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
    let mut resumed = Resumed {
        state: State::default(),
        snapshot_size: 0,
        snapshot_bytes: 0,
        replaces_snapshot: replaces_snapshot && begun.is_none(),
    };
    let mut replay = match begun {
        Some((replay, snapshot_bytes)) => {
            (resumed.snapshot_size, resumed.snapshot_bytes) =
                (replay.walk().head().size, snapshot_bytes);
            replay
        }
        None => Replay::new(None, Judge::Rules),
    };
    let mut at = resumed.snapshot_size;
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
    resumed.state = replay.into_state();
    Ok(resumed)
}

/// A replay that stands at a snapshot, if the log key signed it and the store has its head; with its
/// length in bytes. The signature comes before the work of reading it.
fn begin(
    store: &dyn Store,
    snapshot: &Snapshot,
    log_key: &[u8; PUBLIC_KEY_BYTES],
) -> Result<Option<(Replay, u64)>> {
    let at = snapshot.head;
    let last = store.read(at.size.saturating_sub(1)..at.size)?.into_iter().next();
    let Some(sealed) = last.filter(|sealed| sealed.hash == at.hash) else { return Ok(None) };
    let Ok(envelope) = entry::parse(&sealed.bytes) else { return Ok(None) };
    let (ledger, recorded_at) = (envelope.ledger, envelope.recorded_at_microseconds);
    if !is_signed(snapshot, ledger, log_key) {
        return Ok(None);
    }
    let Ok(state) = body::decode_state(&snapshot.bytes) else { return Ok(None) };
    let is_ours =
        state.size == at.size && state.ledger.as_ref().is_some_and(|facts| facts.id.0 == ledger.0);
    let bytes = u64::try_from(snapshot.bytes.len()).unwrap_or(u64::MAX);
    Ok(is_ours.then(|| (Replay::resume(ledger, at, recorded_at, state, Judge::Rules), bytes)))
}

fn is_signed(snapshot: &Snapshot, ledger: LedgerId, key: &[u8; PUBLIC_KEY_BYTES]) -> bool {
    let Snapshot { head, root, signature, .. } = snapshot;
    verify(key, &state_message(ledger, *head, root), signature)
}
