//! Things that have to be known, or must not be known yet, before anything else is asked of them.

use super::officers;
use crate::domain::apply::Cited;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::near;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, District, Draft, FollowOn, Fund, Line, Project};

pub(super) fn unknown(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Unknown { thing, name: name.to_string(), near: Vec::new() }
}

fn unless(exists: bool, thing: Thing, name: &impl ToString) -> Result<(), Rejection> {
    if exists { Err(Rejection::Exists { thing, name: name.to_string() }) } else { Ok(()) }
}

pub(super) fn fund<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d Fund, Rejection> {
    let known = draft.funds.get(code);
    known.ok_or_else(|| near::unknown(Thing::Fund, code, draft.funds.base_keys()))
}

pub(super) fn line<'d>(draft: &'d Draft<'_>, key: &LineKey) -> Result<&'d Line, Rejection> {
    if let Some(line) = draft.lines.get(key) {
        return Ok(line);
    }
    fund(draft, &key.fund)?;
    let first = LineKey { year: i16::MIN, origin: i16::MIN, class: Code::default(), ..key.clone() };
    let of_fund = draft.lines.range(&first, |line| line.fund == key.fund);
    let near = of_fund.take(3).map(|(line, _)| line.to_string()).collect();
    Err(Rejection::Unknown { thing: Thing::Line, name: key.to_string(), near })
}

pub(super) fn district<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d District, Rejection> {
    let known = draft.districts.get(code);
    known.ok_or_else(|| near::unknown(Thing::District, code, draft.districts.base_keys()))
}

fn programme(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let known = draft.programmes.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Programme, code, draft.programmes.base_keys()))
}

fn payee(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let known = draft.payees.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Payee, code, draft.payees.base_keys()))
}

pub(super) fn project<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d Project, Rejection> {
    let known = draft.projects.get(code);
    known.ok_or_else(|| near::unknown(Thing::Project, code, draft.projects.base_keys()))
}

pub(super) fn commitment<'d>(
    draft: &'d Draft<'_>,
    code: &Code,
) -> Result<&'d Commitment, Rejection> {
    let known = draft.commitments.get(code);
    known.ok_or_else(|| near::unknown(Thing::Commitment, code, draft.commitments.base_keys()))
}

pub(super) fn follow_on<'d>(draft: &'d Draft<'_>, code: &Code) -> Result<&'d FollowOn, Rejection> {
    let known = draft.follow_ons.get(code);
    known.ok_or_else(|| near::unknown(Thing::FollowOn, code, draft.follow_ons.base_keys()))
}

/// An entry before this one that the caller looked up.
pub(super) fn entry<'c>(
    draft: &Draft<'_>,
    cited: &'c Cited,
    index: u64,
) -> Result<&'c Event, Rejection> {
    let known = cited.get(&index).filter(|_| index < draft.size);
    known.ok_or_else(|| unknown(Thing::Entry, &format!("@{index}")))
}

fn every<'a, T: 'a>(
    all: impl IntoIterator<Item = &'a T>,
    known: impl Fn(&T) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    all.into_iter().try_for_each(known)
}

fn splits(draft: &Draft<'_>, splits: &[Split]) -> Result<(), Rejection> {
    every(splits, |split| {
        line(draft, &split.line)?;
        every(&split.project, |code| project(draft, code).map(|_| ()))
    })
}

