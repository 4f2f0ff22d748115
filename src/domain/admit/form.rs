//! The form of every field: texts, codes, tags, years, sums, and the sign of amounts.

use super::master;
use crate::domain::calendar::Year;
use crate::domain::event::{
    AllocationTransferred, Body, CommitmentMade, Event, Filing, LedgerOpened, OriginalAmount,
    Policy, ProjectApproved, Split,
};
use crate::domain::ids::{Code, LineKey, MAX_NAME_BYTES, MAX_REASON_BYTES, Tag, Text};
use crate::domain::kinds::Role;
use crate::domain::money::{Amount, Currency};
use crate::domain::rejection::Rejection;
use crate::domain::state::State;

/// Years that a line may have.
const YEARS: std::ops::RangeInclusive<Year> = 1900..=2199;

pub(super) fn check(state: &State, event: &Event) -> Result<(), Rejection> {
    check_amounts(state, event)?;
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
        | Body::PayeeRegistered(_) => check_master(&event.body)?,
        Body::AllocationRecorded(_)
        | Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::FundsReserved(_)
        | Body::ReservationReleased(_)
        | Body::BalanceCarriedForward(_)
        | Body::BalanceLapsed(_) => check_allocation(state, &event.body)?,
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
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => check_use(state, &event.body)?,
    }
    check_filing(event.body.filing())
}

