//! What later rules need to know of an event, kept in the state.

use super::moves::unknown;
use super::{Cited, E_VOUCHER, reversal};
use crate::domain::event::{
    BalanceCarriedForward, Body, Event, Policy, ProjectApproved, RefundReceived, Split,
};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{Control, ProjectStatus, Stage};
use crate::domain::money::Amount;
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{
    Commitment, District, Draft, FollowOn, FormerLogKey, Fund, FundedLine, LedgerFacts, Line,
    Officer, Project, SealedFields, Share, SpentKey,
};

fn fund_project(draft: &mut Draft<'_>, code: &Code, line: &LineKey) {
    let Some(mut project) = draft.projects.get(code).cloned() else { return };
    match project.funded.binary_search_by(|funded| funded.line.cmp(line)) {
        Ok(place) => {
            if let Some(funded) = project.funded.get_mut(place) {
                funded.entries = funded.entries.saturating_add(1);
            }
        }
        Err(place) => project.funded.insert(place, FundedLine { line: line.clone(), entries: 1 }),
    }
    draft.projects.insert(code.clone(), project);
}

fn set_status(draft: &mut Draft<'_>, code: &Code, status: ProjectStatus) {
    if let Some(project) = draft.projects.get(code) {
        let mut project = project.clone();
        project.status = status;
        draft.projects.insert(code.clone(), project);
    }
}

fn close_out_status(draft: &mut Draft<'_>, code: &Code) {
    if let Some(project) = draft.projects.get(code) {
        let mut project = project.clone();
        project.before_close_out = Some(project.status);
        project.status = ProjectStatus::ClosedOut;
        draft.projects.insert(code.clone(), project);
    }
}

/// Adds the line and project of every move into `committed` to the contract's shares.
fn share_moves(draft: &mut Draft<'_>, contract: &Code, moves: &[Move]) {
    let Some(mut made) = draft.commitments.get(contract).cloned() else { return };
    for m in moves.iter().filter(|m| m.to.stage == Stage::Committed) {
        let from_reserved = m.from.stage == Stage::Reserved;
        add_share(&mut made, &m.to.line, m.to.project.as_ref(), from_reserved);
    }
    draft.commitments.insert(contract.clone(), made);
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
fn count_change(draft: &mut Draft<'_>, contract: &Code) {
    if let Some(made) = draft.commitments.get(contract) {
        let mut made = made.clone();
        made.changes = made.changes.saturating_add(1);
        draft.commitments.insert(contract.clone(), made);
    }
}

/// An e-voucher belongs to the entry it came with, or that it was attached to.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others carry their own documents")]
pub(super) fn remember_e_vouchers(draft: &mut Draft<'_>, event: &Event) {
    let attached_to = match &event.body {
        Body::DocumentAttached(b) => Some(b.entry),
        _ => None,
    };
    for document in &event.body.filing().documents {
        if document.kind.as_str() != E_VOUCHER {
            continue;
        }
        draft.e_vouchers.insert(document.hash, attached_to.unwrap_or(draft.size));
        if let Some(entry) = attached_to {
            let mut attached = draft.attached_e_vouchers.get(&entry).cloned().unwrap_or_default();
            attached.push(document.hash);
            draft.attached_e_vouchers.insert(entry, attached);
        }
    }
}

/// Fields are sealed with their entry, and erased by another.
pub(super) fn remember_confidential(draft: &mut Draft<'_>, event: &Event, cited: &Cited) {
    if let Some(commitment) = event.confidential {
        let sealed = SealedFields { entry: draft.size, erased_by: None };
        draft.confidential.insert(commitment, sealed);
    }
    let Body::ConfidentialErased(erased) = &event.body else { return };
    let commitment = cited.get(&erased.entry).and_then(|event| event.confidential);
    if let Some(commitment) = commitment
        && let Some(sealed) = draft.confidential.get(&commitment).copied()
    {
        let erased_by = Some(draft.size);
        draft.confidential.insert(commitment, SealedFields { erased_by, ..sealed });
    }
}

fn note_policy(draft: &mut Draft<'_>, policy: &Policy) {
    let tolerant = policy.tolerance_basis_points > 0 && policy.tolerance_minor_units > Amount::ZERO;
    draft.was_lenient |= policy.control != Control::Stop || tolerant;
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
    draft: &mut Draft<'_>,
    body: &Body,
    back: bool,
) -> Result<(), Rejection> {
    for (leaf, amount) in negative_parts(body) {
        let before = draft.floors.get(&leaf).copied().unwrap_or_default();
        let now = if back { before.checked_sub(amount) } else { before.checked_add(amount) };
        match now.ok_or(Rejection::Overflow)? {
            Amount::ZERO => draft.floors.remove(&leaf),
            now => draft.floors.insert(leaf, now),
        }
    }
    Ok(())
}

pub(super) fn remember(
    draft: &mut Draft<'_>,
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
        | Body::PayeeRegistered(_) => remember_master(draft, event),
        Body::AllocationRecorded(b) => {
            draft.lines.insert(b.line.clone(), Line { opened_on: event.occurred_on, entries: 1 });
        }
        Body::FundsReserved(b) => fund_project(draft, &b.project, &b.line),
        Body::ProjectApproved(b) => remember_project(draft, b),
        Body::ProjectCompleted(b) => set_status(draft, &b.code, ProjectStatus::Completed),
        Body::ProjectTerminated(b) => set_status(draft, &b.code, ProjectStatus::Terminated),
        Body::ProjectClosedOut(b) => {
            reversal::keep(draft, moves);
            close_out_status(draft, &b.code);
        }
        Body::CommitmentMade(_)
        | Body::CommitmentIncreased(_)
        | Body::CommitmentReduced(_)
        | Body::CommitmentClosed(_)
        | Body::DisbursementRecorded(_) => {
            remember_commitment(draft, event, moves);
            lower_floors(draft, &event.body, false)?;
        }
        Body::RefundReceived(b) => {
            add_refunds(draft, b)?;
            reversal::keep(draft, moves);
        }
        Body::FollowOnPledged(_) | Body::FollowOnPaidIn(_) | Body::FollowOnWithdrawn(_) => {
            remember_follow_on(draft, &event.body)?;
        }
        Body::BalanceCarriedForward(b) => {
            let mut line = (draft.lines.get(&b.to).cloned())
                .unwrap_or(Line { opened_on: event.occurred_on, entries: 0 });
            line.entries = line.entries.saturating_add(1);
            draft.lines.insert(b.to.clone(), line);
            carry_shares(draft, b);
        }
        Body::EntryReversed(b) => reversal::settle(draft, b.entry, cited)?,
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
fn remember_commitment(draft: &mut Draft<'_>, event: &Event, moves: &[Move]) {
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
            draft.commitments.insert(b.contract.clone(), made);
            share_moves(draft, &b.contract, moves);
        }
        Body::CommitmentIncreased(b) => {
            share_moves(draft, &b.contract, moves);
            count_change(draft, &b.contract);
        }
        Body::CommitmentReduced(b) => {
            reversal::keep(draft, moves);
            count_change(draft, &b.contract);
        }
        Body::CommitmentClosed(b) => {
            reversal::keep(draft, moves);
            set_closed(draft, &b.contract, true);
        }
        Body::DisbursementRecorded(b) => {
            if let Some(first) = b.splits.first() {
                let series = (first.line.fund.clone(), first.line.year);
                draft.vouchers.insert(series, b.voucher_no);
            }
            if reversal::is_unusual_payment(b, moves) {
                reversal::keep(draft, moves);
                b.commitment.iter().for_each(|contract| count_change(draft, contract));
            }
        }
        _ => {}
    }
}

