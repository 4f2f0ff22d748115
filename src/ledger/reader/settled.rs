//! A command that was followed to its end, with the moves of its entries: all that a projection needs.

use crate::chain::entry::{self, CommandId, Row};
use crate::chain::hash::Hash;
use crate::domain::apply::Cited;
use crate::domain::event::Event;
use crate::domain::fact::cited_by;
use crate::domain::posting::Move;
use crate::projection::Recorded;
use smol_str::SmolStr;

/// The entries of a command that ended and was followed, with their moves: all that a projection needs,
/// to be told here or on another thread.
#[derive(Debug)]
pub struct Settled {
    pub(in crate::ledger) officer: u32,
    pub(in crate::ledger) command: CommandId,
    pub(in crate::ledger) entries: Vec<Pending>,
    pub(in crate::ledger) events: Vec<Event>,
    pub(in crate::ledger) moves: Vec<Vec<Move>>,
    /// Which of the entries are void; none is, where it is empty.
    pub(in crate::ledger) void: Vec<bool>,
    pub(in crate::ledger) cited: Cited,
}

impl Settled {
    /// Its entries, in order; one that is void changes nothing, and is none to a projection.
    pub fn entries(&self) -> impl Iterator<Item = Recorded<'_>> {
        let void = self.void.iter().copied().chain(std::iter::repeat(false));
        let told = self.entries.iter().zip(&self.events).zip(&self.moves).zip(void);
        let counted = told.filter_map(|(told, void)| (!void).then_some(told));
        counted.map(|((entry, event), moves)| Recorded {
            index: entry.index,
            id: entry.id,
            hash: entry.hash,
            recorded_at_microseconds: entry.recorded_at_microseconds,
            officer: self.officer,
            command: self.command,
            row: entry.row.as_ref().map(|(source, key)| Row { source, key: *key }),
            event,
            moves,
            cited: cited_by(&event.body).and_then(|index| self.cited.get(&index)),
        })
    }

    /// Number of its entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if it has none; no command is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// An entry of the command in progress.
#[derive(Debug, Clone)]
pub(in crate::ledger) struct Pending {
    pub(in crate::ledger) index: u64,
    pub(in crate::ledger) id: entry::EntryId,
    pub(in crate::ledger) hash: Hash,
    pub(in crate::ledger) recorded_at_microseconds: i64,
    pub(in crate::ledger) row: Option<(SmolStr, [u8; 16])>,
}
