//! Balances, names, registers and leverage, rebuilt from entries. Pure: a projection sees one
//! recorded entry after the other and holds what it needs to answer.
//!
//! Decides no rule and checks no signature: a reader has run the rules to know the moves. Holds no sum that its entries do not make: [`balances`] is only ever postings added up.
//! A projection at its default, without an `as_of`, can be kept in a cache by its bytes.

pub mod amount;
pub mod balances;
pub mod content;
pub mod figures;
pub mod filter;
pub mod groups;
mod investment;
pub mod leverage;
mod master;
pub mod names;
pub mod ratio;
pub mod register;
mod shares;
mod texts;
pub mod told;
pub mod totals;

use crate::chain::entry::{CommandId, EntryId, Envelope, Row};
use crate::chain::hash::Hash;
use crate::domain::event::{Body, Event};
use crate::domain::posting::Move;
use crate::error::{Error, Kind};

/// An entry as a projection sees it.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    /// Its index, from 0.
    pub index: u64,
    /// Its id.
    pub id: EntryId,
    /// Its hash.
    pub hash: Hash,
    /// When it was recorded, microseconds since 1970 in UTC.
    pub recorded_at_microseconds: i64,
    /// The officer's number.
    pub officer: u32,
    /// The command it belongs to.
    pub command: CommandId,
    /// The row it was imported from.
    pub row: Option<Row<'a>>,
    /// What happened.
    pub event: &'a Event,
    /// Its moves, by the posting table.
    pub moves: &'a [Move],
    /// The event it cites: the payment that is refunded, the entry that is reversed.
    pub cited: Option<&'a Event>,
}

impl<'a> Recorded<'a> {
    /// An entry by itself, with nothing that it moved.
    #[must_use]
    pub fn alone(envelope: &Envelope<'a>, hash: Hash, event: &'a Event) -> Self {
        Self {
            index: envelope.index,
            id: envelope.id,
            hash,
            recorded_at_microseconds: envelope.recorded_at_microseconds,
            officer: envelope.officer,
            command: envelope.command,
            row: envelope.row,
            event,
            moves: &[],
            cited: None,
        }
    }

    /// The name of the event's type, like `DisbursementRecorded`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.event.body.name()
    }

    /// The permanent number of the event's type.
    #[must_use]
    pub fn kind_number(&self) -> u16 {
        self.event.body.number()
    }

    /// The event whose amounts it moves, and whether it undoes them: a reversal moves those of the entry
    /// that it reverses.
    #[must_use]
    pub fn moved_by(&self) -> (&'a Body, bool) {
        match (&self.event.body, self.cited) {
            (Body::EntryReversed(_), Some(cited)) => (&cited.body, true),
            (body, _) => (body, false),
        }
    }

    /// The event's body, to write.
    #[must_use]
    pub fn content(&self) -> content::Content<'a> {
        content::Content(&self.event.body)
    }
}

/// Something rebuilt from entries, in order from index 0.
pub trait Projection {
    /// The name, which a cache is filed under.
    const NAME: &'static str;
    /// Changed whenever the same entries would give other contents; a cache of another version is
    /// not used.
    const LOGIC_VERSION: u32;

    /// Takes in the next entry. MUST be called with every entry that is not void (schemas/entry.md §7.6), in
    /// order, once; its result MUST depend on nothing else.
    fn apply(&mut self, recorded: &Recorded<'_>);

    /// Number of entries taken in: the index that comes next.
    fn position(&self) -> u64;
}

/// A sum beyond `i128`.
#[must_use]
pub fn overflow(what: &str) -> Error {
    Error::new(
        Kind::Rejected,
        "sum_overflow",
        format!("the sum of {what} is beyond what can be counted (2^127 minor units)"),
    )
    .with_hint(
        "choose fewer lines; amounts of that size can only be a mistake, so find and reverse it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_says_what_and_what_to_do() {
        let text = overflow("budget_final").to_string();
        assert!(text.starts_with("sum_overflow: the sum of budget_final is beyond"), "{text}");
        assert!(text.contains("next: choose fewer lines"), "{text}");
    }
}
