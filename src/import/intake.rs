//! The ledger as an import sees it: what it may ask, and what it hands in. Here rows go into a [`Batch`],
//! and a full one is sealed.

use crate::domain::command::Order;
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::rejection::Rejection;
use crate::domain::state::State;
use crate::error::Result;
use crate::ledger::{Batch, RowIn, RowOut};

/// An entry of the past, as an import asks for it.
pub struct Past<'a> {
    /// Its index.
    pub index: u64,
    /// The source and row key, if it was imported.
    pub row: Option<(&'a str, [u8; 16])>,
    /// Whether it is the first of its command.
    pub begins: bool,
    /// What it says.
    pub event: &'a dyn Fn() -> Result<Option<Event>>,
}

impl std::fmt::Debug for Past<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Past").field("index", &self.index).finish_non_exhaustive()
    }
}

/// What became of a row's orders.
#[derive(Debug)]
pub enum Taken {
    /// They are admitted and wait to be sealed.
    Booked {
        /// Entries made; 0 where the orders change nothing.
        entries: usize,
        /// Findings of the rules, to look at.
        findings: Vec<Finding>,
    },
    /// They do not fit into the command that waits to be sealed. Nothing has changed.
    Full,
    /// A rule said no to the order of this number, from 0. Nothing has changed.
    Refused(usize, Rejection),
}

/// The ledger as an import sees it.
///
/// The rows taken since the last seal are one command. An implementation
/// - MUST propose and admit the orders of a row one after the other, each on the state after the one
///   before, and MUST leave no trace of the row where one of them is refused;
/// - MUST answer [`Taken::Full`] rather than let a command grow beyond its limits, and never when no
///   row waits; a row that alone exceeds them is refused as `command_too_large`;
/// - MUST mark every entry with the source and row key, and MUST NOT let a row straddle two commands;
/// - MUST make [`Intake::seal`] all or nothing: after an error no row since the last seal is in the
///   ledger;
/// - MUST NOT take a row for granted before `seal` has returned. A dry run seals nothing and keeps the
///   state in memory only.
pub trait Intake {
    /// The state with all rows taken so far.
    fn state(&self) -> &State;

    /// Tells `each` every entry that was imported before, every payment, and every entry that names a fund,
    /// project or payee, in order.
    ///
    /// # Errors
    /// The ledger cannot be read; the errors of `each`.
    fn look_back(&self, each: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()>;

    /// The source, row key and event of the imported entry at `index`; `None` where there is none.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn imported(&self, index: u64) -> Result<Option<Imported>>;

    /// The index that the next entry gets.
    fn next_index(&self) -> u64;

    /// From now on rows may refund payments that were taken before them.
    fn remember_payments(&mut self) {}

    /// Takes a row.
    ///
    /// # Errors
    /// The machine could not; a rule that says no is [`Taken::Refused`].
    fn take(&mut self, source: &str, key: [u8; 16], orders: &[Order]) -> Result<Taken>;

    /// Seals the rows taken since the last seal as one signed command, durably.
    ///
    /// # Errors
    /// The command is not in the ledger, or it is not known whether it is.
    fn seal(&mut self) -> Result<()>;
}

/// An entry that was imported.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The list that it came from.
    pub source: String,
    /// The row.
    pub key: [u8; 16],
    /// What it says; `None` for a type that this release does not know.
    pub event: Option<Event>,
}

/// A batch of the ledger.
#[derive(Debug)]
pub struct LedgerIntake<'a> {
    batch: Batch<'a>,
}

impl<'a> LedgerIntake<'a> {
    /// An intake into `batch`.
    #[must_use]
    pub fn new(batch: Batch<'a>) -> Self {
        Self { batch }
    }

    /// Records and publishes what is sealed.
    ///
    /// # Errors
    /// As [`Batch::finish`].
    pub fn finish(self) -> Result<()> {
        self.batch.finish()
    }
}

impl Intake for LedgerIntake<'_> {
    fn state(&self) -> &State {
        self.batch.state()
    }

    fn look_back(&self, each: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()> {
        self.batch.look_back(&mut |past| {
            let row = past.row.as_ref().map(|row| (row.source, row.key));
            let (index, begins) = (past.index, past.place == 0);
            each(&Past { index, row, begins, event: &|| past.event() })
        })
    }

    fn imported(&self, index: u64) -> Result<Option<Imported>> {
        let entry = self.batch.with_entry(index, &mut |past| {
            let Some(row) = &past.row else { return Ok(None) };
            let (source, key) = (row.source.to_owned(), row.key);
            Ok(Some(Imported { source, key, event: past.event()? }))
        })?;
        Ok(entry.flatten())
    }

    fn next_index(&self) -> u64 {
        self.batch.next_index()
    }

    fn remember_payments(&mut self) {
        self.batch.remember_payments();
    }

    fn take(&mut self, _: &str, key: [u8; 16], orders: &[Order]) -> Result<Taken> {
        Ok(match self.batch.admit(&RowIn { key, orders })? {
            RowOut::Admitted { entries, findings } => Taken::Booked { entries, findings },
            RowOut::Full => Taken::Full,
            RowOut::Refused(order, rejection) => Taken::Refused(order, rejection),
        })
    }

    fn seal(&mut self) -> Result<()> {
        self.batch.seal()
    }
}
