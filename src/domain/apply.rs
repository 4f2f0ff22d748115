//! How an event changes the state: its moves by the table of schemas/entry.md §7, and what has to be
//! remembered of it. Decides no rule: `admit` has judged before; a [`breach`](super::breach) is
//! taken with [`fold`] alone.

use super::event::{Body, Bytes32, Event};
use super::fact::{Done, Fact};
use super::ids::Code;
use super::kinds::{FollowOnKind, Stage};
use super::money::Amount;
use super::posting::{Leaf, Move};
use super::rejection::Rejection;
use super::state::{Journal, SealedFields, State};
use std::convert::Infallible;

pub use super::event::Cited;

/// Applies an event that is known to be admitted, and returns its moves.
///
/// # Errors
/// What the event refers to is not there, or a sum overflows: the log was never admitted.
pub fn fold(
    journal: &mut Journal<'_>,
    event: &Event,
    cited: &Cited,
) -> Result<Vec<Move>, Rejection> {
    let moves = event.body.moves(journal, cited)?;
    settle(journal, event, (&moves, &engaged(&moves)?), cited)?;
    Ok(moves)
}

/// Takes over what an event says of the keys of the ledger and its officers, where the rules are not
/// followed any more; `index` is the event's own. The rest of the state is then of no use.
pub fn follow_keys(state: &mut State, event: &Event, index: u64) {
    let mut journal = Journal::on(state);
    journal.set_size(index);
    let done = Done { occurred_on: event.occurred_on, moves: &[], cited: &Cited::new() };
    // What brings in a key moves nothing, and cannot fail.
    drop(event.body.remember(&mut journal, &done));
}

/// Posts the moves, with what they change of what projects have engaged, and remembers what later rules
/// need.
///
/// # Errors
/// As [`fold`].
pub(super) fn settle(
    journal: &mut Journal<'_>,
    event: &Event,
    (moves, engaged): (&[Move], &Engaged<'_>),
    cited: &Cited,
) -> Result<(), Rejection> {
    for m in moves.iter().filter(|m| !m.amount.is_zero()) {
        let taken = m.amount.checked_neg().ok_or(Rejection::Overflow)?;
        journal.post(&m.from, taken)?;
        journal.post(&m.to, m.amount)?;
    }
    for (code, change) in engaged {
        journal.engage(code, *change)?;
    }
    let done = Done { occurred_on: event.occurred_on, moves, cited };
    event.body.remember(journal, &done)?;
    remember_e_vouchers(journal, event);
    remember_confidential(journal, event, cited);
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

/// What each project has engaged more or less, ascending; none where nothing changes.
pub type Engaged<'m> = Vec<(&'m Code, Amount)>;

/// What moves change of what projects have engaged; a payment of a commitment changes nothing.
///
/// # Errors
/// `overflow`.
pub fn engaged(moves: &[Move]) -> Result<Engaged<'_>, Rejection> {
    sums(moves, |leaf| leaf.project.as_ref().filter(|_| is_engaged(leaf.stage)))
}

/// What moves change of what is reserved for projects or engaged by them.
///
/// # Errors
/// `overflow`.
pub(super) fn spoken_for(moves: &[Move]) -> Result<Engaged<'_>, Rejection> {
    let counts = |stage| stage == Stage::Reserved || is_engaged(stage);
    sums(moves, |leaf| leaf.project.as_ref().filter(|_| counts(leaf.stage)))
}

/// Sums what moves bring and take of the leaves that `of` names, by name, ascending.
///
/// # Errors
/// `overflow`.
pub(super) fn sums<'m, K: Ord + Copy>(
    moves: &'m [Move],
    of: impl Fn(&'m Leaf) -> Option<K>,
) -> Result<Vec<(K, Amount)>, Rejection> {
    let mut sums: Vec<(K, Amount)> = Vec::new();
    for m in moves {
        let taken = m.amount.checked_neg().ok_or(Rejection::Overflow)?;
        let sides = [(&m.from, taken), (&m.to, m.amount)];
        sums.extend(sides.into_iter().filter_map(|(leaf, amount)| Some((of(leaf)?, amount))));
    }
    // Stable, so that each is summed in the order of the moves: where a sum overflows is a verdict.
    sums.sort_by_key(|(key, _)| *key);
    let mut overflows = false;
    sums.dedup_by(|(key, amount), (kept, sum)| {
        if key != kept {
            return false;
        }
        let added = sum.checked_add(*amount);
        overflows |= added.is_none();
        *sum = added.unwrap_or_default();
        true
    });
    if overflows {
        return Err(Rejection::Overflow);
    }
    sums.retain(|(_, change)| !change.is_zero());
    Ok(sums)
}

/// True for kinds that count as private money in leverage (domain.md §7).
#[must_use]
pub fn is_private(kind: FollowOnKind) -> bool {
    match kind {
        FollowOnKind::Private | FollowOnKind::EnterpriseBuild => true,
        FollowOnKind::OwnFunds | FollowOnKind::OtherPublic | FollowOnKind::InKind => false,
    }
}

/// An e-voucher belongs to the entry it came with, or that it was attached to.
fn remember_e_vouchers(journal: &mut Journal<'_>, event: &Event) {
    let attached_to =
        if let Body::DocumentAttached(b) = &event.body { Some(b.entry) } else { None };
    for document in &event.body.filing().documents {
        if document.kind.as_str() != E_VOUCHER {
            continue;
        }
        let entry = attached_to.unwrap_or(journal.size);
        journal.e_vouchers().insert(document.hash, entry);
        if let Some(entry) = attached_to {
            let add = |attached: Option<&Vec<Bytes32>>| {
                let mut attached = attached.cloned().unwrap_or_default();
                attached.push(document.hash);
                Ok::<_, Infallible>(Some(attached))
            };
            let Ok(()) = journal.attached_e_vouchers().update(&entry, add);
        }
    }
}

/// Fields are sealed with their entry, and erased by another.
fn remember_confidential(journal: &mut Journal<'_>, event: &Event, cited: &Cited) {
    let index = journal.size;
    if let Some(commitment) = event.confidential {
        let sealed = SealedFields { entry: index, erased_by: None };
        journal.confidential().insert(commitment, sealed);
    }
    let Body::ConfidentialErased(erased) = &event.body else { return };
    if let Some(commitment) = cited.get(&erased.entry).and_then(|event| event.confidential) {
        let erase = |sealed: &mut SealedFields| sealed.erased_by = Some(index);
        journal.confidential().change(&commitment, erase);
    }
}
