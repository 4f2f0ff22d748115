//! Things that have to be known, or must not be known yet, before anything else is asked of them.

use super::officers;
use crate::domain::apply::Cited;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::near;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, District, FollowOn, Fund, Line, Project, State};

pub(super) fn unknown(thing: Thing, name: &impl ToString) -> Rejection {
    Rejection::Unknown { thing, name: name.to_string(), near: Vec::new() }
}

fn unless(exists: bool, thing: Thing, name: &impl ToString) -> Result<(), Rejection> {
    if exists { Err(Rejection::Exists { thing, name: name.to_string() }) } else { Ok(()) }
}

pub(super) fn fund<'d>(state: &'d State, code: &Code) -> Result<&'d Fund, Rejection> {
    let known = state.funds.get(code);
    known.ok_or_else(|| near::unknown(Thing::Fund, code, state.funds.keys()))
}

pub(super) fn line<'d>(state: &'d State, key: &LineKey) -> Result<&'d Line, Rejection> {
    if let Some(line) = state.lines.get(key) {
        return Ok(line);
    }
    fund(state, &key.fund)?;
    let first = LineKey { year: i16::MIN, origin: i16::MIN, class: Code::default(), ..key.clone() };
    let of_fund = state.lines.range(&first..).take_while(|(line, _)| line.fund == key.fund);
    let near = of_fund.take(3).map(|(line, _)| line.to_string()).collect();
    Err(Rejection::Unknown { thing: Thing::Line, name: key.to_string(), near })
}

pub(super) fn district<'d>(state: &'d State, code: &Code) -> Result<&'d District, Rejection> {
    let known = state.districts.get(code);
    known.ok_or_else(|| near::unknown(Thing::District, code, state.districts.keys()))
}

fn programme(state: &State, code: &Code) -> Result<(), Rejection> {
    let known = state.programmes.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Programme, code, state.programmes.keys()))
}

fn payee(state: &State, code: &Code) -> Result<(), Rejection> {
    let known = state.payees.get(code).copied();
    known.ok_or_else(|| near::unknown(Thing::Payee, code, state.payees.keys()))
}

pub(super) fn project<'d>(state: &'d State, code: &Code) -> Result<&'d Project, Rejection> {
    let known = state.projects.get(code);
    known.ok_or_else(|| near::unknown(Thing::Project, code, state.projects.keys()))
}

pub(super) fn commitment<'d>(state: &'d State, code: &Code) -> Result<&'d Commitment, Rejection> {
    let known = state.commitments.get(code);
    known.ok_or_else(|| near::unknown(Thing::Commitment, code, state.commitments.keys()))
}

pub(super) fn follow_on<'d>(state: &'d State, code: &Code) -> Result<&'d FollowOn, Rejection> {
    let known = state.follow_ons.get(code);
    known.ok_or_else(|| near::unknown(Thing::FollowOn, code, state.follow_ons.keys()))
}

/// An entry before this one that the caller looked up.
pub(super) fn entry<'c>(
    state: &State,
    cited: &'c Cited,
    index: u64,
) -> Result<&'c Event, Rejection> {
    let known = cited.get(&index).filter(|_| index < state.size);
    known.ok_or_else(|| unknown(Thing::Entry, &format!("@{index}")))
}

fn every<'a, T: 'a>(
    all: impl IntoIterator<Item = &'a T>,
    known: impl Fn(&T) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    all.into_iter().try_for_each(known)
}

fn splits(state: &State, splits: &[Split]) -> Result<(), Rejection> {
    every(splits, |split| {
        line(state, &split.line)?;
        every(&split.project, |code| project(state, code).map(|_| ()))
    })
}