pub(super) fn set_closed(draft: &mut Draft<'_>, contract: &Code, closed: bool) {
    if let Some(made) = draft.commitments.get(contract) {
        let mut made = made.clone();
        made.closed = closed;
        draft.commitments.insert(contract.clone(), made);
    }
}

fn remember_project(draft: &mut Draft<'_>, b: &ProjectApproved) {
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
    draft.projects.insert(b.code.clone(), project);
}

fn add_refunds(draft: &mut Draft<'_>, b: &RefundReceived) -> Result<(), Rejection> {
    for split in &b.splits {
        let key = (b.disbursement, split.line.clone(), split.project.clone());
        let before = draft.refunded.get(&key).copied().unwrap_or_default();
        let now = before.checked_add(split.amount).ok_or(Rejection::Overflow)?;
        // A refund of nothing leaves nothing to remember, nor to forget when it is reversed.
        if !now.is_zero() {
            draft.refunded.insert(key, now);
        }
    }
    Ok(())
}

/// A project or contract keeps its rights on the line that its balance was carried to.
fn carry_shares(draft: &mut Draft<'_>, b: &BalanceCarriedForward) {
    let funded = is_carried_funding(draft, b);
    if let Some(contract) = &b.commitment
        && let Some(made) = draft.commitments.get(contract)
    {
        let mut made = made.clone();
        add_share(&mut made, &b.to, b.project.as_ref(), funded);
        made.changes = made.changes.saturating_add(1);
        draft.commitments.insert(contract.clone(), made);
    }
    if let Some(project) = b.project.as_ref().filter(|_| funded) {
        fund_project(draft, project, &b.to);
        draft.carried_funding.insert(draft.size, ());
    }
}

