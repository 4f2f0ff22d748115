//! The moves of every event: the posting table of schemas/entry.md §7.

use super::{Cited, reversal};
use crate::domain::calendar::Year;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{Direction, ProjectStatus, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, Project, Share, State};

pub(super) fn unreserved(line: &LineKey) -> Leaf {
    Leaf::of(line, Stage::Unreserved)
}

pub(super) fn reserved(line: &LineKey, project: &Code) -> Leaf {
    Leaf::new(line, Stage::Reserved, Some(project), None)
}

fn authority(line: &LineKey) -> Leaf {
    Leaf::of(line, Stage::Authority)
}

/// Reserved money of the project where `from_reserved`, else the line's unreserved money.
pub(super) fn source(line: &LineKey, project: Option<&Code>, from_reserved: bool) -> Leaf {
    match project {
        Some(project) if from_reserved => reserved(line, project),
        Some(_) | None => unreserved(line),
    }
}

pub(super) fn is_funded(state: &State, line: &LineKey, project: Option<&Code>) -> bool {
    project
        .and_then(|project| state.projects.get(project))
        .is_some_and(|project| project.is_funded_on(line))
}

pub(super) fn commitment<'d>(
    state: &'d State,
    contract: &Code,
) -> Result<&'d Commitment, Rejection> {
    state.commitments.get(contract).ok_or_else(|| unknown(Thing::Commitment, contract))
}

pub(super) fn unknown(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Unknown { thing, name: name.to_string(), near: Vec::new() }
}

