//! Every rule, inside the write: what `admit` refuses is never in the log, and what is in the log
//! was admitted. The same function runs on writing, on opening and in verification, so it reads
//! nothing but its arguments.
//!
//! Rules hold in the order of the index, never of `occurred_on`. Per event they are asked in this
//! order, which is the order of [`Rejection`]: form, ledger and officer, names, time, state, purpose,
//! limits of money. `fields` and `limits` ask all events alike, time, state and purpose are
//! asked by a leaf file a family; `limits` is the one place where an account is kept from going below
//! zero.
//!
//! The policy names the rule set: 1 asks for no roles, 2 does (`officers` has the table). A ledger is
//! judged by the rule set of each command's time, for ever. Approval bands are in neither: a policy
//! that sets them is refused rather than ignored.

mod allocation;
mod commitment;
mod confidential;
mod correction;
mod dependents;
mod fields;
mod follow_on;
mod limits;
mod master;
mod officers;
mod project;
mod state;
mod time;

pub use correction::books;
pub use dependents::{LaterEntries, MOST_DEPENDENTS, ReadEvent, find_dependents};
pub use officers::Standing;

use super::apply::{self, Cited};
use super::event::{Body, Event};
use super::fact::Fact;
use super::finding::Finding;
use super::posting::Move;
use super::rejection::Rejection;
use super::state::{Journal, State, Undo};

/// What the rules need besides state and events.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// When the command is recorded, microseconds since 1970 in UTC: fixes the ledger's today.
    pub recorded_at_microseconds: i64,
    /// The number of the officer who signs.
    pub officer: u32,
    /// The entries say that the clock did not fit the head: it may be more than a day ahead of it.
    pub clock_accepted: bool,
    /// The entries that the events cite (payments refunded, entries reversed).
    pub cited: &'a Cited,
}

/// What an admitted command does.
#[derive(Debug, Default)]
pub struct Admitted {
    /// What takes the command back.
    pub undo: Undo,
    /// The moves of each event.
    pub moves: Vec<Vec<Move>>,
    /// What to look at, with the place of its event in the command.
    pub findings: Vec<(usize, Finding)>,
}

/// Judges a command by every rule, and applies it; one that is refused leaves the state as it was.
///
/// # Errors
/// The first [`Rejection`] in order of precedence of the first event that a rule refuses.
pub fn admit(
    state: &mut State,
    events: &[Event],
    context: &Context<'_>,
) -> Result<Admitted, Rejection> {
    let standing = Standing::of(state, context.officer);
    let mut admitted = Admitted::default();
    let mut journal = Journal::on(state);
    let outcome = begin(&mut journal, context).and_then(|()| {
        for (place, event) in events.iter().enumerate() {
            let mut findings = Vec::new();
            let moves = admit_one(&mut journal, event, (&standing, context), &mut findings)?;
            admitted.moves.push(moves);
            admitted.findings.extend(findings.into_iter().map(|finding| (place, finding)));
        }
        Ok(())
    });
    if let Err(rejection) = outcome {
        journal.take_back();
        return Err(rejection);
    }
    admitted.undo = journal.into_undo();
    Ok(admitted)
}

/// [`admit`] for one event of a command, whose events before it were admitted: gives its moves and
/// findings. `standing` is of the state before all of them.
///
/// # Errors
/// As [`admit`]; the events before it stay applied.
pub fn admit_next(
    state: &mut State,
    standing: &Standing,
    event: &Event,
    context: &Context<'_>,
) -> Result<(Vec<Move>, Vec<Finding>), Rejection> {
    let mut journal = Journal::on(state);
    let mut findings = Vec::new();
    let outcome = begin(&mut journal, context)
        .and_then(|()| admit_one(&mut journal, event, (standing, context), &mut findings));
    match outcome {
        Ok(moves) => Ok((moves, findings)),
        Err(rejection) => {
            journal.take_back();
            Err(rejection)
        }
    }
}

fn begin(journal: &mut Journal<'_>, context: &Context<'_>) -> Result<(), Rejection> {
    time::check_clock(journal, context)?;
    journal.set_recorded_at(context.recorded_at_microseconds);
    Ok(())
}

