//! How an event changes the state: its moves by the table of schemas/entry.md §7, and what has to be
//! remembered of it. Decides no rule: `admit` has judged before; a reader that trusts the log folds
//! with [`fold`] alone.

use super::event::Event;
use super::ids::Code;
use super::kinds::{FollowOnKind, Stage};
use super::money::Amount;
use super::posting::Move;
use super::rejection::Rejection;
use super::state::{Journal, State};
use std::collections::BTreeMap;

mod moves;
mod remember;
mod reversal;

pub use moves::moves;
pub use remember::negative_parts;

/// Entries that a command cites, by index: looked up before, handed in as values.
pub type Cited = BTreeMap<u64, Event>;

/// Applies an event that is known to be admitted, and returns its moves.
///
/// # Errors
/// What the event refers to is not there, or a sum overflows: the log was never admitted.
pub fn fold(
    journal: &mut Journal<'_>,
    event: &Event,
    cited: &Cited,
) -> Result<Vec<Move>, Rejection> {
    let moves = moves(journal, event, cited)?;
    settle(journal, event, &moves, cited)?;
    Ok(moves)
}

/// Takes over what an event says of the keys of the ledger and its officers, where the rules are not
/// followed any more; `index` is the event's own. The rest of the state is then of no use.
pub fn follow_keys(state: &mut State, event: &Event, index: u64) {
    let mut journal = Journal::on(state);
    journal.set_size(index);
    remember::remember_master(&mut journal, event);
}

/// Posts the moves and remembers what later rules need.
///
/// # Errors
/// As [`fold`].
pub fn settle(
    journal: &mut Journal<'_>,
    event: &Event,
    moves: &[Move],
    cited: &Cited,
) -> Result<(), Rejection> {
    for m in moves.iter().filter(|m| !m.amount.is_zero()) {
        let taken = m.amount.checked_neg().ok_or(Rejection::Overflow)?;
        journal.post(&m.from, taken)?;
        journal.post(&m.to, m.amount)?;
    }
    for (code, change) in engaged(moves)? {
        engage(journal, code, change)?;
    }
    remember::remember(journal, event, moves, cited)?;
    remember::remember_e_vouchers(journal, event);
    remember::remember_confidential(journal, event, cited);
    let size = journal.size.checked_add(1).ok_or(Rejection::Overflow)?;
    journal.set_size(size);
    Ok(())
}

/// The kind of document that may be booked once.
pub const E_VOUCHER: &str = "e-voucher";

/// True for stages that count as engaged by a project: promised or paid.
pub(super) fn is_engaged(stage: Stage) -> bool {
    match stage {
        Stage::Committed | Stage::ApprovedUnpaid | Stage::Paid => true,
        Stage::Authority
        | Stage::Unreserved
        | Stage::Reserved
        | Stage::RefundedOut
        | Stage::CarriedOut
        | Stage::Lapsed
        | Stage::Invested => false,
    }
}

/// What moves change of what projects have engaged; a payment of a commitment changes nothing.
///
/// # Errors
/// `overflow`.
pub fn engaged(moves: &[Move]) -> Result<BTreeMap<&Code, Amount>, Rejection> {
    let mut engaged: BTreeMap<&Code, Amount> = BTreeMap::new();
    for m in moves {
        let taken = m.amount.checked_neg().ok_or(Rejection::Overflow)?;
        for (leaf, amount) in [(&m.from, taken), (&m.to, m.amount)] {
            if let Some(project) = leaf.project.as_ref().filter(|_| is_engaged(leaf.stage)) {
                let sum = engaged.entry(project).or_default();
                *sum = sum.checked_add(amount).ok_or(Rejection::Overflow)?;
            }
        }
    }
    engaged.retain(|_, change| !change.is_zero());
    Ok(engaged)
}

fn engage(journal: &mut Journal<'_>, code: &Code, change: Amount) -> Result<(), Rejection> {
    let changed = journal.projects().change(code, |project| {
        project.engaged = project.engaged.checked_add(change)?;
        Some(())
    });
    match changed {
        Some(None) => Err(Rejection::Overflow),
        Some(Some(())) | None => Ok(()),
    }
}

/// True for kinds that count as private money in leverage (domain.md §7).
#[must_use]
pub fn is_private(kind: FollowOnKind) -> bool {
    match kind {
        FollowOnKind::Private | FollowOnKind::EnterpriseBuild => true,
        FollowOnKind::OwnFunds | FollowOnKind::OtherPublic | FollowOnKind::InKind => false,
    }
}
