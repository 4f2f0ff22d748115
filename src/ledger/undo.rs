//! What undoes an import: reversals in commands of many, and why an entry cannot be reversed.

use super::batch::{Batch, Makes};
use super::{Ledger, RowIn, RowOut};
use crate::chain::signature::Signer;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Order};
use crate::domain::event::EntryReversed;
use crate::domain::propose::propose;
use crate::domain::rejection::Rejection;
use crate::error::{Error, Result};

impl Ledger {
    /// Begins commands of reversals, of entries of `source`. As an import they are sealed 1,000 at a
    /// time; what is recorded stays, and begun again they go on with the rest.
    ///
    /// # Errors
    /// As [`Ledger::batch`].
    pub fn reversals<'a>(
        &'a mut self,
        source: &str,
        signer: &'a dyn Signer,
        accept_clock: Option<Date>,
        dry_run: bool,
    ) -> Result<Batch<'a>> {
        self.batch_of(Makes::Reversals, source, signer, accept_clock, dry_run)
    }
}

impl Batch<'_> {
    /// Reverses an entry, sealing what waits where it does not fit behind it. `None` where the rules have
    /// nothing against it.
    ///
    /// # Errors
    /// As [`Batch::admit`].
    pub fn reverse(&mut self, reversal: &EntryReversed) -> Result<Option<Rejection>> {
        let orders = [order(reversal)];
        let row = RowIn { key: [0; 16], orders: &orders };
        let mut out = self.admit(&row)?;
        if matches!(out, RowOut::Full) {
            self.seal()?;
            out = self.admit(&row)?;
        }
        Ok(match out {
            RowOut::Refused(_, rejection) => Some(rejection),
            RowOut::Admitted { .. } | RowOut::Full => None,
        })
    }

    /// The refusal of a reversal, with the entries that have to be reversed first. Reads all that was
    /// recorded after the entry.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn explained(&mut self, reversal: &EntryReversed, rejection: Rejection) -> Result<Error> {
        let order = order(reversal);
        let cited = self.ledger.cited(&order)?;
        let state = &self.ledger.state;
        let Ok(events) = propose(state, &order, self.today, &cited) else {
            return Ok(rejection.into());
        };
        let context = self.moment.context(self.officer, &cited);
        let error = self.ledger.with_dependents(rejection, &events, &context);
        self.ledger.check_state()?;
        Ok(error)
    }
}

fn order(reversal: &EntryReversed) -> Order {
    let command = Command::ReverseEntry(reversal.clone());
    Order { occurred_on: None, historical: false, command }
}