/// The moves of an event on the state before it.
///
/// # Errors
/// As [`fold`](super::fold).
pub fn moves(state: &State, event: &Event, cited: &Cited) -> Result<Vec<Move>, Rejection> {
    Ok(match &event.body {
        Body::AllocationRecorded(_)
        | Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::BalanceCarriedForward(_)
        | Body::BalanceLapsed(_) => of_authority(&event.body),
        Body::FundsReserved(b) => {
            vec![Move::new(unreserved(&b.line), reserved(&b.line, &b.project), b.amount)]
        }
        Body::ReservationReleased(b) => {
            vec![Move::new(reserved(&b.line, &b.project), unreserved(&b.line), b.amount)]
        }
        Body::ProjectApproved(b) => (b.funding.iter())
            .map(|f| Move::new(unreserved(&f.line), reserved(&f.line, &b.code), f.amount))
            .collect(),
        Body::ProjectClosedOut(b) => close_out(state, &b.code),
        Body::CommitmentMade(b) => {
            (b.splits.iter()).map(|split| commit(state, &b.contract, split, None)).collect()
        }
        Body::CommitmentIncreased(b) => {
            let made = commitment(state, &b.contract)?;
            (b.splits.iter()).map(|split| commit(state, &b.contract, split, Some(made))).collect()
        }
        Body::CommitmentReduced(b) => {
            let made = commitment(state, &b.contract)?;
            (b.splits.iter()).map(|split| give_back(state, &b.contract, made, split)).collect()
        }
        Body::CommitmentClosed(b) => close_commitment(state, &b.contract)?,
        Body::DisbursementRecorded(b) => {
            let mut moves = Vec::with_capacity(b.splits.len());
            for split in &b.splits {
                pay(state, b.commitment.as_ref(), split, &mut moves)?;
            }
            moves
        }
        Body::RefundReceived(b) => {
            let contract = match cited.get(&b.disbursement).map(|event| &event.body) {
                Some(Body::DisbursementRecorded(payment)) => payment.commitment.as_ref(),
                Some(_) | None => {
                    return Err(unknown(Thing::Entry, &format!("@{}", b.disbursement)));
                }
            };
            (b.splits.iter())
                .map(|split| refund(state, contract, split, b.restores_budget))
                .collect()
        }
        Body::EntryReversed(b) => reversal::moves(state, b.entry, cited)?,
        Body::LedgerOpened(_)
        | Body::PolicyAdopted(_)
        | Body::LogKeyRotated(_)
        | Body::OfficerEnrolled(_)
        | Body::OfficerRolesChanged(_)
        | Body::OfficerKeyRotated(_)
        | Body::OfficerRevoked(_)
        | Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::ProgrammeRegistered(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::PayeeRegistered(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_)
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => Vec::new(),
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`moves` sends only these here")]
fn of_authority(body: &Body) -> Vec<Move> {
    match body {
        Body::AllocationRecorded(b) => {
            vec![Move::new(authority(&b.line), unreserved(&b.line), b.amount)]
        }
        Body::AllocationAdjusted(b) => {
            let (authority, unreserved) = (authority(&b.line), unreserved(&b.line));
            vec![match b.direction {
                Direction::Supplement => Move::new(authority, unreserved, b.amount),
                Direction::Reduction => Move::new(unreserved, authority, b.amount),
            }]
        }
        Body::AllocationTransferred(b) => {
            let mut moves = vec![Move::new(unreserved(&b.from), authority(&b.from), b.amount)];
            if let Some(to) = &b.to {
                moves.push(Move::new(authority(to), unreserved(to), b.amount));
            }
            moves
        }
        Body::BalanceCarriedForward(b) => {
            let leaf =
                |line, stage| Leaf::new(line, stage, b.project.as_ref(), b.commitment.as_ref());
            vec![
                Move::new(leaf(&b.from, b.stage), leaf(&b.from, Stage::CarriedOut), b.amount),
                Move::new(authority(&b.to), leaf(&b.to, b.stage), b.amount),
            ]
        }
        Body::BalanceLapsed(b) => {
            vec![Move::new(unreserved(&b.line), Leaf::of(&b.line, Stage::Lapsed), b.amount)]
        }
        _ => Vec::new(),
    }
}

/// All that is reserved for the project, on whatever line: history's negative contracts may have
/// left some on a line whose funding has been reversed since.
fn close_out(state: &State, code: &Code) -> Vec<Move> {
    let line = LineKey::new(Code::default(), Year::MIN);
    let of_project = |leaf: &Leaf| leaf.project.as_ref() == Some(code);
    let first = reserved(&line, code);
    let held = state.reserves.range(&first..).take_while(|(leaf, _)| of_project(leaf));
    held.map(|(leaf, balance)| Move::new(leaf.clone(), unreserved(&leaf.line), *balance)).collect()
}

pub(super) fn commit(
    state: &State,
    contract: &Code,
    split: &Split,
    made: Option<&Commitment>,
) -> Move {
    let project = split.project.as_ref();
    let from_reserved = match made.and_then(|made| made.share(&split.line, project)) {
        Some(share) => share.from_reserved,
        None => is_funded(state, &split.line, project),
    };
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    Move::new(source(&split.line, project, from_reserved), committed, split.amount)
}

fn give_back(state: &State, contract: &Code, made: &Commitment, split: &Split) -> Move {
    let project = split.project.as_ref();
    let from_reserved = made.share(&split.line, project).is_some_and(|share| share.from_reserved);
    let closed_out = project
        .and_then(|project| state.projects.get(project))
        .is_some_and(|project| project.status == ProjectStatus::ClosedOut);
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    Move::new(committed, source(&split.line, project, from_reserved && !closed_out), split.amount)
}

fn close_commitment(state: &State, contract: &Code) -> Result<Vec<Move>, Rejection> {
    let made = commitment(state, contract)?;
    let rest = |share: &Share| {
        let project = share.project.as_ref();
        let leaf = Leaf::new(&share.line, Stage::Committed, project, Some(contract));
        let amount = state.balance(&leaf);
        let split = Split { line: share.line.clone(), project: share.project.clone(), amount };
        (!amount.is_zero()).then(|| give_back(state, contract, made, &split))
    };
    Ok(made.shares.iter().filter_map(rest).collect())
}

/// Pays a split: from what is committed under the contract, an excess from reserved, then
/// unreserved money; without a contract from reserved money where the project has had funding on the
/// line, else from unreserved.
fn pay(
    state: &State,
    contract: Option<&Code>,
    split: &Split,
    moves: &mut Vec<Move>,
) -> Result<(), Rejection> {
    let project = split.project.as_ref();
    let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
    let funded = is_funded(state, &split.line, project);
    let Some(contract) = contract else {
        moves.push(Move::new(source(&split.line, project, funded), paid, split.amount));
        return Ok(());
    };
    let committed = Leaf::new(&split.line, Stage::Committed, project, Some(contract));
    let covered = split.amount.min(state.balance(&committed).max(Amount::ZERO));
    let mut rest = split.amount.checked_sub(covered).ok_or(Rejection::Overflow)?;
    moves.push(Move::new(committed, paid.clone(), covered));
    if rest.is_zero() {
        return Ok(());
    }
    if let Some(project) = project.filter(|_| funded) {
        let leaf = reserved(&split.line, project);
        let part = rest.min(state.balance(&leaf).max(Amount::ZERO));
        rest = rest.checked_sub(part).ok_or(Rejection::Overflow)?;
        if !part.is_zero() {
            moves.push(Move::new(leaf, paid.clone(), part));
        }
    }
    if !rest.is_zero() {
        moves.push(Move::new(unreserved(&split.line), paid, rest));
    }
    Ok(())
}

fn refund(state: &State, contract: Option<&Code>, split: &Split, restores: bool) -> Move {
    let project = split.project.as_ref();
    let paid = Leaf::new(&split.line, Stage::Paid, project, contract);
    let open = project.and_then(|p| state.projects.get(p)).is_some_and(Project::is_open);
    let to = if restores {
        source(&split.line, project, open && is_funded(state, &split.line, project))
    } else {
        Leaf::new(&split.line, Stage::RefundedOut, project, contract)
    };
    Move::new(paid, to, split.amount)
}