/// True if what is carried is the project's own: reserved, or committed out of reserved money.
fn is_carried_funding(draft: &Draft<'_>, b: &BalanceCarriedForward) -> bool {
    let made = b.commitment.as_ref().and_then(|contract| draft.commitments.get(contract));
    match made {
        Some(made) => {
            made.share(&b.from, b.project.as_ref()).is_some_and(|share| share.from_reserved)
        }
        None => b.stage == Stage::Reserved,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember` sends only these here")]
pub(super) fn remember_master(draft: &mut Draft<'_>, event: &Event) {
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
            let head = draft.head_mut();
            head.ledger = Some(facts);
            head.policy = b.policy.clone();
            note_policy(draft, &b.policy);
        }
        Body::PolicyAdopted(b) => {
            draft.head_mut().policy = b.policy.clone();
            note_policy(draft, &b.policy);
        }
        Body::LogKeyRotated(_)
        | Body::OfficerEnrolled(_)
        | Body::OfficerRolesChanged(_)
        | Body::OfficerKeyRotated(_)
        | Body::OfficerRevoked(_) => remember_office(draft, &event.body),
        Body::DistrictRegistered(b) => {
            let (valid_from, valid_to) = (b.valid_from, b.valid_to);
            let (level, successor) = (b.level, b.successor.clone());
            let district = District { level, valid_from, valid_to, successor };
            draft.districts.insert(b.code.clone(), district);
        }
        Body::DistrictRetired(b) => {
            if let Some(district) = draft.districts.get(&b.code) {
                let mut district = district.clone();
                district.valid_to = Some(event.occurred_on);
                district.successor = b.successor.clone();
                draft.districts.insert(b.code.clone(), district);
            }
        }
        Body::FundEstablished(b) => {
            let fund = Fund { purposes: b.purposes.clone(), closed: false };
            draft.funds.insert(b.code.clone(), fund);
        }
        Body::FundClosed(b) => {
            if let Some(fund) = draft.funds.get(&b.code) {
                let mut fund = fund.clone();
                fund.closed = true;
                draft.funds.insert(b.code.clone(), fund);
            }
        }
        Body::ProgrammeRegistered(b) => draft.programmes.insert(b.code.clone(), ()),
        Body::PayeeRegistered(b) => draft.payees.insert(b.code.clone(), ()),
        _ => {}
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember_master` sends only these here")]
fn remember_office(draft: &mut Draft<'_>, body: &Body) {
    let until = draft.size;
    match body {
        Body::LogKeyRotated(b) => {
            let handed_over = b.handover.is_some();
            let Some(facts) = &mut draft.head_mut().ledger else { return };
            let key = std::mem::replace(&mut facts.log_key, b.key);
            facts.former_log_keys.push(FormerLogKey { key, until, handed_over });
            draft.spent_keys.insert(key, SpentKey { officer: None, until });
        }
        Body::OfficerEnrolled(b) => draft.head_mut().officers.push(Officer {
            name: b.name.clone(),
            key: b.key,
            roles: b.roles.clone(),
            limit: b.limit,
            revoked: None,
        }),
        Body::OfficerRolesChanged(b) => {
            if let Some(officer) = officer_mut(draft, b.number) {
                officer.roles.clone_from(&b.roles);
                officer.limit = b.limit;
            }
        }
        Body::OfficerKeyRotated(b) => {
            if let Some(officer) = officer_mut(draft, b.number) {
                let key = std::mem::replace(&mut officer.key, b.key);
                let spent = SpentKey { officer: Some(b.number), until };
                draft.spent_keys.insert(key, spent);
            }
        }
        Body::OfficerRevoked(b) => {
            if let Some(officer) = officer_mut(draft, b.number) {
                officer.revoked = Some(until);
            }
        }
        _ => {}
    }
}

fn officer_mut<'d>(draft: &'d mut Draft<'_>, number: u32) -> Option<&'d mut Officer> {
    draft.head_mut().officers.get_mut(usize::try_from(number).ok()?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`remember` sends only these here")]
fn remember_follow_on(draft: &mut Draft<'_>, body: &Body) -> Result<(), Rejection> {
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
            draft.follow_ons.insert(b.code.clone(), follow_on);
            return Ok(());
        }
        Body::FollowOnPaidIn(b) => (&b.code, b.amount, Amount::ZERO),
        Body::FollowOnWithdrawn(b) => (&b.code, Amount::ZERO, b.amount),
        _ => return Ok(()),
    };
    let mut follow_on =
        draft.follow_ons.get(code).cloned().ok_or_else(|| unknown(Thing::FollowOn, code))?;
    follow_on.paid_in = follow_on.paid_in.checked_add(paid_in).ok_or(Rejection::Overflow)?;
    follow_on.withdrawn = follow_on.withdrawn.checked_add(withdrawn).ok_or(Rejection::Overflow)?;
    follow_on.ended |= matches!(body, Body::FollowOnWithdrawn(_));
    draft.follow_ons.insert(code.clone(), follow_on);
    Ok(())
}
