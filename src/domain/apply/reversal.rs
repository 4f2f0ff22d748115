//! Undoing an entry by its exact inverse.
//!
//! Most moves can be told again from the entry alone. Those that cannot, because they depended on
//! what stood where at the time (refunds, reductions, closings, payments above their commitment or
//! from unreserved money of a project), are kept in the state, by index, from the start.

use super::Cited;
use super::moves::{commit, commitment, source, unknown};
use super::remember::{set_closed, set_status};
use crate::domain::event::{Body, DisbursementRecorded, Event, Split};
use crate::domain::ids::Code;
use crate::domain::kinds::{ProjectStatus, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::Draft;

/// Keeps the moves of the entry that is being applied, for a later reversal.
pub(super) fn keep(draft: &mut Draft<'_>, moves: &[Move]) {
    if !moves.is_empty() {
        draft.kept_moves.insert(draft.size, moves.to_vec());
    }
}

/// True if a payment's moves cannot be told from the payment alone.
pub(super) fn is_unusual_payment(payment: &DisbursementRecorded, moves: &[Move]) -> bool {
    let usual = payment.splits.iter().map(|split| usual_source(payment, split));
    moves.len() != payment.splits.len() || moves.iter().zip(usual).any(|(m, from)| m.from != from)
}

fn usual_source(payment: &DisbursementRecorded, split: &Split) -> Leaf {
    let project = split.project.as_ref();
    match &payment.commitment {
        Some(contract) => Leaf::new(&split.line, Stage::Committed, project, Some(contract)),
        None => source(&split.line, project, true),
    }
}

fn original(entry: u64, cited: &Cited) -> Result<&Event, Rejection> {
    cited.get(&entry).ok_or_else(|| unknown(Thing::Entry, &format!("@{entry}")))
}

/// The inverse moves of the entry, last first.
pub(super) fn moves(draft: &Draft<'_>, entry: u64, cited: &Cited) -> Result<Vec<Move>, Rejection> {
    let event = original(entry, cited)?;
    let done = match (draft.kept_moves.get(&entry), &event.body) {
        (Some(kept), _) => kept.clone(),
        (None, Body::CommitmentMade(b)) => {
            let made = commitment(draft, &b.contract)?;
            (b.splits.iter()).map(|split| commit(draft, &b.contract, split, Some(made))).collect()
        }
        (None, Body::DisbursementRecorded(b)) => (b.splits.iter())
            .map(|split| {
                let (project, contract) = (split.project.as_ref(), b.commitment.as_ref());
                let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
                Move::new(usual_source(b, split), paid, split.amount)
            })
            .collect(),
        (None, Body::ProjectClosedOut(_) | Body::CommitmentClosed(_) | Body::EntryReversed(_)) => {
            Vec::new()
        }
        (None, _) => super::moves::moves(draft, event, cited)?,
    };
    Ok(done.into_iter().rev().map(|m| Move::new(m.to, m.from, m.amount)).collect())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others leave nothing but their moves")]
/// Forgets what the reversed entry made the state remember.
pub(super) fn settle(draft: &mut Draft<'_>, entry: u64, cited: &Cited) -> Result<(), Rejection> {
    let event = original(entry, cited)?;
    draft.reversed.insert(entry, draft.size);
    draft.kept_moves.remove(&entry);
    for document in &event.body.filing().documents {
        if draft.e_vouchers.get(&document.hash) == Some(&entry) {
            draft.e_vouchers.remove(&document.hash);
        }
    }
    match &event.body {
        Body::CommitmentMade(b) => forget_if_unused(draft, &b.contract),
        Body::CommitmentClosed(b) => set_closed(draft, &b.contract, false),
        Body::ProjectApproved(b) => draft.projects.remove(&b.code),
        Body::ProjectClosedOut(b) => {
            let before = draft.projects.get(&b.code).and_then(|p| p.before_close_out);
            set_status(draft, &b.code, before.unwrap_or(ProjectStatus::Completed));
        }
        Body::RefundReceived(b) => {
            for split in &b.splits {
                let key = (b.disbursement, split.line.clone(), split.project.clone());
                let before = draft.refunded.get(&key).copied().unwrap_or_default();
                match before.checked_sub(split.amount).ok_or(Rejection::Overflow)? {
                    Amount::ZERO => draft.refunded.remove(&key),
                    rest => draft.refunded.insert(key, rest),
                }
            }
        }
        Body::FollowOnPledged(b) => draft.follow_ons.remove(&b.code),
        Body::FollowOnPaidIn(b) => take_back(draft, &b.code, |f| {
            f.paid_in = f.paid_in.checked_sub(b.amount)?;
            Some(())
        })?,
        Body::FollowOnWithdrawn(b) => take_back(draft, &b.code, |f| {
            f.withdrawn = f.withdrawn.checked_sub(b.amount)?;
            f.ended = false;
            Some(())
        })?,
        _ => {}
    }
    Ok(())
}

fn take_back(
    draft: &mut Draft<'_>,
    code: &Code,
    change: impl Fn(&mut crate::domain::state::FollowOn) -> Option<()>,
) -> Result<(), Rejection> {
    let mut follow_on =
        (draft.follow_ons.get(code).cloned()).ok_or_else(|| unknown(Thing::FollowOn, code))?;
    change(&mut follow_on).ok_or(Rejection::Overflow)?;
    draft.follow_ons.insert(code.clone(), follow_on);
    Ok(())
}

/// The contract's number is free again once nothing is committed or paid under it.
fn forget_if_unused(draft: &mut Draft<'_>, contract: &Code) {
    let Some(made) = draft.commitments.get(contract) else { return };
    let used = made.shares.iter().any(|share| {
        [Stage::Committed, Stage::Paid, Stage::RefundedOut, Stage::CarriedOut].iter().any(|stage| {
            let leaf = Leaf::new(&share.line, *stage, share.project.as_ref(), Some(contract));
            draft.leaves.contains(&leaf)
        })
    });
    if !used {
        draft.commitments.remove(contract);
    }
}