/// Everything that an event names.
pub(super) fn check(state: &State, event: &Event, cited: &Cited) -> Result<(), Rejection> {
    match &event.body {
        Body::LedgerOpened(_)
        | Body::LogKeyRotated(_)
        | Body::PolicyAdopted(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => Ok(()),
        Body::OfficerRolesChanged(b) => officers::known(state, b.number).map(|_| ()),
        Body::OfficerKeyRotated(b) => officers::known(state, b.number).map(|_| ()),
        Body::OfficerRevoked(b) => officers::known(state, b.number).map(|_| ()),
        Body::OfficerEnrolled(b) => {
            let known = state.officers.iter().any(|officer| officer.name == b.name);
            unless(known, Thing::Officer, &b.name)
        }
        Body::DistrictRegistered(_)
        | Body::DistrictRetired(_)
        | Body::FundEstablished(_)
        | Body::FundClosed(_)
        | Body::ProgrammeRegistered(_)
        | Body::PayeeRegistered(_) => check_master(state, &event.body),
        Body::AllocationRecorded(_)
        | Body::AllocationAdjusted(_)
        | Body::AllocationTransferred(_)
        | Body::FundsReserved(_)
        | Body::ReservationReleased(_)
        | Body::BalanceCarriedForward(_)
        | Body::BalanceLapsed(_) => check_allocation(state, &event.body),
        Body::ProjectApproved(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::ProjectClosedOut(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_) => check_project(state, &event.body),
        Body::CommitmentMade(_)
        | Body::CommitmentIncreased(_)
        | Body::CommitmentReduced(_)
        | Body::CommitmentClosed(_)
        | Body::DisbursementRecorded(_)
        | Body::RefundReceived(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_) => check_use(state, &event.body, cited),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_master(state: &State, body: &Body) -> Result<(), Rejection> {
    let known_district = |code: &Code| district(state, code).map(|_| ());
    match body {
        Body::DistrictRegistered(b) => {
            every(&b.parent, known_district)?;
            unless(state.districts.contains_key(&b.code), Thing::District, &b.code)
        }
        Body::DistrictRetired(b) => {
            known_district(&b.code)?;
            every(&b.successor, known_district)
        }
        Body::FundEstablished(b) => {
            every(&b.district, known_district)?;
            unless(state.funds.contains_key(&b.code), Thing::Fund, &b.code)
        }
        Body::FundClosed(b) => fund(state, &b.code).map(|_| ()),
        Body::ProgrammeRegistered(b) => {
            every(&b.district, known_district)?;
            unless(state.programmes.contains_key(&b.code), Thing::Programme, &b.code)
        }
        Body::PayeeRegistered(b) => {
            unless(state.payees.contains_key(&b.code), Thing::Payee, &b.code)
        }
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_allocation(state: &State, body: &Body) -> Result<(), Rejection> {
    let known_line = |key: &LineKey| line(state, key).map(|_| ());
    let known_project = |code: &Code| project(state, code).map(|_| ());
    match body {
        Body::AllocationRecorded(b) => {
            fund(state, &b.line.fund)?;
            unless(state.lines.contains_key(&b.line), Thing::Line, &b.line)
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
            every(&b.commitment, |code| commitment(state, code).map(|_| ()))
        }
        Body::BalanceLapsed(b) => known_line(&b.line),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_project(state: &State, body: &Body) -> Result<(), Rejection> {
    let known_project = |code: &Code| project(state, code).map(|_| ());
    match body {
        Body::ProjectApproved(b) => {
            every(&b.programme, |code| programme(state, code))?;
            every(&b.duplicates, known_project)?;
            every(&b.district, |code| district(state, code).map(|_| ()))?;
            every(&b.funding, |funding| line(state, &funding.line).map(|_| ()))?;
            unless(state.projects.contains_key(&b.code), Thing::Project, &b.code)
        }
        Body::ProjectCompleted(b) => known_project(&b.code),
        Body::ProjectTerminated(b) => known_project(&b.code),
        Body::ProjectClosedOut(b) => known_project(&b.code),
        Body::FollowOnPledged(b) => {
            known_project(&b.project)?;
            unless(state.follow_ons.contains_key(&b.code), Thing::FollowOn, &b.code)
        }
        Body::FollowOnPaidIn(b) => follow_on(state, &b.code).map(|_| ()),
        Body::FollowOnWithdrawn(b) => follow_on(state, &b.code).map(|_| ()),
        _ => Ok(()),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`check` sends only these here")]
fn check_use(state: &State, body: &Body, cited: &Cited) -> Result<(), Rejection> {
    match body {
        Body::CommitmentMade(b) => {
            every(&b.payee, |code| payee(state, code))?;
            splits(state, &b.splits)?;
            unless(state.commitments.contains_key(&b.contract), Thing::Commitment, &b.contract)
        }
        Body::CommitmentIncreased(b) => {
            commitment(state, &b.contract)?;
            splits(state, &b.splits)
        }
        Body::CommitmentReduced(b) => {
            commitment(state, &b.contract)?;
            splits(state, &b.splits)
        }
        Body::CommitmentClosed(b) => commitment(state, &b.contract).map(|_| ()),
        Body::DisbursementRecorded(b) => {
            every(&b.payee, |code| payee(state, code))?;
            every(&b.commitment, |code| commitment(state, code).map(|_| ()))?;
            splits(state, &b.splits)
        }
        Body::RefundReceived(b) => match &entry(state, cited, b.disbursement)?.body {
            Body::DisbursementRecorded(_) => Ok(()),
            other => {
                let (entry, found) = (b.disbursement, other.name());
                Err(Rejection::NotADisbursement { entry, found })
            }
        },
        Body::EntryReversed(b) => {
            let event = entry(state, cited, b.entry)?;
            super::correction::may_be_reversed(b.entry, &event.body)
        }
        Body::DocumentAttached(b) if b.entry >= state.size => {
            Err(unknown(Thing::Entry, &format!("@{}", b.entry)))
        }
        Body::ConfidentialErased(b) => {
            super::confidential::may_be_erased(b.entry, entry(state, cited, b.entry)?)
        }
        _ => Ok(()),
    }
}
