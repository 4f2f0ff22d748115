//! Every rule, inside the write: what `admit` refuses is never in the log, and what is in the log
//! was admitted. The same function runs on writing, on opening and in verification, so it reads
//! nothing but its arguments.
//!
//! Rules hold in the order of the index, never of `occurred_on`. Per event they are asked in this
//! order, which is the order of [`Rejection`]: form, ledger and officer, names, time, state, purpose,
//! limits of money. `form`, `names` and `limits` ask all events alike, time, state and purpose are
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
mod follow_on;
mod form;
mod limits;
mod master;
mod names;
mod officers;
mod project;
mod state;
mod time;

pub use correction::books;
pub use dependents::{LaterEntries, MOST_DEPENDENTS, ReadEvent, find_dependents};
pub use officers::Standing;

use super::apply::{self, Cited};
use super::event::{Body, Event};
use super::finding::Finding;
use super::posting::Move;
use super::rejection::Rejection;
use super::state::{Delta, Draft, State};

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
    /// The change of the state.
    pub delta: Delta,
    /// The moves of each event.
    pub moves: Vec<Vec<Move>>,
    /// What to look at, with the place of its event in the command.
    pub findings: Vec<(usize, Finding)>,
}

/// Judges a command by every rule.
///
/// # Errors
/// The first [`Rejection`] in order of precedence of the first event that a rule refuses.
pub fn admit(
    state: &State,
    events: &[Event],
    context: &Context<'_>,
) -> Result<Admitted, Rejection> {
    let standing = Standing::of(state, context.officer);
    let mut draft = begin(state, context)?;
    let mut admitted = Admitted::default();
    for (place, event) in events.iter().enumerate() {
        let mut findings = Vec::new();
        let moves = admit_one(&mut draft, event, (standing, context), &mut findings)?;
        admitted.moves.push(moves);
        admitted.findings.extend(findings.into_iter().map(|finding| (place, finding)));
    }
    admitted.delta = draft.into_delta();
    Ok(admitted)
}

/// [`admit`] for one event of a command, whose events before it were admitted and applied: gives its
/// moves, the change of the state, and findings. `standing` is of the state before all of them.
///
/// # Errors
/// As [`admit`].
pub fn admit_next(
    state: &State,
    standing: Standing<'_>,
    event: &Event,
    context: &Context<'_>,
) -> Result<(Vec<Move>, Delta, Vec<Finding>), Rejection> {
    let mut draft = begin(state, context)?;
    let mut findings = Vec::new();
    let moves = admit_one(&mut draft, event, (standing, context), &mut findings)?;
    Ok((moves, draft.into_delta(), findings))
}

fn begin<'a>(state: &'a State, context: &Context<'_>) -> Result<Draft<'a>, Rejection> {
    time::check_clock(state, context)?;
    let mut draft = state.draft();
    draft.recorded_at_microseconds = context.recorded_at_microseconds;
    Ok(draft)
}

fn admit_one(
    draft: &mut Draft<'_>,
    event: &Event,
    (standing, context): (Standing<'_>, &Context<'_>),
    findings: &mut Vec<Finding>,
) -> Result<Vec<Move>, Rejection> {
    form::check(draft, event)?;
    check_ledger(draft, event, standing, context)?;
    names::check(draft, event, context.cited)?;
    time::check(draft, event, context)?;
    check_family(draft, event, context, findings)?;
    check_e_vouchers(draft, event)?;
    confidential::seal(draft, event)?;
    let moves = apply::moves(draft, event, context.cited)?;
    officers::within_limit(draft, standing, &moves)?;
    limits::check(draft, event, &moves, findings)?;
    apply::settle(draft, event, &moves, context.cited)?;
    Ok(moves)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only these change the ledger or have a number")]
fn check_ledger(
    draft: &Draft<'_>,
    event: &Event,
    standing: Standing<'_>,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    match (&event.body, draft.ledger()) {
        (Body::LedgerOpened(b), None) if draft.size == 0 => return master::policy(&b.policy),
        (Body::LedgerOpened(_), _) => return Err(Rejection::LedgerOpen),
        (_, Some(_)) => {}
        (_, None) => return Err(Rejection::LedgerNotOpen),
    }
    officers::signs(draft, standing, context.officer, &event.body)?;
    match &event.body {
        Body::PolicyAdopted(b) => {
            master::policy(&b.policy)?;
            officers::rule_set(draft, &b.policy)
        }
        Body::LogKeyRotated(b) => officers::rotate_log(draft, b),
        Body::OfficerEnrolled(b) => officers::enrol(draft, b),
        Body::OfficerKeyRotated(b) => officers::rotate(draft, b),
        Body::OfficerRolesChanged(b) => officers::change_roles(draft, standing, b),
        Body::OfficerRevoked(b) => officers::revoke(draft, standing, b),
        Body::DisbursementRecorded(b) => commitment::voucher(draft, b),
        _ => Ok(()),
    }
}

fn check_family(
    draft: &Draft<'_>,
    event: &Event,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let date = event.occurred_on;
    match &event.body {
        Body::DistrictRegistered(b) => master::district(draft, b),
        Body::DistrictRetired(b) => master::retire(draft, b, date),
        Body::ProgrammeRegistered(b) => master::within(draft, b.district.as_ref(), date),
        Body::FundEstablished(b) => master::within(draft, b.district.as_ref(), date),
        Body::FundClosed(b) => master::close_fund(draft, b),
        Body::AllocationRecorded(b) => allocation::record(draft, b),
        Body::AllocationAdjusted(b) => allocation::adjust(draft, b),
        Body::AllocationTransferred(b) => allocation::transfer(draft, b),
        Body::BalanceCarriedForward(b) => allocation::carry(draft, b),
        Body::FundsReserved(b) => project::reserve(draft, b),
        Body::ProjectApproved(b) => project::approve(draft, event, b, findings),
        Body::ProjectCompleted(b) => state::approved(draft, &b.code),
        Body::ProjectTerminated(b) => state::terminable(draft, &b.code),
        Body::ProjectClosedOut(b) => state::ended(draft, &b.code),
        Body::CommitmentMade(b) => commitment::make(draft, event, b, findings),
        Body::CommitmentIncreased(b) => commitment::increase(draft, event, b, findings),
        Body::CommitmentReduced(b) => commitment::reduce(draft, event, b, findings),
        Body::CommitmentClosed(b) => commitment::close(draft, event, b, findings),
        Body::DisbursementRecorded(b) => commitment::disburse(draft, event, b, findings),
        Body::RefundReceived(b) => commitment::refund(draft, event, b, context.cited, findings),
        Body::FollowOnPledged(b) => follow_on::pledge(b),
        Body::FollowOnPaidIn(b) => follow_on::pay_in(draft, b),
        Body::FollowOnWithdrawn(b) => follow_on::withdraw(draft, b),
        Body::EntryReversed(b) => correction::reverse(draft, event, b, context.cited, findings),
        Body::ConfidentialErased(b) => confidential::erase(draft, b, context.cited),
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

fn check_e_vouchers(draft: &Draft<'_>, event: &Event) -> Result<(), Rejection> {
    let documents = &event.body.filing().documents;
    for (i, document) in documents.iter().enumerate() {
        if document.kind.as_str() != apply::E_VOUCHER {
            continue;
        }
        let twice = documents.iter().take(i).any(|other| other.hash == document.hash);
        let booked = draft.e_vouchers.get(&document.hash).copied();
        if let Some(entry) = booked.or(twice.then_some(draft.size)) {
            return Err(Rejection::VoucherBooked { hash: document.hash.to_string(), entry });
        }
    }
    Ok(())
}
