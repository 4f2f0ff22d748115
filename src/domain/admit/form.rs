//! The form of every field: texts, codes, tags, years and the sign of amounts.

use crate::domain::calendar::Year;
use crate::domain::event::{Body, Event, Filing, Policy, Split};
use crate::domain::ids::{Code, LineKey, MAX_NAME_BYTES, MAX_REASON_BYTES, Tag, Text};
use crate::domain::money::Amount;
use crate::domain::rejection::Rejection;
use crate::domain::state::Draft;

/// Years that a line may have.
const YEARS: std::ops::RangeInclusive<Year> = 1900..=2199;

pub(super) fn check(draft: &Draft<'_>, event: &Event) -> Result<(), Rejection> {
    check_amounts(draft, event)?;
    match &event.body {
        Body::LedgerOpened(_)
        | Body::PolicyAdopted(_)
        | Body::OfficerEnrolled(_)
        | Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::ProgrammeRegistered(_)
        | Body::PayeeRegistered(_) => check_master(&event.body)?,
        Body::AllocationRecorded(_)
        | Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::FundsReserved(_)
        | Body::ReservationReleased(_)
        | Body::BalanceCarriedForward(_)
        | Body::BalanceLapsed(_) => check_allocation(&event.body)?,
        Body::ProjectApproved(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::ProjectClosedOut(_)
        | Body::CommitmentMade(_)
        | Body::CommitmentIncreased(_)
        | Body::CommitmentReduced(_)
        | Body::CommitmentClosed(_)
        | Body::DisbursementRecorded(_)
        | Body::RefundReceived(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_) => check_use(&event.body)?,
    }
    check_filing(event.body.filing())
}

fn name(text: &Text) -> Result<(), Rejection> {
    text.check("name", MAX_NAME_BYTES)
}

fn optional(text: Option<&Text>, field: &'static str, max_bytes: usize) -> Result<(), Rejection> {
    text.map_or(Ok(()), |text| text.check(field, max_bytes))
}

fn reason(text: Option<&Text>) -> Result<(), Rejection> {
    optional(text, "reason", MAX_REASON_BYTES)
}

fn code(code: Option<&Code>, field: &'static str) -> Result<(), Rejection> {
    code.map_or(Ok(()), |code| code.check(field))
}

fn tag(tag: Option<&Tag>) -> Result<(), Rejection> {
    tag.map_or(Ok(()), |tag| tag.check("purpose"))
}

fn line(line: &LineKey) -> Result<(), Rejection> {
    line.fund.check("fund")?;
    for (field, year) in [("year", line.year), ("origin year", line.origin)] {
        if !YEARS.contains(&year) {
            let (found, allowed) = (year.to_string(), "1900 to 2199".to_owned());
            return Err(Rejection::OutOfRange { field, found, allowed });
        }
    }
    if line.class.as_str().is_empty() { Ok(()) } else { line.class.check("class") }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_master(body: &Body) -> Result<(), Rejection> {
    match body {
        Body::LedgerOpened(b) => {
            b.origin.check("origin", 200)?;
            name(&b.name)
        }
        Body::OfficerEnrolled(b) => {
            b.name.check("name", 100)?;
            if b.roles.is_empty() { Err(Rejection::TextEmpty { field: "roles" }) } else { Ok(()) }
        }
        Body::DistrictRegistered(b) => {
            b.code.check("district")?;
            code(b.parent.as_ref(), "district")?;
            code(b.successor.as_ref(), "district")?;
            optional(b.name_zh.as_ref(), "name_zh", MAX_NAME_BYTES)?;
            name(&b.name)
        }
        Body::DistrictRetired(b) => code(b.successor.as_ref(), "district"),
        Body::FundEstablished(b) => {
            b.code.check("fund")?;
            name(&b.name)?;
            optional(b.name_zh.as_ref(), "name_zh", MAX_NAME_BYTES)?;
            optional(b.manager.as_ref(), "manager", MAX_NAME_BYTES)?;
            if b.purposes.is_empty() {
                return Err(Rejection::TextEmpty { field: "purposes" });
            }
            b.purposes.iter().try_for_each(|purpose| purpose.check("purpose"))
        }
        Body::FundClosed(b) => reason(b.reason.as_ref()),
        Body::ProgrammeRegistered(b) => {
            b.code.check("programme")?;
            optional(b.name_zh.as_ref(), "name_zh", MAX_NAME_BYTES)?;
            name(&b.name)
        }
        Body::PayeeRegistered(b) => {
            b.code.check("payee")?;
            name(&b.name)?;
            optional(b.name_zh.as_ref(), "name_zh", MAX_NAME_BYTES)?;
            optional(b.credit_code.as_ref(), "credit_code", 18)?;
            b.accounts.iter().try_for_each(|account| account.label.check("label", MAX_NAME_BYTES))
        }
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_allocation(body: &Body) -> Result<(), Rejection> {
    match body {
        Body::AllocationRecorded(b) => {
            optional(b.source.division.as_ref(), "division", MAX_NAME_BYTES)?;
            optional(b.source.reference.as_ref(), "reference", MAX_NAME_BYTES)?;
            line(&b.line)
        }
        Body::AllocationAdjusted(b) => {
            line(&b.line)?;
            reason(b.reason.as_ref())
        }
        Body::AllocationTransferred(b) => {
            line(&b.from)?;
            b.to.as_ref().map_or(Ok(()), line)?;
            reason(b.reason.as_ref())
        }
        Body::FundsReserved(b) => line(&b.line),
        Body::ReservationReleased(b) => line(&b.line),
        Body::BalanceCarriedForward(b) => {
            line(&b.from)?;
            line(&b.to)
        }
        Body::BalanceLapsed(b) => {
            line(&b.line)?;
            reason(b.reason.as_ref())
        }
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_use(body: &Body) -> Result<(), Rejection> {
    match body {
        Body::ProjectApproved(b) => {
            b.code.check("project")?;
            b.title.check("title", MAX_NAME_BYTES)?;
            optional(b.title_zh.as_ref(), "title_zh", MAX_NAME_BYTES)?;
            tag(Some(&b.purpose))?;
            reason(b.duplicates_reason.as_ref())
        }
        Body::ProjectCompleted(b) => reason(b.reason.as_ref()),
        Body::ProjectTerminated(b) => reason(b.reason.as_ref()),
        Body::ProjectClosedOut(b) => reason(b.reason.as_ref()),
        Body::CommitmentMade(b) => {
            b.contract.check("commitment")?;
            optional(b.title.as_ref(), "title", MAX_NAME_BYTES)?;
            tag(b.purpose.as_ref())?;
            b.tranches.iter().try_for_each(|tranche| tranche.code.check("tranche"))?;
            splits(&b.splits)
        }
        Body::CommitmentIncreased(b) => {
            reason(b.reason.as_ref())?;
            splits(&b.splits)
        }
        Body::CommitmentReduced(b) => {
            reason(b.reason.as_ref())?;
            splits(&b.splits)
        }
        Body::CommitmentClosed(b) => reason(b.reason.as_ref()),
        Body::DisbursementRecorded(b) => {
            optional(b.source_number.as_ref(), "source number", MAX_NAME_BYTES)?;
            tag(b.purpose.as_ref())?;
            splits(&b.splits)
        }
        Body::RefundReceived(b) => {
            reason(b.reason.as_ref())?;
            splits(&b.splits)
        }
        Body::FollowOnPledged(b) => {
            b.code.check("follow-on investment")?;
            b.investor.check("investor", MAX_NAME_BYTES)?;
            optional(b.agreement.as_ref(), "agreement", MAX_NAME_BYTES)?;
            optional(b.causality.as_ref(), "causality", MAX_REASON_BYTES)
        }
        Body::FollowOnWithdrawn(b) => reason(b.reason.as_ref()),
        Body::EntryReversed(b) => b.reason.check("reason", MAX_REASON_BYTES),
        _ => Ok(()),
    }
}

/// At least one, lines well formed, each line and project once.
fn splits(splits: &[Split]) -> Result<(), Rejection> {
    if splits.is_empty() {
        return Err(Rejection::NoSplits);
    }
    for (i, split) in splits.iter().enumerate() {
        line(&split.line)?;
        let twice = |other: &Split| other.line == split.line && other.project == split.project;
        if splits.iter().take(i).any(twice) {
            let (line, project) = (split.line.clone(), split.project.clone());
            return Err(Rejection::SplitTwice { line, project });
        }
    }
    Ok(())
}

fn check_filing(filing: &Filing) -> Result<(), Rejection> {
    for document in &filing.documents {
        document.kind.check("document kind", 64)?;
        document.name.check("document name", MAX_NAME_BYTES)?;
        if document.name.as_str().contains('/') {
            let code = Code::new(document.name.as_str());
            let why = "names a folder; only the file's own name is stored";
            return Err(Rejection::CodeNotAllowed { field: "document name", code, why });
        }
    }
    optional(filing.document_no.as_ref(), "document_no", MAX_NAME_BYTES)
}

/// Amounts are not negative, except in history where a rule says so (`limits` keeps accounts).
fn check_amounts(draft: &Draft<'_>, event: &Event) -> Result<(), Rejection> {
    let currency = draft.currency();
    let check = |amount: Amount| {
        if amount.is_negative() && !event.historical {
            Err(Rejection::NegativeAmount { amount: currency.money(amount) })
        } else {
            Ok(())
        }
    };
    amounts(&event.body, &mut |amount| check(amount))
}

/// Visits every amount that a body moves or promises.
pub(super) fn amounts(
    body: &Body,
    visit: &mut dyn FnMut(Amount) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    fn each(
        splits: &[Split],
        visit: &mut dyn FnMut(Amount) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        splits.iter().try_for_each(|split| visit(split.amount))
    }
    fn policy(
        policy: &Policy,
        visit: &mut dyn FnMut(Amount) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        visit(policy.tolerance_minor_units)
    }
    match body {
        Body::LedgerOpened(b) => policy(&b.policy, visit),
        Body::PolicyAdopted(b) => policy(&b.policy, visit),
        Body::OfficerEnrolled(b) => b.limit.map_or(Ok(()), visit),
        Body::AllocationRecorded(b) => visit(b.amount),
        Body::AllocationAdjusted(b) => visit(b.amount),
        Body::AllocationTransferred(b) => visit(b.amount),
        Body::FundsReserved(b) => visit(b.amount),
        Body::ReservationReleased(b) => visit(b.amount),
        Body::ProjectApproved(b) => {
            b.ceiling.map_or(Ok(()), &mut *visit)?;
            b.funding.iter().try_for_each(|funding| visit(funding.amount))
        }
        Body::CommitmentMade(b) => {
            b.tranches.iter().try_for_each(|tranche| visit(tranche.amount))?;
            each(&b.splits, visit)
        }
        Body::CommitmentIncreased(b) => each(&b.splits, visit),
        Body::CommitmentReduced(b) => each(&b.splits, visit),
        Body::DisbursementRecorded(b) => each(&b.splits, visit),
        Body::RefundReceived(b) => each(&b.splits, visit),
        Body::FollowOnPledged(b) => visit(b.amount),
        Body::FollowOnPaidIn(b) => visit(b.amount),
        Body::FollowOnWithdrawn(b) => visit(b.amount),
        Body::BalanceCarriedForward(b) => visit(b.amount),
        Body::BalanceLapsed(b) => visit(b.amount),
        Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::ProgrammeRegistered(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::ProjectClosedOut(_)
        | Body::CommitmentClosed(_)
        | Body::PayeeRegistered(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_) => Ok(()),
    }
}
