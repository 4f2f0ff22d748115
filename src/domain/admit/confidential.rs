//! Confidential fields: an entry holds a commitment of its own to them, and they are erased once. What
//! they say is no matter of the rules.

use crate::domain::apply::Cited;
use crate::domain::event::{ConfidentialErased, Event};
use crate::domain::known;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;

/// Two entries never hold the same commitment: erasing the fields of one would erase the other's.
pub(super) fn seal(state: &State, event: &Event) -> Result<(), Rejection> {
    let sealed = event.confidential.and_then(|commitment| state.confidential.get(&commitment));
    sealed.map_or(Ok(()), |sealed| Err(Rejection::ConfidentialReused { entry: sealed.entry }))
}

/// Fields are erased once.
pub(super) fn erase(state: &State, b: &ConfidentialErased, cited: &Cited) -> Result<(), Rejection> {
    let commitment = known::entry(state, cited, b.entry)?.confidential;
    let sealed = commitment.and_then(|commitment| state.confidential.get(&commitment));
    match sealed.and_then(|sealed| sealed.erased_by) {
        Some(by) => Err(Rejection::AlreadyErased { entry: b.entry, by }),
        None => Ok(()),
    }
}