fn admit_one(
    journal: &mut Journal<'_>,
    event: &Event,
    (standing, context): (&Standing, &Context<'_>),
    findings: &mut Vec<Finding>,
) -> Result<Vec<Move>, Rejection> {
    fields::check_form(journal, event)?;
    check_ledger(journal, event, standing, context)?;
    fields::check_names(journal, event, context.cited)?;
    time::check(journal, event, context)?;
    check_family(journal, event, context, findings)?;
    check_e_vouchers(journal, event)?;
    confidential::seal(journal, event)?;
    let moves = event.body.moves(journal, context.cited)?;
    officers::within_limit(journal, standing, &moves)?;
    limits::check(journal, event, &moves, findings)?;
    apply::settle(journal, event, &moves, context.cited)?;
    Ok(moves)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only these change the ledger or have a number")]
fn check_ledger(
    state: &State,
    event: &Event,
    standing: &Standing,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    match (&event.body, state.ledger.as_ref()) {
        (Body::LedgerOpened(b), None) if state.size == 0 => return master::policy(&b.policy),
        (Body::LedgerOpened(_), _) => return Err(Rejection::LedgerOpen),
        (_, Some(_)) => {}
        (_, None) => return Err(Rejection::LedgerNotOpen),
    }
    officers::signs(state, standing, context.officer, &event.body)?;
    match &event.body {
        Body::PolicyAdopted(b) => {
            master::policy(&b.policy)?;
            officers::rule_set(state, &b.policy)
        }
        Body::LogKeyRotated(b) => officers::rotate_log(state, b),
        Body::OfficerEnrolled(b) => officers::enrol(state, b),
        Body::OfficerKeyRotated(b) => officers::rotate(state, b),
        Body::OfficerRolesChanged(b) => officers::change_roles(state, standing, b),
        Body::OfficerRevoked(b) => officers::revoke(state, standing, b),
        Body::DisbursementRecorded(b) => commitment::voucher(state, b),
        _ => Ok(()),
    }
}

fn check_family(
    state: &State,
    event: &Event,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let date = event.occurred_on;
    match &event.body {
        Body::DistrictRegistered(b) => master::district(state, b),
        Body::DistrictRetired(b) => master::retire(state, b, date),
        Body::ProgrammeRegistered(b) => master::within(state, b.district.as_ref(), date),
        Body::FundEstablished(b) => master::within(state, b.district.as_ref(), date),
        Body::FundClosed(b) => master::close_fund(state, b),
        Body::AllocationRecorded(b) => allocation::record(state, b),
        Body::AllocationAdjusted(b) => allocation::adjust(state, b),
        Body::AllocationTransferred(b) => allocation::transfer(state, b),
        Body::BalanceCarriedForward(b) => allocation::carry(state, b),
        Body::FundsReserved(b) => project::reserve(state, b),
        Body::ProjectApproved(b) => project::approve(state, event, b, findings),
        Body::ProjectCompleted(b) => state::approved(state, &b.code),
        Body::ProjectTerminated(b) => state::terminable(state, &b.code),
        Body::ProjectClosedOut(b) => state::ended(state, &b.code),
        Body::CommitmentMade(b) => commitment::make(state, event, b, findings),
        Body::CommitmentIncreased(b) => commitment::increase(state, event, b, findings),
        Body::CommitmentReduced(b) => commitment::reduce(state, event, b, findings),
        Body::CommitmentClosed(b) => commitment::close(state, event, b, findings),
        Body::DisbursementRecorded(b) => commitment::disburse(state, event, b, findings),
        Body::RefundReceived(b) => commitment::refund(state, event, b, context.cited, findings),
        Body::FollowOnPledged(b) => follow_on::pledge(b),
        Body::FollowOnPaidIn(b) => follow_on::pay_in(state, b),
        Body::FollowOnWithdrawn(b) => follow_on::withdraw(state, b),
        Body::EntryReversed(b) => correction::reverse(state, event, b, context.cited, findings),
        Body::ConfidentialErased(b) => confidential::erase(state, b, context.cited),
        Body::LedgerOpened(_)
        | Body::PolicyAdopted(_)
        | Body::LogKeyRotated(_)
        | Body::OfficerEnrolled(_)
        | Body::OfficerRolesChanged(_)
        | Body::OfficerKeyRotated(_)
        | Body::OfficerRevoked(_)
        | Body::PayeeRegistered(_)
        | Body::ReservationReleased(_)
        | Body::BalanceLapsed(_)
        | Body::DocumentAttached(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => Ok(()),
    }
}

fn check_e_vouchers(state: &State, event: &Event) -> Result<(), Rejection> {
    let documents = &event.body.filing().documents;
    for (i, document) in documents.iter().enumerate() {
        if document.kind.as_str() != apply::E_VOUCHER {
            continue;
        }
        let twice = documents.iter().take(i).any(|other| other.hash == document.hash);
        let booked = state.e_vouchers.get(&document.hash).copied();
        if let Some(entry) = booked.or(twice.then_some(state.size)) {
            return Err(Rejection::VoucherBooked { hash: document.hash.to_string(), entry });
        }
    }
    Ok(())
}
