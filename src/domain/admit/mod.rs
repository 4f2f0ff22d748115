//! Every rule, inside the write: what `admit` refuses is not written. The same function runs on writing,
//! on opening, on reading and in verification, so it reads nothing but its arguments; what it refuses in a
//! log that is there already is a [`breach`](super::breach).
//!
//! Rules hold in the order of the index, never of `occurred_on`. Per event they are asked in this
//! order, which is the order of [`Rejection`]: form, ledger and officer, names, time, state, purpose,
//! limits of money. `fields` and `limits` ask all events alike; what is asked of one event alone stands
//! in a leaf file a family, as its `Rules`. `limits` is the one place where an account
//! is kept from going below zero.
//!
//! The policy names the rule set: 1 asks for no roles, 2 does (`officers` has the table), 3 lets the end
//! of a project be reversed, keeps reservations within the ceiling and refuses what cannot be seen in
//! names (schemas/entry.md §12). A ledger is judged by the rule set of each command's time, for ever.
//! Approval bands are in none of them: a policy that sets them is refused rather than ignored.

#[macro_use]
mod rules;

mod allocation;
mod breach;
mod built;
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

use self::rules::{Rules, Scene};
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
    let begun = breach::alone(events).and_then(|()| begin(&mut journal, context));
    let outcome = begun.and_then(|()| {
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
    let rule_set = standing.rule_set(journal, &event.body);
    let at = Scene { state: journal, event, rule_set, standing, context };
    fields::check_form(&at)?;
    check_ledger(&at)?;
    fields::check_names(&at)?;
    time::check(journal, event, context)?;
    event.body.rules(&at, findings)?;
    check_e_vouchers(journal, event)?;
    confidential::seal(journal, event)?;
    let moves = event.body.moves(journal, context.cited)?;
    officers::within_limit(journal, standing, &moves)?;
    let engaged = apply::engaged(&moves)?;
    limits::check(&Scene { state: journal, ..at }, &moves, &engaged, findings)?;
    apply::settle(journal, event, (&moves, &engaged), context.cited)?;
    if !journal.breaches.is_empty() {
        correction::check_left(journal, event, context.cited, &moves)?;
    }
    Ok(moves)
}

/// Opened once, first; and who signs may.
fn check_ledger(at: &Scene<'_>) -> Result<(), Rejection> {
    match (&at.event.body, at.state.ledger.as_ref()) {
        (Body::LedgerOpened(b), None) if at.state.size == 0 => return officers::policy(&b.policy),
        (Body::LedgerOpened(_), _) => return Err(Rejection::LedgerOpen),
        (_, Some(_)) => {}
        (_, None) => return Err(Rejection::LedgerNotOpen),
    }
    officers::signs(at.state, at.standing, at.context.officer, &at.event.body)?;
    at.event.body.office(at)
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
