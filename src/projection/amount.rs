//! What an entry is about in money: one figure, however many moves it makes, and the lines it is on.

use super::Recorded;
use crate::domain::event::{Body, Event};
use crate::domain::fact::{Fact, See, Seen, Value};
use crate::domain::ids::LineKey;
use crate::domain::money::Amount;
use crate::domain::posting::Move;

/// The entry's amount: of a payment all its splits, of a carry-forward what is carried, of a reversal
/// that of the entry it undoes. Nothing for an entry that is about no money.
#[must_use]
pub fn of(recorded: &Recorded<'_>) -> Option<Amount> {
    of_event(recorded.event, recorded.cited, recorded.moves)
}

/// [`of`] an event; `cited` is the entry that it reverses. Where the event itself says no amount (a
/// contract that is closed, a project that is closed out), it is what was moved.
#[must_use]
pub fn of_event(event: &Event, cited: Option<&Event>, moves: &[Move]) -> Option<Amount> {
    // A reversal moves back what its entry moved, so of moves alone either gives the same.
    if let (Body::EntryReversed(_), Some(undone)) = (&event.body, cited) {
        return of_event(undone, None, moves);
    }
    let said = Said::by(event);
    if said.is_about_money { said.amount } else { moved(moves) }
}

/// What an event says of money: its own amount, else the sum of its parts, and its lines.
struct Said<'e> {
    is_about_money: bool,
    amount: Option<Amount>,
    lines: Vec<&'e LineKey>,
}

impl<'e> Said<'e> {
    fn by(event: &'e Event) -> Self {
        let mut said =
            Self { is_about_money: false, amount: Some(Amount::ZERO), lines: Vec::new() };
        // Nothing is refused by looking.
        drop(event.body.fields(&mut said));
        said
    }
}

impl<'e> See<'e> for Said<'e> {
    fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen {
        match (field, value) {
            // Not what a contract's tranches say once more, nor ceilings and limits.
            ("amount" | "splits.amount" | "funding.amount", Value::Amount(amount)) => {
                self.is_about_money = true;
                self.amount = self.amount.and_then(|sum| sum.checked_add(amount));
            }
            (_, Value::Line(line) | Value::NewLine(line) | Value::AnyLine(line)) => {
                self.lines.push(line);
            }
            _ => {}
        }
        Ok(())
    }
}

fn moved(moves: &[Move]) -> Option<Amount> {
    if moves.is_empty() { None } else { Amount::sum(moves.iter().map(|m| m.amount)) }
}

/// The lines that an entry is on; of a reversal those of `cited`, the entry it undoes. What moves
/// whatever is left (a contract that is closed, a project that is closed out) names none.
#[must_use]
pub fn lines<'e>(event: &'e Event, cited: Option<&'e Event>) -> Vec<&'e LineKey> {
    match (&event.body, cited) {
        (Body::EntryReversed(_), Some(undone)) => Said::by(undone).lines,
        _ => Said::by(event).lines,
    }
}