/// Everything that an event names.
pub(super) fn check(draft: &Draft<'_>, event: &Event, cited: &Cited) -> Result<(), Rejection> {
    match &event.body {
        Body::LedgerOpened(_)
        | Body::LogKeyRotated(_)
        | Body::PolicyAdopted(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => Ok(()),
        Body::OfficerRolesChanged(b) => officers::known(draft, b.number).map(|_| ()),
        Body::OfficerKeyRotated(b) => officers::known(draft, b.number).map(|_| ()),
        Body::OfficerRevoked(b) => officers::known(draft, b.number).map(|_| ()),
        Body::OfficerEnrolled(b) => {
            let known = draft.officers().iter().any(|officer| officer.name == b.name);
            unless(known, Thing::Officer, &b.name)
        }
        Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::ProgrammeRegistered(_)
        | Body::PayeeRegistered(_) => check_master(draft, &event.body),
        Body::AllocationRecorded(_)
        | Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::FundsReserved(_)
        | Body::ReservationReleased(_)
        | Body::BalanceCarriedForward(_)
        | Body::BalanceLapsed(_) => check_allocation(draft, &event.body),
        Body::ProjectApproved(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::ProjectClosedOut(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_) => check_project(draft, &event.body),
        Body::CommitmentMade(_)
        | Body::CommitmentIncreased(_)
        | Body::CommitmentReduced(_)
        | Body::CommitmentClosed(_)
        | Body::DisbursementRecorded(_)
        | Body::RefundReceived(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_) => check_use(draft, &event.body, cited),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_master(draft: &Draft<'_>, body: &Body) -> Result<(), Rejection> {
    let known_district = |code: &Code| district(draft, code).map(|_| ());
    match body {
        Body::DistrictRegistered(b) => {
            every(&b.parent, known_district)?;
            unless(draft.districts.contains(&b.code), Thing::District, &b.code)
        }
        Body::DistrictRetired(b) => {
            known_district(&b.code)?;
            every(&b.successor, known_district)
        }
        Body::FundEstablished(b) => {
            every(&b.district, known_district)?;
            unless(draft.funds.contains(&b.code), Thing::Fund, &b.code)
        }
        Body::FundClosed(b) => fund(draft, &b.code).map(|_| ()),
        Body::ProgrammeRegistered(b) => {
            every(&b.district, known_district)?;
            unless(draft.programmes.contains(&b.code), Thing::Programme, &b.code)
        }
        Body::PayeeRegistered(b) => unless(draft.payees.contains(&b.code), Thing::Payee, &b.code),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_allocation(draft: &Draft<'_>, body: &Body) -> Result<(), Rejection> {
    let known_line = |key: &LineKey| line(draft, key).map(|_| ());
    let known_project = |code: &Code| project(draft, code).map(|_| ());
    match body {
        Body::AllocationRecorded(b) => {
            fund(draft, &b.line.fund)?;
            unless(draft.lines.contains(&b.line), Thing::Line, &b.line)
        }
        Body::AllocationAdjusted(b) => known_line(&b.line),
        Body::AllocationTransferred(b) => {
            known_line(&b.from)?;
            every(&b.to, known_line)
        }
        Body::FundsReserved(b) => {
            known_project(&b.project)?;
            known_line(&b.line)
        }
        Body::ReservationReleased(b) => {
            known_project(&b.project)?;
            known_line(&b.line)
        }
        Body::BalanceCarriedForward(b) => {
            known_line(&b.from)?;
            every(&b.project, known_project)?;
            every(&b.commitment, |code| commitment(draft, code).map(|_| ()))
        }
        Body::BalanceLapsed(b) => known_line(&b.line),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_project(draft: &Draft<'_>, body: &Body) -> Result<(), Rejection> {
    let known_project = |code: &Code| project(draft, code).map(|_| ());
    match body {
        Body::ProjectApproved(b) => {
            every(&b.programme, |code| programme(draft, code))?;
            every(&b.duplicates, known_project)?;
            every(&b.district, |code| district(draft, code).map(|_| ()))?;
            every(&b.funding, |funding| line(draft, &funding.line).map(|_| ()))?;
            unless(draft.projects.contains(&b.code), Thing::Project, &b.code)
        }
        Body::ProjectCompleted(b) => known_project(&b.code),
        Body::ProjectTerminated(b) => known_project(&b.code),
        Body::ProjectClosedOut(b) => known_project(&b.code),
        Body::FollowOnPledged(b) => {
            known_project(&b.project)?;
            unless(draft.follow_ons.contains(&b.code), Thing::FollowOn, &b.code)
        }
        Body::FollowOnPaidIn(b) => follow_on(draft, &b.code).map(|_| ()),
        Body::FollowOnWithdrawn(b) => follow_on(draft, &b.code).map(|_| ()),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_use(draft: &Draft<'_>, body: &Body, cited: &Cited) -> Result<(), Rejection> {
    match body {
        Body::CommitmentMade(b) => {
            every(&b.payee, |code| payee(draft, code))?;
            splits(draft, &b.splits)?;
            unless(draft.commitments.contains(&b.contract), Thing::Commitment, &b.contract)
        }
        Body::CommitmentIncreased(b) => {
            commitment(draft, &b.contract)?;
            splits(draft, &b.splits)
        }
        Body::CommitmentReduced(b) => {
            commitment(draft, &b.contract)?;
            splits(draft, &b.splits)
        }
        Body::CommitmentClosed(b) => commitment(draft, &b.contract).map(|_| ()),
        Body::DisbursementRecorded(b) => {
            every(&b.payee, |code| payee(draft, code))?;
            every(&b.commitment, |code| commitment(draft, code).map(|_| ()))?;
            splits(draft, &b.splits)
        }
        Body::RefundReceived(b) => match &entry(draft, cited, b.disbursement)?.body {
            Body::DisbursementRecorded(_) => Ok(()),
            other => {
                let (entry, found) = (b.disbursement, other.name());
                Err(Rejection::NotADisbursement { entry, found })
            }
        },
        Body::EntryReversed(b) => {
            let event = entry(draft, cited, b.entry)?;
            super::correction::may_be_reversed(b.entry, &event.body)
        }
        Body::DocumentAttached(b) if b.entry >= draft.size => {
            Err(unknown(Thing::Entry, &format!("@{}", b.entry)))
        }
        Body::ConfidentialErased(b) => {
            super::confidential::may_be_erased(b.entry, entry(draft, cited, b.entry)?)
        }
        _ => Ok(()),
    }
}
