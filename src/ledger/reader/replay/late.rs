//! After the state stopped: who signs what goes on to be known without the rules.
//!
//! Keys of officers and of the log are followed from the entries that bring them in, so that a log which
//! goes on with rules of a later release is still held against the keys of each position, and never accused
//! for want of them.

use super::super::bodies::is_of_keys;
use super::{Replay, Signed, proofs, revoked};
use crate::chain::breaks::Break;
use crate::chain::walk::Completed;
use crate::domain::apply;
use crate::domain::event::{Body, Bytes32, Event};

impl Replay {
    /// What the command that ends here says of keys, once the state has stopped, in order; in the
    /// command in which it stopped, from its first entry on.
    pub(super) fn late_events(&mut self) -> Vec<(u64, Event)> {
        if self.stopped_at.is_none() {
            return Vec::new();
        }
        let before = self.pending.iter().map(|pending| pending.index).zip(&self.events);
        let mut late: Vec<_> = before
            .filter(|(_, event)| is_of_keys(&event.body))
            .map(|(index, event)| (index, event.clone()))
            .collect();
        late.append(&mut self.late);
        late
    }

    /// Takes over the keys that events bring in.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are of no officer")]
    pub(super) fn follow_keys(&mut self, late: Vec<(u64, Event)>) {
        for (index, event) in late {
            let known = u32::try_from(self.state.officers.len()).unwrap_or(u32::MAX);
            // Where somebody was enrolled by an event of a later release, numbers have a gap.
            let (number, key) = match &event.body {
                Body::OfficerEnrolled(b) if b.number != known => (b.number, Some(b.key)),
                Body::OfficerKeyRotated(b) if b.number >= known => (b.number, Some(b.key)),
                Body::OfficerRevoked(b) if b.number >= known => (b.number, None),
                _ => {
                    apply::follow_keys(&mut self.state, &event, index);
                    continue;
                }
            };
            self.late_keys.insert(number, key);
        }
    }

    /// Signatures go on to be checked, and proofs of what is brought in. Where a key is not known,
    /// because its enrolment is of a later release, that is noted.
    pub(super) fn check_late_signature(
        &mut self,
        completed: &Completed<'_>,
        signed: Option<Signed>,
        late: &[(u64, Event)],
    ) -> std::result::Result<(), Break> {
        let events = late.iter().map(|(index, event)| (*index, event));
        proofs::check(completed.ledger, &self.state, events)?;
        let number = usize::try_from(completed.officer).unwrap_or(usize::MAX);
        let known = self.state.officers.get(number);
        if let Some(entry) = known.and_then(|officer| officer.revoked) {
            return Err(revoked(completed, Some(entry)));
        }
        let key = match known {
            Some(officer) => Some(officer.key),
            None if completed.first == 0 => genesis_key(late),
            None => match self.late_keys.get(&completed.officer) {
                Some(None) => return Err(revoked(completed, None)),
                Some(Some(key)) => Some(*key),
                None => None,
            },
        };
        let Some(verifies) = key.and_then(|key| self.verifies(completed, &key, signed)) else {
            self.unsigned_from.get_or_insert(completed.first);
            return Ok(());
        };
        completed.judge_signature(verifies)
    }
}

/// The key that the first command enrols, and is signed by.
fn genesis_key(late: &[(u64, Event)]) -> Option<Bytes32> {
    late.iter().find_map(|(_, event)| super::enrolled_key(event))
}
