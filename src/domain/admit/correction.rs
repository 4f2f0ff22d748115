//! Reversals and attachments. An entry is reversed once, with a reason, by its exact inverse, and
//! only while nothing later builds on it.

use super::time;
use crate::domain::apply::Cited;
use crate::domain::event::{Body, EntryReversed, Event, Split};
use crate::domain::finding::Finding;
use crate::domain::ids::Code;
use crate::domain::kinds::ProjectStatus;
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::rejection::{BuiltOn, DateRule, Dependents, Ground, Rejection};
use crate::domain::state::{Project, RefundKey, State};
use crate::domain::table::Lookup;

pub(super) fn reverse(
    state: &State,
    event: &Event,
    b: &EntryReversed,
    cited: &Cited,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let entry = b.entry;
    let original = known::entry(state, cited, entry)?;
    time::order(event, original.occurred_on, DateRule::Reversal, findings)?;
    if let Some(by) = state.reversed.get(&entry) {
        return Err(Rejection::AlreadyReversed { entry, by: *by });
    }
    match dependents(state, entry, &original.body) {
        Some(built) => {
            let (ground, later) = (Box::new(Ground::Built(built)), Dependents::NotSought);
            Err(Rejection::HasDependents { entry, ground, short: None, later })
        }
        None => Ok(()),
    }
}

/// Whether an event books something that a reversal would take back: not what only names a thing, nor an
/// allocation of nothing or a project without funding, which make room for others.
#[must_use]
pub fn books(body: &Body) -> bool {
    let makes_room = matches!(body, Body::AllocationRecorded(b) if b.amount.is_zero())
        || matches!(body, Body::ProjectApproved(b) if b.funding.is_empty());
    !makes_room && body.is_reversible()
}

/// What later entries made of this one, where the accounts alone would not show it.
#[expect(clippy::wildcard_enum_match_arm, reason = "for the others the accounts show it")]
fn dependents(state: &State, entry: u64, body: &Body) -> Option<BuiltOn> {
    let closed = |contract: &Code| {
        (state.commitments.get(contract))
            .filter(|made| made.closed)
            .map(|_| BuiltOn::Closed { contract: contract.clone() })
    };
    let closed_out = |code: &Code| {
        (state.projects.get(code))
            .filter(|project| project.status == ProjectStatus::ClosedOut)
            .map(|_| BuiltOn::ClosedOut { project: code.clone() })
    };
    let settled = |splits: &[Split]| {
        splits.iter().filter_map(|split| split.project.as_ref()).find_map(closed_out)
    };
    let changed = |contract: &Code| {
        (state.commitments.get(contract))
            .filter(|made| made.changes > 0)
            .map(|_| BuiltOn::Changed { contract: contract.clone() })
    };
    match body {
        Body::ProjectApproved(b) => {
            let project = state.projects.get(&b.code)?;
            project_dependents(state, &b.code, project, b.funding.len())
        }
        Body::ReservationReleased(b) => closed_out(&b.project),
        Body::CommitmentMade(b) => {
            closed(&b.contract).or_else(|| changed(&b.contract)).or_else(|| settled(&b.splits))
        }
        Body::CommitmentIncreased(b) => closed(&b.contract).or_else(|| settled(&b.splits)),
        Body::CommitmentReduced(b) => closed(&b.contract),
        Body::DisbursementRecorded(b) => {
            let first =
                b.splits.iter().map(|split| (entry, split.line.clone(), split.project.clone()));
            let refunded = first.into_iter().any(|key| state.refunded.contains_key(&key));
            if refunded {
                return Some(BuiltOn::Refunded { payment: entry });
            }
            b.commitment.as_ref().and_then(closed).or_else(|| settled(&b.splits))
        }
        Body::FollowOnPledged(b) => {
            let follow_on = state.follow_ons.get(&b.code)?;
            let used = follow_on.ended || !follow_on.paid_in.is_zero();
            used.then(|| BuiltOn::Used { follow_on: b.code.clone() })
        }
        Body::FollowOnPaidIn(b) => (state.follow_ons.get(&b.code))
            .filter(|follow_on| follow_on.ended)
            .map(|_| BuiltOn::Withdrawn { follow_on: b.code.clone() }),
        _ => None,
    }
}

fn project_dependents(
    state: &State,
    code: &Code,
    project: &Project,
    funded: usize,
) -> Option<BuiltOn> {
    if project.status != ProjectStatus::Approved {
        return Some(BuiltOn::Ended { project: code.clone(), status: project.status });
    }
    let entries = project.funded.iter().map(|funded| funded.entries);
    if entries.fold(0_u64, u64::saturating_add) > u64::try_from(funded).unwrap_or(u64::MAX) {
        return Some(BuiltOn::Reserved { project: code.clone() });
    }
    let contract = state
        .commitments
        .find(|_, made| made.shares.iter().any(|share| share.project.as_ref() == Some(code)));
    if let Some(contract) = contract {
        return Some(BuiltOn::Contract { project: code.clone(), contract: contract.clone() });
    }
    let paid = |(_, _, of): &RefundKey, _: &Amount| of.as_ref() == Some(code);
    if !project.engaged.is_zero() || state.refunded.find(paid).is_some() {
        return Some(BuiltOn::Paid { project: code.clone() });
    }
    let follow_on = state.follow_ons.find(|_, follow_on| follow_on.project == *code);
    follow_on.map(|follow_on| BuiltOn::Investment {
        project: code.clone(),
        follow_on: follow_on.clone(),
    })
}
