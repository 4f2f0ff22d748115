//! Undoing an entry by its exact inverse.
//!
//! Most moves can be told again from the entry alone. Those that cannot, because they depended on
//! what stood where at the time (refunds, reductions, closings, payments above their commitment or
//! from unreserved money of a project), are kept in the state, by index, from the start.

use super::Cited;
use super::moves::{commit, commitment, source, unknown};
use super::remember::{lower_floors, set_closed};
use crate::domain::event::{BalanceCarriedForward, Body, DisbursementRecorded, Event, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{ProjectStatus, Stage};
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Journal, Share, State};

/// Keeps the moves of the entry that is being applied, for a later reversal.
pub(super) fn keep(journal: &mut Journal<'_>, moves: &[Move]) {
    if !moves.is_empty() {
        let index = journal.size;
        journal.kept_moves().insert(index, moves.to_vec());
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
pub(super) fn moves(state: &State, entry: u64, cited: &Cited) -> Result<Vec<Move>, Rejection> {
    let event = original(entry, cited)?;
    let done = match (state.kept_moves.get(&entry), &event.body) {
        (Some(kept), _) => kept.clone(),
        (None, Body::CommitmentMade(b)) => {
            let made = commitment(state, &b.contract)?;
            (b.splits.iter()).map(|split| commit(state, &b.contract, split, Some(made))).collect()
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
        (None, _) => super::moves::moves(state, event, cited)?,
    };
    Ok(done.into_iter().rev().map(|m| Move::new(m.to, m.from, m.amount)).collect())
}

/// Forgets what the reversed entry made the state remember.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others leave nothing but their moves")]
pub(super) fn settle(
    journal: &mut Journal<'_>,
    entry: u64,
    cited: &Cited,
) -> Result<(), Rejection> {
    let event = original(entry, cited)?;
    let index = journal.size;
    journal.reversed().insert(entry, index);
    let kept = journal.kept_moves.contains_key(&entry);
    journal.kept_moves().remove(&entry);
    free_e_vouchers(journal, entry, event);
    lower_floors(journal, &event.body, true)?;
    match &event.body {
        Body::AllocationRecorded(b) => forget_opening(journal, &b.line),
        Body::FundsReserved(b) => forget_funding(journal, &b.project, &b.line),
        Body::BalanceCarriedForward(b) => forget_carried(journal, entry, b),
        Body::CommitmentMade(b) => journal.commitments().remove(&b.contract),
        Body::CommitmentIncreased(b) => forget_change(journal, &b.contract, &b.splits),
        Body::CommitmentReduced(b) => forget_change(journal, &b.contract, &[]),
        Body::DisbursementRecorded(b) if kept => {
            b.commitment.iter().for_each(|contract| forget_change(journal, contract, &[]));
        }
        Body::CommitmentClosed(b) => set_closed(journal, &b.contract, false),
        Body::ProjectApproved(b) => journal.projects().remove(&b.code),
        Body::ProjectClosedOut(b) => open_again(journal, &b.code),
        Body::RefundReceived(b) => {
            for split in &b.splits {
                let key = (b.disbursement, split.line.clone(), split.project.clone());
                journal.refunded().update(&key, |before| {
                    let rest = before.copied().unwrap_or_default().checked_sub(split.amount);
                    Ok(Some(rest.ok_or(Rejection::Overflow)?).filter(|rest| !rest.is_zero()))
                })?;
            }
        }
        Body::FollowOnPledged(b) => journal.follow_ons().remove(&b.code),
        Body::FollowOnPaidIn(b) => take_back(journal, &b.code, |f| {
            f.paid_in = f.paid_in.checked_sub(b.amount)?;
            Some(())
        })?,
        Body::FollowOnWithdrawn(b) => take_back(journal, &b.code, |f| {
            f.withdrawn = f.withdrawn.checked_sub(b.amount)?;
            f.ended = false;
            Some(())
        })?,
        _ => {}
    }
    Ok(())
}

fn take_back(
    journal: &mut Journal<'_>,
    code: &Code,
    change: impl Fn(&mut crate::domain::state::FollowOn) -> Option<()>,
) -> Result<(), Rejection> {
    let changed = journal.follow_ons().change(code, change);
    changed.ok_or_else(|| unknown(Thing::FollowOn, code))?.ok_or(Rejection::Overflow)
}

/// An e-voucher of an entry that is undone may be booked again, with what was right.
fn free_e_vouchers(journal: &mut Journal<'_>, entry: u64, event: &Event) {
    let attached = journal.attached_e_vouchers.get(&entry).cloned();
    journal.attached_e_vouchers().remove(&entry);
    let own = event.body.filing().documents.iter().map(|document| document.hash);
    for hash in own.chain(attached.unwrap_or_default()) {
        if journal.e_vouchers.get(&hash) == Some(&entry) {
            journal.e_vouchers().remove(&hash);
        }
    }
}

/// One entry less opens the line. Without any, and with nothing standing on it, it is as if it had
/// never been opened: it can be opened again, with the right amount.
fn forget_opening(journal: &mut Journal<'_>, key: &LineKey) {
    let Some(line) = journal.lines.get(key) else { return };
    let entries = line.entries.saturating_sub(1);
    if entries > 0 || journal.find_leaf(|leaf| leaf.line == *key).is_some() {
        journal.lines().change(key, |line| line.entries = entries);
    } else {
        journal.lines().remove(key);
    }
}

fn open_again(journal: &mut Journal<'_>, code: &Code) {
    journal.projects().change(code, |project| {
        project.status = project.before_close_out.take().unwrap_or(ProjectStatus::Completed);
    });
}

fn forget_funding(journal: &mut Journal<'_>, code: &Code, line: &LineKey) {
    journal.projects().change(code, |project| {
        if let Some(funded) = project.funded.iter_mut().find(|funded| funded.line == *line) {
            funded.entries = funded.entries.saturating_sub(1);
        }
        project.funded.retain(|funded| funded.entries > 0);
    });
}

/// One entry less stands for the contract, and for these of its shares.
fn forget_change(journal: &mut Journal<'_>, contract: &Code, splits: &[Split]) {
    journal.commitments().change(contract, |made| {
        made.changes = made.changes.saturating_sub(1);
        for split in splits {
            let same = |s: &&mut Share| s.line == split.line && s.project == split.project;
            if let Some(share) = made.shares.iter_mut().find(same) {
                share.entries = share.entries.saturating_sub(1);
            }
        }
        made.shares.retain(|share| share.entries > 0);
    });
}

/// What the entry gave, whatever has become since of the share that it was carried from.
fn forget_carried(journal: &mut Journal<'_>, entry: u64, b: &BalanceCarriedForward) {
    if let Some(project) =
        b.project.as_ref().filter(|_| journal.carried_funding.contains_key(&entry))
    {
        forget_funding(journal, project, &b.to);
        journal.carried_funding().remove(&entry);
    }
    if let Some(contract) = &b.commitment {
        let (line, project) = (b.to.clone(), b.project.clone());
        forget_change(journal, contract, &[Split { line, project, amount: b.amount }]);
    }
    forget_opening(journal, &b.to);
}
