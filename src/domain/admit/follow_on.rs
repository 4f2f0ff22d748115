//! Follow-on investment: pledged, paid in, withdrawn. Outside the budget identity.

use super::rules::{Rules, Scene};
use crate::domain::event::{FollowOnPaidIn, FollowOnPledged, FollowOnWithdrawn};
use crate::domain::finding::Finding;
use crate::domain::ids::Code;
use crate::domain::kinds::FollowOnKind;
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::rejection::{Holder, LimitKind, Rejection};
use crate::domain::state::State;

impl Rules for FollowOnPledged {
    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        if self.kind == FollowOnKind::InKind && self.valuation.is_none() {
            return Err(Rejection::ValuationRequired);
        }
        Ok(())
    }
}

/// What is promised and open, of an investment that has not ended.
fn rest(state: &State, code: &Code) -> Result<Amount, Rejection> {
    let follow_on = known::follow_on(state, code)?;
    if follow_on.ended {
        return Err(Rejection::FollowOnEnded { follow_on: code.clone() });
    }
    follow_on.rest().ok_or(Rejection::Overflow)
}

impl Rules for FollowOnPaidIn {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        pay_in(at.state, self)
    }
}

impl Rules for FollowOnWithdrawn {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        withdraw(at.state, self)
    }
}

fn pay_in(state: &State, b: &FollowOnPaidIn) -> Result<(), Rejection> {
    let rest = rest(state, &b.code)?;
    if b.amount <= rest {
        return Ok(());
    }
    let currency = state.currency();
    Err(Rejection::Limit {
        limit: LimitKind::Pledge,
        name: Box::new(Holder::FollowOn(b.code.clone())),
        asked: currency.money(b.amount),
        available: currency.money(rest),
    })
}

fn withdraw(state: &State, b: &FollowOnWithdrawn) -> Result<(), Rejection> {
    let rest = rest(state, &b.code)?;
    if b.amount == rest {
        return Ok(());
    }
    let (follow_on, currency) = (b.code.clone(), state.currency());
    let (rest, asked) = (currency.money(rest), currency.money(b.amount));
    Err(Rejection::RestDiffers { follow_on, rest, asked })
}
