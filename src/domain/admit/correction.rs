//! Reversals and attachments. An entry is reversed once, with a reason, by its exact inverse, and
//! only while nothing later builds on it.

use super::built::Built;
use super::rules::{Rules, Scene};
use super::time;
use crate::domain::breach::{left_account, unknown_account};
use crate::domain::event::{Body, Cited, DocumentAttached, EntryReversed, Event};
use crate::domain::finding::Finding;
use crate::domain::known;
use crate::domain::posting::Move;
use crate::domain::rejection::{DateRule, Dependents, Ground, Rejection};
use crate::domain::state::State;

impl Rules for EntryReversed {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        reverse(at, self.entry, findings)
    }
}

no_rules!(DocumentAttached);

fn reverse(at: &Scene<'_>, entry: u64, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
    let state = at.state;
    let original = known::entry(state, at.context.cited, entry)?;
    time::order(at.event, original.occurred_on, DateRule::Reversal, findings)?;
    if let Some(by) = state.reversed.get(&entry) {
        return Err(Rejection::AlreadyReversed { entry, by: *by });
    }
    match original.body.built_on(state, entry) {
        Some(built) => {
            let (ground, later) = (Box::new(Ground::Built(built)), Dependents::NotSought);
            Err(Rejection::HasDependents { entry, ground, short: None, later })
        }
        None => Ok(()),
    }
}

/// After a breach an account may stand where no later entry shows it, or a thing be gone that an entry was
/// about: what a reversal takes back leaves no account without what it belongs to.
pub(super) fn check_left(
    state: &State,
    event: &Event,
    cited: &Cited,
    moves: &[Move],
) -> Result<(), Rejection> {
    let Body::EntryReversed(b) = &event.body else { return Ok(()) };
    let original = cited.get(&b.entry).map(|original| &original.body);
    let left = original.and_then(|original| left_account(state, original));
    match unknown_account(state, moves).or(left) {
        Some(leaf) => Err(Rejection::HasDependents {
            entry: b.entry,
            ground: Box::new(Ground::Account(leaf.clone())),
            short: Some(state.currency().money(state.balance(leaf))),
            later: Dependents::NotSought,
        }),
        None => Ok(()),
    }
}

/// Whether an event books something that a reversal would take back: not what only names a thing or says
/// that it is over, nor an allocation of nothing or a project without funding, which make room for others.
/// The same under all rule sets: what was once left as not booked is not booked later.
#[must_use]
pub fn books(body: &Body) -> bool {
    let makes_room = matches!(body, Body::AllocationRecorded(b) if b.amount.is_zero())
        || matches!(body, Body::ProjectApproved(b) if b.funding.is_empty());
    !makes_room && body.is_reversible(1)
}
