//! The figures of a line, a group of lines or a total, by the names of the budget: formulas of the
//! domain, and nothing that is not a sum of postings.

use super::ratio::Ratio;
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Which column an amount of authority belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Given when its line was opened.
    Allocated,
    /// Supplements less reductions.
    Adjustments,
    /// Transferred in less transferred out.
    TransfersNet,
    /// Carried in from an earlier year.
    CarriedIn,
}

macro_rules! figures {
    ($($(#[$doc:meta])* $field:ident,)+) => {
        /// Amounts in minor units.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct Figures { $($(#[$doc])* pub $field: Amount,)+ }

        impl Figures {
            /// Adds other figures, field by field; `None` beyond `i128`.
            #[must_use]
            pub fn checked_add(&self, other: &Self) -> Option<Self> {
                Some(Self { $($field: self.$field.checked_add(other.$field)?,)+ })
            }

            /// True if every figure is zero.
            #[must_use]
            pub fn is_zero(&self) -> bool {
                true $(&& self.$field.is_zero())+
            }
        }
    };
}

figures! {
    /// Given when the lines were opened.
    allocated,
    /// Supplements less reductions.
    adjustments,
    /// Transferred in less transferred out.
    transfers_net,
    /// Carried in from an earlier year.
    carried_in,
    /// The account unreserved: what is available.
    available,
    /// Held for projects.
    reserved,
    /// Owed under contracts, not yet paid.
    committed,
    /// Approved for payment, not yet paid.
    approved_unpaid,
    /// Paid, less refunds.
    paid_net,
    /// Refunded to the treasury.
    refunded_out,
    /// Carried to a later year.
    carried_out,
    /// Gone back unspent.
    lapsed,
    /// Equity of guidance funds.
    invested,
    /// What came from lines into a row that is not a line's own: to a project its funding, whether
    /// reserved, carried in or drawn directly; from the rows without a project as much less. Set by
    /// [`Figures::fund`], never posted.
    #[serde(skip)]
    funded,
}

impl Figures {
    /// The figure of a stage; authority has none, it is told by flow.
    pub(super) fn stage_mut(&mut self, stage: Stage) -> Option<&mut Amount> {
        match stage {
            Stage::Authority => None,
            Stage::Unreserved => Some(&mut self.available),
            Stage::Reserved => Some(&mut self.reserved),
            Stage::Committed => Some(&mut self.committed),
            Stage::ApprovedUnpaid => Some(&mut self.approved_unpaid),
            Stage::Paid => Some(&mut self.paid_net),
            Stage::RefundedOut => Some(&mut self.refunded_out),
            Stage::CarriedOut => Some(&mut self.carried_out),
            Stage::Lapsed => Some(&mut self.lapsed),
            Stage::Invested => Some(&mut self.invested),
        }
    }

    /// The balance of a stage: authority is what the flows gave, as a negative.
    ///
    /// # Errors
    /// `sum_overflow` for authority beyond `i128`.
    pub fn stage(&self, stage: Stage) -> Result<Amount> {
        let mut copy = *self;
        match copy.stage_mut(stage) {
            Some(amount) => Ok(*amount),
            None => self.budget_final()?.checked_neg().ok_or_else(|| super::overflow("authority")),
        }
    }

    /// With the balances of stages; authority is told by flow.
    #[must_use]
    pub fn with_stages(mut self, stages: impl IntoIterator<Item = (Stage, Amount)>) -> Self {
        for (stage, balance) in stages {
            if let Some(amount) = self.stage_mut(stage) {
                *amount = balance;
            }
        }
        self
    }

    /// Less what was carried from one of its lines to another: it counts in neither column. `None` beyond
    /// `i128`.
    #[must_use]
    pub fn without_carried(mut self, within: Amount) -> Option<Self> {
        self.carried_in = self.carried_in.checked_sub(within)?;
        self.carried_out = self.carried_out.checked_sub(within)?;
        Some(self)
    }

    /// The column that an amount of authority goes into.
    pub fn flow_mut(&mut self, flow: Flow) -> &mut Amount {
        match flow {
            Flow::Allocated => &mut self.allocated,
            Flow::Adjustments => &mut self.adjustments,
            Flow::TransfersNet => &mut self.transfers_net,
            Flow::CarriedIn => &mut self.carried_in,
        }
    }

    /// Sets `funded` to what makes the row whole: everything that became of its money, less what it was
    /// given itself. Within a line's own rows that is nothing, for postings of a line add up to zero.
    ///
    /// `None` beyond `i128`.
    #[must_use]
    pub fn fund(mut self) -> Option<Self> {
        self.funded = Amount::ZERO;
        let uses = Stage::ALL.iter().filter_map(|stage| self.stage_mut(*stage).copied());
        let uses = Amount::sum(uses.collect::<Vec<_>>())?;
        let given = self.budget_final().ok()?;
        self.funded = uses.checked_sub(given)?;
        Some(self)
    }

    /// `allocated + adjustments + transfers_net + carried_in + funded`; never shrunk by lapse or carry-out.
    ///
    /// # Errors
    /// `sum_overflow` beyond `i128`.
    pub fn budget_final(&self) -> Result<Amount> {
        let flows =
            [self.allocated, self.adjustments, self.transfers_net, self.carried_in, self.funded];
        Amount::sum(flows).ok_or_else(|| super::overflow("budget_final"))
    }

    /// `paid_net / budget_final`.
    ///
    /// # Errors
    /// `sum_overflow` beyond `i128`.
    pub fn execution_rate(&self) -> Result<Ratio> {
        Ok(Ratio::of(self.paid_net, self.budget_final()?))
    }

    /// The stages whose balance is below zero, in the order of their numbers.
    #[must_use]
    pub fn below_zero(&self) -> Vec<(Stage, Amount)> {
        let mut copy = *self;
        (Stage::ALL.iter())
            .filter_map(|stage| copy.stage_mut(*stage).map(|amount| (*stage, *amount)))
            .filter(|(_, amount)| amount.is_negative())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_those_of_the_domain() {
        // 10,000,000.00 given, 500,000.00 more, 200,000.00 given away, 300,000.00 carried in.
        let figures = Figures {
            allocated: Amount(1_000_000_000),
            adjustments: Amount(50_000_000),
            transfers_net: Amount(-20_000_000),
            carried_in: Amount(30_000_000),
            paid_net: Amount(265_000_000),
            lapsed: Amount(10_000_000),
            carried_out: Amount(5_000_000),
            ..Figures::default()
        };
        assert_eq!(figures.budget_final().unwrap(), Amount(1_060_000_000));
        assert_eq!(figures.execution_rate().unwrap().percent().as_deref(), Some("25.00"));
        assert_eq!(figures.stage(Stage::Authority).unwrap(), Amount(-1_060_000_000));
    }

    #[test]
    fn nothing_given_has_no_rate_and_too_much_no_sum() {
        assert!(!Figures::default().execution_rate().unwrap().applies());
        let huge = Figures { allocated: Amount(i128::MAX), ..Figures::default() };
        let more = Figures { adjustments: Amount(1), ..huge };
        assert_eq!(more.budget_final().unwrap_err().code(), "sum_overflow");
        assert_eq!(huge.checked_add(&huge), None);
    }

    #[test]
    fn every_stage_below_zero_is_named() {
        let figures = Figures { available: Amount(-1), paid_net: Amount(-2), ..Figures::default() };
        assert_eq!(
            figures.below_zero(),
            [(Stage::Unreserved, Amount(-1)), (Stage::Paid, Amount(-2))]
        );
    }
}
