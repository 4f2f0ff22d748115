//! The ledger as an import sees it: rows go into a [`Batch`], and a full one is sealed.

use super::run::{Intake, Taken};
use crate::domain::command::Order;
use crate::domain::state::State;
use crate::error::Result;
use crate::ledger::{Batch, RowIn, RowOut};
use std::collections::BTreeSet;

/// A batch of the ledger, with the row keys that its source had before.
#[derive(Debug)]
pub struct LedgerIntake<'a> {
    batch: Batch<'a>,
    known: BTreeSet<[u8; 16]>,
}

impl<'a> LedgerIntake<'a> {
    /// An intake into `batch`; `known`: the row keys of the batch's source, read before.
    #[must_use]
    pub fn new(batch: Batch<'a>, known: BTreeSet<[u8; 16]>) -> Self {
        Self { batch, known }
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

    fn known_rows(&mut self, _: &str, know: &mut dyn FnMut([u8; 16])) -> Result<()> {
        std::mem::take(&mut self.known).into_iter().for_each(know);
        Ok(())
    }

    fn take(&mut self, _: &str, key: [u8; 16], orders: &[Order]) -> Result<Taken> {
        Ok(match self.batch.admit(&RowIn { key, orders })? {
            RowOut::Admitted { entries, findings } => {
                Taken::Booked { entries, findings: findings.len() }
            }
            RowOut::Full => Taken::Full,
            RowOut::Refused(order, rejection) => Taken::Refused(order, rejection),
        })
    }

    fn seal(&mut self) -> Result<()> {
        self.batch.seal()
    }
}
