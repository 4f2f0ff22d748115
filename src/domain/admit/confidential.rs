//! Confidential fields: an entry holds a commitment of its own to them, and they are erased once. What
//! they say is no matter of the rules.

use super::rules::{Rules, Scene};
use crate::domain::event::{ConfidentialErased, Event};
use crate::domain::finding::Finding;
use crate::domain::known;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;

/// Two entries never hold the same commitment: erasing the fields of one would erase the other's.
pub(super) fn seal(state: &State, event: &Event) -> Result<(), Rejection> {
    let sealed = event.confidential.and_then(|commitment| state.confidential.get(&commitment));
    sealed.map_or(Ok(()), |sealed| Err(Rejection::ConfidentialReused { entry: sealed.entry }))
}

/// Fields are erased once.
impl Rules for ConfidentialErased {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        let commitment = known::entry(at.state, at.context.cited, self.entry)?.confidential;
        let sealed = commitment.and_then(|commitment| at.state.confidential.get(&commitment));
        match sealed.and_then(|sealed| sealed.erased_by) {
            Some(by) => Err(Rejection::AlreadyErased { entry: self.entry, by }),
            None => Ok(()),
        }
    }
}
