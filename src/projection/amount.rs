//! What an entry is about in money: one figure, however many moves it makes, and the lines it is on.

use super::Recorded;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::LineKey;
use crate::domain::money::Amount;
use crate::domain::posting::Move;

/// The entry's amount: of a payment all its splits, of a carry-forward what is carried, of a reversal
/// that of the entry it undoes. Nothing for an entry that is about no money.
#[must_use]
pub fn of(recorded: &Recorded<'_>) -> Option<Amount> {
    of_event(recorded.event, recorded.cited, recorded.moves)
}

/// [`of`] an event; `cited` is the entry that it reverses. Where the event itself says no amount (a
/// contract that is closed, a project that is closed out), it is what was moved.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are about no money of their own")]
pub fn of_event(event: &Event, cited: Option<&Event>, moves: &[Move]) -> Option<Amount> {
    match &event.body {
        Body::AllocationRecorded(b) => Some(b.amount),
        Body::AllocationAdjusted(b) => Some(b.amount),
        Body::AllocationTransferred(b) => Some(b.amount),
        Body::FundsReserved(b) => Some(b.amount),
        Body::ReservationReleased(b) => Some(b.amount),
        Body::BalanceCarriedForward(b) => Some(b.amount),
        Body::BalanceLapsed(b) => Some(b.amount),
        Body::FollowOnPledged(b) => Some(b.amount),
        Body::FollowOnPaidIn(b) => Some(b.amount),
        Body::FollowOnWithdrawn(b) => Some(b.amount),
        Body::ProjectApproved(b) if !b.funding.is_empty() => {
            Amount::sum(b.funding.iter().map(|funding| funding.amount))
        }
        Body::CommitmentMade(b) => splits(&b.splits),
        Body::CommitmentIncreased(b) => splits(&b.splits),
        Body::CommitmentReduced(b) => splits(&b.splits),
        Body::DisbursementRecorded(b) => splits(&b.splits),
        Body::RefundReceived(b) => splits(&b.splits),
        // A reversal moves back what its entry moved, so of moves alone either gives the same.
        Body::EntryReversed(_) => match cited {
            Some(undone) => of_event(undone, None, moves),
            None => moved(moves),
        },
        _ => moved(moves),
    }
}

fn splits(splits: &[Split]) -> Option<Amount> {
    Amount::sum(splits.iter().map(|split| split.amount))
}

fn moved(moves: &[Move]) -> Option<Amount> {
    if moves.is_empty() { None } else { Amount::sum(moves.iter().map(|m| m.amount)) }
}

/// The lines that an entry is on; of a reversal those of `cited`, the entry it undoes. What moves
/// whatever is left (a contract that is closed, a project that is closed out) names none.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the others name no line")]
pub fn lines<'e>(event: &'e Event, cited: Option<&'e Event>) -> Vec<&'e LineKey> {
    let of_splits = |splits: &'e [Split]| splits.iter().map(|split| &split.line).collect();
    match &event.body {
        Body::AllocationRecorded(b) => vec![&b.line],
        Body::AllocationAdjusted(b) => vec![&b.line],
        Body::AllocationTransferred(b) => [&b.from].into_iter().chain(&b.to).collect(),
        Body::FundsReserved(b) => vec![&b.line],
        Body::ReservationReleased(b) => vec![&b.line],
        Body::BalanceCarriedForward(b) => vec![&b.from, &b.to],
        Body::BalanceLapsed(b) => vec![&b.line],
        Body::ProjectApproved(b) => b.funding.iter().map(|funding| &funding.line).collect(),
        Body::CommitmentMade(b) => of_splits(&b.splits),
        Body::CommitmentIncreased(b) => of_splits(&b.splits),
        Body::CommitmentReduced(b) => of_splits(&b.splits),
        Body::DisbursementRecorded(b) => of_splits(&b.splits),
        Body::RefundReceived(b) => of_splits(&b.splits),
        Body::EntryReversed(_) => cited.map_or_else(Vec::new, |undone| lines(undone, None)),
        _ => Vec::new(),
    }
}
