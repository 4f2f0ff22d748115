//! The ledger as an import sees it: rows go into a [`Batch`], and a full one is sealed.

use super::run::{Imported, Intake, Past, Taken};
use crate::domain::command::Order;
use crate::domain::state::State;
use crate::error::Result;
use crate::ledger::{Batch, RowIn, RowOut};

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
