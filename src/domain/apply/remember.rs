//! What later rules need to know of an event, kept in the state.

use super::moves::unknown;
use super::{Cited, E_VOUCHER, reversal};
use crate::domain::event::{
    BalanceCarriedForward, Body, Bytes32, Event, Policy, ProjectApproved, RefundReceived, Split,
};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{Control, ProjectStatus, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{
    Commitment, District, FollowOn, FormerLogKey, Fund, FundedLine, Journal, LedgerFacts, Line,
    Officer, Project, SealedFields, Share, SpentKey, State,
};
use std::convert::Infallible;

fn fund_project(journal: &mut Journal<'_>, code: &Code, line: &LineKey) {
    journal.projects().change(code, |project| {
        match project.funded.binary_search_by(|funded| funded.line.cmp(line)) {
            Ok(place) => {
                if let Some(funded) = project.funded.get_mut(place) {
                    funded.entries = funded.entries.saturating_add(1);
                }
            }
            Err(place) => {
                project.funded.insert(place, FundedLine { line: line.clone(), entries: 1 });
            }
        }
    });
}

fn set_status(journal: &mut Journal<'_>, code: &Code, status: ProjectStatus) {
    journal.projects().change(code, |project| project.status = status);
}

fn close_out_status(journal: &mut Journal<'_>, code: &Code) {
    journal.projects().change(code, |project| {
        project.before_close_out = Some(project.status);
        project.status = ProjectStatus::ClosedOut;
    });
}

/// Adds the line and project of every move into `committed` to the contract's shares.
fn share_moves(journal: &mut Journal<'_>, contract: &Code, moves: &[Move]) {
    journal.commitments().change(contract, |made| {
        for m in moves.iter().filter(|m| m.to.stage == Stage::Committed) {
            let from_reserved = m.from.stage == Stage::Reserved;
            add_share(made, &m.to.line, m.to.project.as_ref(), from_reserved);
        }
    });
}

fn add_share(made: &mut Commitment, line: &LineKey, project: Option<&Code>, from_reserved: bool) {
    let known = |share: &&mut Share| share.line == *line && share.project.as_ref() == project;
    if let Some(share) = made.shares.iter_mut().find(known) {
        share.entries = share.entries.saturating_add(1);
    } else {
        let (line, project) = (line.clone(), project.cloned());
        made.shares.push(Share { line, project, from_reserved, entries: 1 });
    }
}

/// A later entry builds on the contract, in a way that its accounts might not show.
fn count_change(journal: &mut Journal<'_>, contract: &Code) {
    let add = |made: &mut Commitment| made.changes = made.changes.saturating_add(1);
    journal.commitments().change(contract, add);
}

/// An e-voucher belongs to the entry it came with, or that it was attached to.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others carry their own documents")]
pub(super) fn remember_e_vouchers(journal: &mut Journal<'_>, event: &Event) {
    let attached_to = match &event.body {
        Body::DocumentAttached(b) => Some(b.entry),
        _ => None,
    };
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
pub(super) fn remember_confidential(journal: &mut Journal<'_>, event: &Event, cited: &Cited) {
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

fn adopt_policy(journal: &mut Journal<'_>, policy: &Policy) {
    let tolerant = policy.tolerance_basis_points > 0 && policy.tolerance_minor_units > Amount::ZERO;
    let is_lenient = policy.control != Control::Stop || tolerant;
    journal.set_policy(policy.clone(), is_lenient);
}

/// The accounts that an event takes below zero by negative amounts, which only history has.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "only these may have negative amounts")]
pub fn negative_parts(body: &Body) -> Vec<(Leaf, Amount)> {
    let (splits, stage, contract) = match body {
        Body::CommitmentMade(b) => (&b.splits, Stage::Committed, Some(&b.contract)),
        Body::CommitmentIncreased(b) => (&b.splits, Stage::Committed, Some(&b.contract)),
        Body::DisbursementRecorded(b) => (&b.splits, Stage::Paid, b.commitment.as_ref()),
        _ => return Vec::new(),
    };
    let negative = splits.iter().filter(|split| split.amount.is_negative());
    let leaf = |split: &Split| Leaf::new(&split.line, stage, split.project.as_ref(), contract);
    negative.map(|split| (leaf(split), split.amount)).collect()
}

/// Lowers the floors of accounts; `back` for a reversal.
pub(super) fn lower_floors(
    journal: &mut Journal<'_>,
    body: &Body,
    back: bool,
) -> Result<(), Rejection> {
    for (leaf, amount) in negative_parts(body) {
        journal.floors().update(&leaf, |before| {
            let before = before.copied().unwrap_or_default();
            let now = if back { before.checked_sub(amount) } else { before.checked_add(amount) };
            let now = now.ok_or(Rejection::Overflow)?;
            Ok(Some(now).filter(|now| !now.is_zero()))
        })?;
    }
    Ok(())
}

pub(super) fn remember(
    journal: &mut Journal<'_>,
    event: &Event,
    moves: &[Move],
    cited: &Cited,
) -> Result<(), Rejection> {
    match &event.body {
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
        | Body::PayeeRegistered(_) => remember_master(journal, event),
        Body::AllocationRecorded(b) => {
            let line = Line { opened_on: event.occurred_on, entries: 1 };
            journal.lines().insert(b.line.clone(), line);
        }
        Body::FundsReserved(b) => fund_project(journal, &b.project, &b.line),
        Body::ProjectApproved(b) => remember_project(journal, b),
        Body::ProjectCompleted(b) => set_status(journal, &b.code, ProjectStatus::Completed),
        Body::ProjectTerminated(b) => set_status(journal, &b.code, ProjectStatus::Terminated),
        Body::ProjectClosedOut(b) => {
            reversal::keep(journal, moves);
            close_out_status(journal, &b.code);
        }
        Body::CommitmentMade(_)
        | Body::CommitmentIncreased(_)
        | Body::CommitmentReduced(_)
        | Body::CommitmentClosed(_)
        | Body::DisbursementRecorded(_) => {
            remember_commitment(journal, event, moves);
            lower_floors(journal, &event.body, false)?;
        }
        Body::RefundReceived(b) => {
            add_refunds(journal, b)?;
            reversal::keep(journal, moves);
        }
        Body::FollowOnPledged(_) | Body::FollowOnPaidIn(_) | Body::FollowOnWithdrawn(_) => {
            remember_follow_on(journal, &event.body)?;
        }
        Body::BalanceCarriedForward(b) => {
            journal.lines().update(&b.to, |line| {
                let (opened_on, entries) =
                    line.map_or((event.occurred_on, 0), |line| (line.opened_on, line.entries));
                Ok::<_, Rejection>(Some(Line { opened_on, entries: entries.saturating_add(1) }))
            })?;
            carry_shares(journal, b);
        }
        Body::EntryReversed(b) => reversal::settle(journal, b.entry, cited)?,
        Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::ReservationReleased(_)
        | Body::BalanceLapsed(_)
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => {}
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember` sends only these here")]
fn remember_commitment(journal: &mut Journal<'_>, event: &Event, moves: &[Move]) {
    match &event.body {
        Body::CommitmentMade(b) => {
            let made = Commitment {
                payee: b.payee.clone(),
                purpose: b.purpose.clone(),
                made_on: event.occurred_on,
                closed: false,
                shares: Vec::new(),
                changes: 0,
            };
            journal.commitments().insert(b.contract.clone(), made);
            share_moves(journal, &b.contract, moves);
        }
        Body::CommitmentIncreased(b) => {
            share_moves(journal, &b.contract, moves);
            count_change(journal, &b.contract);
        }
        Body::CommitmentReduced(b) => {
            reversal::keep(journal, moves);
            count_change(journal, &b.contract);
        }
        Body::CommitmentClosed(b) => {
            reversal::keep(journal, moves);
            set_closed(journal, &b.contract, true);
        }
        Body::DisbursementRecorded(b) => {
            if let Some(first) = b.splits.first() {
                let series = (first.line.fund.clone(), first.line.year);
                journal.vouchers().insert(series, b.voucher_no);
            }
            if reversal::is_unusual_payment(b, moves) {
                reversal::keep(journal, moves);
                b.commitment.iter().for_each(|contract| count_change(journal, contract));
            }
        }
        _ => {}
    }
}

pub(super) fn set_closed(journal: &mut Journal<'_>, contract: &Code, closed: bool) {
    journal.commitments().change(contract, |made| made.closed = closed);
}

fn remember_project(journal: &mut Journal<'_>, b: &ProjectApproved) {
    let lines = b.funding.iter().map(|f| f.line.clone());
    let mut funded: Vec<_> = lines.map(|line| FundedLine { line, entries: 1 }).collect();
    funded.sort_by(|a, b| a.line.cmp(&b.line));
    let project = Project {
        purpose: b.purpose.clone(),
        status: ProjectStatus::Approved,
        ceiling: b.ceiling,
        engaged: Amount::ZERO,
        before_close_out: None,
        funded,
    };
    journal.projects().insert(b.code.clone(), project);
}

fn add_refunds(journal: &mut Journal<'_>, b: &RefundReceived) -> Result<(), Rejection> {
    for split in &b.splits {
        let key = (b.disbursement, split.line.clone(), split.project.clone());
        // A refund of nothing leaves nothing to remember, nor to forget when it is reversed.
        journal.refunded().update(&key, |before| {
            let now = before.copied().unwrap_or_default().checked_add(split.amount);
            Ok(Some(now.ok_or(Rejection::Overflow)?).filter(|now| !now.is_zero()))
        })?;
    }
    Ok(())
}

/// A project or contract keeps its rights on the line that its balance was carried to.
fn carry_shares(journal: &mut Journal<'_>, b: &BalanceCarriedForward) {
    let funded = is_carried_funding(journal, b);
    if let Some(contract) = &b.commitment {
        journal.commitments().change(contract, |made| {
            add_share(made, &b.to, b.project.as_ref(), funded);
            made.changes = made.changes.saturating_add(1);
        });
    }
    if let Some(project) = b.project.as_ref().filter(|_| funded) {
        fund_project(journal, project, &b.to);
        let index = journal.size;
        journal.carried_funding().insert(index, ());
    }
}

/// True if what is carried is the project's own: reserved, or committed out of reserved money.
fn is_carried_funding(state: &State, b: &BalanceCarriedForward) -> bool {
    let made = b.commitment.as_ref().and_then(|contract| state.commitments.get(contract));
    match made {
        Some(made) => {
            made.share(&b.from, b.project.as_ref()).is_some_and(|share| share.from_reserved)
        }
        None => b.stage == Stage::Reserved,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember` sends only these here")]
pub(super) fn remember_master(journal: &mut Journal<'_>, event: &Event) {
    match &event.body {
        Body::LedgerOpened(b) => {
            let facts = LedgerFacts {
                id: b.ledger,
                origin: b.origin.clone(),
                name: b.name.clone(),
                currency: b.currency.clone(),
                exponent: b.exponent,
                utc_offset_minutes: b.utc_offset_minutes,
                fiscal_year_start_month: b.fiscal_year_start_month,
                log_key: b.log_key,
                former_log_keys: Vec::new(),
                opened_on: event.occurred_on,
            };
            *journal.ledger_mut() = Some(facts);
            adopt_policy(journal, &b.policy);
        }
        Body::PolicyAdopted(b) => adopt_policy(journal, &b.policy),
        Body::LogKeyRotated(_)
        | Body::OfficerEnrolled(_)
        | Body::OfficerRolesChanged(_)
        | Body::OfficerKeyRotated(_)
        | Body::OfficerRevoked(_) => remember_office(journal, &event.body),
        Body::DistrictRegistered(b) => {
            let (valid_from, valid_to) = (b.valid_from, b.valid_to);
            let (level, successor) = (b.level, b.successor.clone());
            let district = District { level, valid_from, valid_to, successor };
            journal.districts().insert(b.code.clone(), district);
        }
        Body::DistrictRetired(b) => {
            journal.districts().change(&b.code, |district| {
                district.valid_to = Some(event.occurred_on);
                district.successor.clone_from(&b.successor);
            });
        }
        Body::FundEstablished(b) => {
            let fund = Fund { purposes: b.purposes.clone(), closed: false };
            journal.funds().insert(b.code.clone(), fund);
        }
        Body::FundClosed(b) => {
            journal.funds().change(&b.code, |fund| fund.closed = true);
        }
        Body::ProgrammeRegistered(b) => journal.programmes().insert(b.code.clone(), ()),
        Body::PayeeRegistered(b) => journal.payees().insert(b.code.clone(), ()),
        _ => {}
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember_master` sends only these here")]
fn remember_office(journal: &mut Journal<'_>, body: &Body) {
    let until = journal.size;
    match body {
        Body::LogKeyRotated(b) => {
            let handed_over = b.handover.is_some();
            let Some(facts) = journal.ledger_mut() else { return };
            let key = std::mem::replace(&mut facts.log_key, b.key);
            facts.former_log_keys.push(FormerLogKey { key, until, handed_over });
            journal.spent_keys().insert(key, SpentKey { officer: None, until });
        }
        Body::OfficerEnrolled(b) => journal.officers_mut().push(Officer {
            name: b.name.clone(),
            key: b.key,
            roles: b.roles.clone(),
            limit: b.limit,
            revoked: None,
        }),
        Body::OfficerRolesChanged(b) => {
            if let Some(officer) = officer_mut(journal, b.number) {
                officer.roles.clone_from(&b.roles);
                officer.limit = b.limit;
            }
        }
        Body::OfficerKeyRotated(b) => {
            if let Some(officer) = officer_mut(journal, b.number) {
                let key = std::mem::replace(&mut officer.key, b.key);
                let spent = SpentKey { officer: Some(b.number), until };
                journal.spent_keys().insert(key, spent);
            }
        }
        Body::OfficerRevoked(b) => {
            if let Some(officer) = officer_mut(journal, b.number) {
                officer.revoked = Some(until);
            }
        }
        _ => {}
    }
}

fn officer_mut<'j>(journal: &'j mut Journal<'_>, number: u32) -> Option<&'j mut Officer> {
    journal.officers_mut().get_mut(usize::try_from(number).ok()?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember` sends only these here")]
fn remember_follow_on(journal: &mut Journal<'_>, body: &Body) -> Result<(), Rejection> {
    let (code, paid_in, withdrawn) = match body {
        Body::FollowOnPledged(b) => {
            let follow_on = FollowOn {
                project: b.project.clone(),
                kind: b.kind,
                pledged: b.amount,
                paid_in: Amount::ZERO,
                withdrawn: Amount::ZERO,
                ended: false,
            };
            journal.follow_ons().insert(b.code.clone(), follow_on);
            return Ok(());
        }
        Body::FollowOnPaidIn(b) => (&b.code, b.amount, Amount::ZERO),
        Body::FollowOnWithdrawn(b) => (&b.code, Amount::ZERO, b.amount),
        _ => return Ok(()),
    };
    let ends = matches!(body, Body::FollowOnWithdrawn(_));
    let changed = journal.follow_ons().change(code, |follow_on| {
        follow_on.paid_in = follow_on.paid_in.checked_add(paid_in)?;
        follow_on.withdrawn = follow_on.withdrawn.checked_add(withdrawn)?;
        follow_on.ended |= ends;
        Some(())
    });
    changed.ok_or_else(|| unknown(Thing::FollowOn, code))?.ok_or(Rejection::Overflow)
}