fn out_of_range(field: &'static str, found: &impl ToString, allowed: &str) -> Rejection {
    Rejection::OutOfRange { field, found: found.to_string(), allowed: allowed.to_owned() }
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
            return Err(out_of_range(field, &year, "1900 to 2199"));
        }
    }
    if line.class.as_str().is_empty() { Ok(()) } else { line.class.check("class") }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_master(body: &Body) -> Result<(), Rejection> {
    match body {
        Body::LedgerOpened(b) => {
            b.origin.check("origin", 200)?;
            name(&b.name)?;
            ledger(b)
        }
        Body::PolicyAdopted(b) => policy(&b.policy),
        Body::OfficerEnrolled(b) => {
            b.name.check("name", 100)?;
            roles(&b.roles)
        }
        Body::LogKeyRotated(b) => reason(b.reason.as_ref()),
        Body::OfficerRolesChanged(b) => {
            reason(b.reason.as_ref())?;
            roles(&b.roles)
        }
        Body::OfficerKeyRotated(b) => reason(b.reason.as_ref()),
        Body::OfficerRevoked(b) => b.reason.check("reason", MAX_REASON_BYTES),
        Body::DistrictRegistered(b) => {
            b.code.check("district")?;
            code(b.parent.as_ref(), "district")?;
            code(b.successor.as_ref(), "district")?;
            if b.successor.as_ref() == Some(&b.code) {
                return Err(out_of_range("successor", &b.code, "another district"));
            }
            optional(b.name_zh.as_ref(), "name_zh", MAX_NAME_BYTES)?;
            name(&b.name)
        }
        Body::DistrictRetired(b) if b.successor.as_ref() == Some(&b.code) => {
            Err(out_of_range("successor", &b.code, "another district"))
        }
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
            if let Some(code) = &b.credit_code
                && !master::is_credit_code(code.as_str())
            {
                let allowed = "18 characters with their check character (GB 32100)";
                return Err(out_of_range("credit_code", &format!("{code:?}"), allowed));
            }
            b.accounts.iter().try_for_each(|account| account.label.check("label", MAX_NAME_BYTES))
        }
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_allocation(state: &State, body: &Body) -> Result<(), Rejection> {
    match body {
        Body::AllocationRecorded(b) => {
            optional(b.source.division.as_ref(), "division", MAX_NAME_BYTES)?;
            optional(b.source.reference.as_ref(), "reference", MAX_NAME_BYTES)?;
            line(&b.line)?;
            if b.line.origin == b.line.year {
                return Ok(());
            }
            let allowed = format!("{}, the year of the allocation", b.line.year);
            Err(out_of_range("origin year", &b.line.origin, &allowed))
        }
        Body::AllocationAdjusted(b) => {
            line(&b.line)?;
            reason(b.reason.as_ref())
        }
        Body::AllocationTransferred(b) => {
            line(&b.from)?;
            b.to.as_ref().map_or(Ok(()), line)?;
            target(state, b)?;
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
fn check_use(state: &State, body: &Body) -> Result<(), Rejection> {
    match body {
        Body::ProjectApproved(b) => {
            b.code.check("project")?;
            b.title.check("title", MAX_NAME_BYTES)?;
            optional(b.title_zh.as_ref(), "title_zh", MAX_NAME_BYTES)?;
            tag(Some(&b.purpose))?;
            reason(b.duplicates_reason.as_ref())?;
            funding(b)
        }
        Body::ProjectCompleted(b) => reason(b.reason.as_ref()),
        Body::ProjectTerminated(b) => reason(b.reason.as_ref()),
        Body::ProjectClosedOut(b) => reason(b.reason.as_ref()),
        Body::CommitmentMade(b) => {
            b.contract.check("commitment")?;
            optional(b.title.as_ref(), "title", MAX_NAME_BYTES)?;
            tag(b.purpose.as_ref())?;
            b.tranches.iter().try_for_each(|tranche| tranche.code.check("tranche"))?;
            splits(&b.splits)?;
            tranches(state, b)
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
            optional(b.causality.as_ref(), "causality", MAX_REASON_BYTES)?;
            b.original.as_ref().map_or(Ok(()), original)
        }
        Body::FollowOnWithdrawn(b) => reason(b.reason.as_ref()),
        Body::EntryReversed(b) => b.reason.check("reason", MAX_REASON_BYTES),
        Body::DocumentAttached(b)
            if b.filing.documents.is_empty() && b.filing.document_no.is_none() =>
        {
            Err(Rejection::TextEmpty { field: "documents" })
        }
        Body::ConfidentialErased(b) => b.legal_basis.check("legal basis", MAX_REASON_BYTES),
        Body::LedgerRestored(b) => {
            b.source.check("source", MAX_NAME_BYTES)?;
            if b.size == state.size {
                return Ok(());
            }
            let allowed = format!("{}, the entries before this one", state.size);
            Err(out_of_range("restored size", &b.size, &allowed))
        }
        Body::AnchorAdopted(b) if b.size > state.size => {
            let allowed = format!("at most {}, the entries before this one", state.size);
            Err(out_of_range("anchor size", &b.size, &allowed))
        }
        _ => Ok(()),
    }
}

fn roles(roles: &[Role]) -> Result<(), Rejection> {
    if roles.is_empty() { Err(Rejection::TextEmpty { field: "roles" }) } else { Ok(()) }
}

fn ledger(b: &LedgerOpened) -> Result<(), Rejection> {
    match Currency::named(b.currency.as_str()) {
        Some(currency) if currency.exponent == b.exponent => {}
        Some(currency) => {
            return Err(out_of_range("exponent", &b.exponent, &currency.exponent.to_string()));
        }
        None => {
            let known = "a code of ISO 4217";
            return Err(out_of_range("currency", &format!("{:?}", b.currency), known));
        }
    }
    if !(-840..=840).contains(&b.utc_offset_minutes) {
        return Err(out_of_range("utc_offset_minutes", &b.utc_offset_minutes, "-840 to 840"));
    }
    if !(1..=12).contains(&b.fiscal_year_start_month) {
        let found = b.fiscal_year_start_month;
        return Err(out_of_range("fiscal_year_start_month", &found, "1 to 12"));
    }
    let origin = b.origin.as_str();
    if origin.contains(|c: char| c.is_whitespace() || c == '+') || origin.contains("://") {
        let allowed = "a URL without scheme, spaces and +, like example.org/ledger";
        return Err(out_of_range("origin", &origin, allowed));
    }
    policy(&b.policy)
}

fn policy(policy: &Policy) -> Result<(), Rejection> {
    if policy.tolerance_basis_points <= 10_000 {
        return Ok(());
    }
    Err(out_of_range("tolerance_basis_points", &policy.tolerance_basis_points, "0 to 10000"))
}

/// Another line, or another ledger; one of the two.
fn target(state: &State, b: &AllocationTransferred) -> Result<(), Rejection> {
    match (&b.to, &b.elsewhere) {
        (Some(to), None) if *to == b.from => Err(out_of_range("target", to, "another line")),
        (Some(_), None) => Ok(()),
        (None, Some(there)) if state.ledger.as_ref().is_some_and(|own| own.id == there.ledger) => {
            Err(out_of_range("target", &there.ledger, "another ledger"))
        }
        (None, Some(_)) => Ok(()),
        (Some(_), Some(_)) => Err(out_of_range("target", &"both", "a line or another ledger")),
        (None, None) => Err(out_of_range("target", &"none", "a line or another ledger")),
    }
}

/// Lines well formed, each once.
fn funding(b: &ProjectApproved) -> Result<(), Rejection> {
    for (i, funding) in b.funding.iter().enumerate() {
        line(&funding.line)?;
        if b.funding.iter().take(i).any(|other| other.line == funding.line) {
            let (line, project) = (funding.line.clone(), Some(b.code.clone()));
            return Err(Rejection::SplitTwice { line, project });
        }
    }
    Ok(())
}

/// Tranches add up to the contract, where there are any.
fn tranches(state: &State, b: &CommitmentMade) -> Result<(), Rejection> {
    if b.tranches.is_empty() {
        return Ok(());
    }
    let whole = Amount::sum(b.splits.iter().map(|s| s.amount)).ok_or(Rejection::Overflow)?;
    let parts = Amount::sum(b.tranches.iter().map(|t| t.amount)).ok_or(Rejection::Overflow)?;
    if whole == parts {
        return Ok(());
    }
    let currency = state.currency();
    Err(Rejection::SumDiffers { whole: currency.money(whole), parts: currency.money(parts) })
}

fn original(original: &OriginalAmount) -> Result<(), Rejection> {
    original.currency.check("original currency", 3)?;
    original.rate.check("exchange rate", 64)?;
    original.source.check("source of the rate", MAX_NAME_BYTES)
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

/// Amounts are not negative, except of contracts and payments in history (`limits` keeps accounts).
#[expect(clippy::wildcard_enum_match_arm, reason = "the others have the ledger's currency")]
fn check_amounts(state: &State, event: &Event) -> Result<(), Rejection> {
    let currency = match &event.body {
        Body::LedgerOpened(b) => Currency::named(b.currency.as_str()),
        _ => None,
    };
    let currency = currency.unwrap_or_else(|| state.currency());
    let may_be = event.historical
        && matches!(
            event.body,
            Body::CommitmentMade(_) | Body::CommitmentIncreased(_) | Body::DisbursementRecorded(_)
        );
    let check = |amount: Amount| {
        if amount.is_negative() && !may_be {
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
    fn of_policy(
        policy: &Policy,
        visit: &mut dyn FnMut(Amount) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        policy.approval_bands.iter().try_for_each(|band| visit(band.from))?;
        visit(policy.tolerance_minor_units)
    }
    match body {
        Body::LedgerOpened(b) => of_policy(&b.policy, visit),
        Body::PolicyAdopted(b) => of_policy(&b.policy, visit),
        Body::OfficerEnrolled(b) => b.limit.map_or(Ok(()), visit),
        Body::OfficerRolesChanged(b) => b.limit.map_or(Ok(()), visit),
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
        Body::FollowOnPledged(b) => {
            b.original.as_ref().map_or(Ok(()), |original| visit(original.amount))?;
            visit(b.amount)
        }
        Body::FollowOnPaidIn(b) => visit(b.amount),
        Body::FollowOnWithdrawn(b) => visit(b.amount),
        Body::BalanceCarriedForward(b) => visit(b.amount),
        Body::BalanceLapsed(b) => visit(b.amount),
        Body::LogKeyRotated(_)
        | Body::OfficerKeyRotated(_)
        | Body::OfficerRevoked(_)
        | Body::DistrictRegistered(_)
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
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => Ok(()),
    }
}
