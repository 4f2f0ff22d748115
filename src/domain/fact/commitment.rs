//! Types 30–33, 45 and 46: contracts, payments and refunds.

use super::{Fact, See, Seen, Value, maybe, maybe_name, reason, splits};
use crate::domain::event::{
    Body, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, RefundReceived, Tranche,
};
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::State;

impl Fact for CommitmentMade {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, payee, purpose, title, splits, tranches, filing } = self;
        see.see("contract", Value::New(Thing::Commitment, contract))?;
        see.see("payee", maybe(payee.as_ref(), |code| Value::Known(Thing::Payee, code)))?;
        see.see("title", maybe_name(title.as_ref()))?;
        see.see("purpose", maybe(purpose.as_ref(), Value::Purpose))?;
        see.see("tranches", Value::List(tranches.len()))?;
        for Tranche { code, amount, due } in tranches {
            see.see("tranches.code", Value::Code(code))?;
            see.see("tranches.amount", Value::Amount(*amount))?;
            see.see("tranches.due", maybe(*due, Value::Day))?;
        }
        self::splits(splits, true, see)?;
        see.form(|state| add_up(state, self))?;
        filing.fields(see)
    }
}

/// Tranches add up to the contract, where there are any.
fn add_up(state: &State, b: &CommitmentMade) -> Seen {
    if b.tranches.is_empty() {
        return Ok(());
    }
    let whole = Amount::sum(b.splits.iter().map(|s| s.amount)).ok_or(Rejection::Overflow)?;
    let parts = Amount::sum(b.tranches.iter().map(|t| t.amount)).ok_or(Rejection::Overflow)?;
    if whole == parts {
        return Ok(());
    }
    let currency = state.currency();
    Err(Rejection::SumDiffers { whole: currency.money(whole), parts: currency.money(parts) })
}

/// Events that change the amount of a contract.
macro_rules! changes {
    ($($name:ident)+) => {$(
        impl Fact for $name {
            fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
                let Self { contract, splits, reason, filing } = self;
                see.see("contract", Value::Known(Thing::Commitment, contract))?;
                see.see("reason", self::reason(reason.as_ref()))?;
                self::splits(splits, true, see)?;
                filing.fields(see)
            }
        }
    )+};
}
changes!(CommitmentIncreased CommitmentReduced);

impl Fact for CommitmentClosed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { contract, reason, filing } = self;
        see.see("contract", Value::Known(Thing::Commitment, contract))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}

impl Fact for DisbursementRecorded {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { commitment, splits, payee, purpose, source_number, voucher_no, filing } = self;
        let known = |thing| move |code| Value::Known(thing, code);
        see.see("payee", maybe(payee.as_ref(), known(Thing::Payee)))?;
        see.see("commitment", maybe(commitment.as_ref(), known(Thing::Commitment)))?;
        see.see("source_number", maybe_name(source_number.as_ref()))?;
        see.see("purpose", maybe(purpose.as_ref(), Value::Purpose))?;
        self::splits(splits, true, see)?;
        see.see("voucher_no", Value::Number((*voucher_no).into()))?;
        filing.fields(see)
    }
}

impl Fact for RefundReceived {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { disbursement, splits, restores_budget, reason, filing } = self;
        see.see("disbursement", Value::Entry(*disbursement))?;
        see.known(|state, cited| {
            let found = &known::entry(state, cited, *disbursement)?.body;
            if matches!(found, Body::DisbursementRecorded(_)) {
                return Ok(());
            }
            Err(Rejection::NotADisbursement { entry: *disbursement, found: found.name() })
        })?;
        see.see("reason", self::reason(reason.as_ref()))?;
        self::splits(splits, false, see)?;
        see.see("restores_budget", Value::Flag(*restores_budget))?;
        filing.fields(see)
    }
}
