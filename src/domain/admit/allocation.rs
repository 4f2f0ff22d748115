//! Authority: given once a line, then adjusted, transferred, carried or lapsed.

use super::rules::{Rules, Scene};
use super::state;
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed,
};
use crate::domain::finding::Finding;
use crate::domain::ids::Tag;
use crate::domain::kinds::Stage;
use crate::domain::known;
use crate::domain::rejection::{CarryRule, Rejection};
use crate::domain::state::State;
use std::collections::BTreeSet;

impl Rules for AllocationRecorded {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::open_fund(at.state, &self.line.fund).map(|_| ())
    }
}

impl Rules for AllocationAdjusted {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::open_fund(at.state, &self.line.fund).map(|_| ())
    }
}

impl Rules for AllocationTransferred {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        transfer(at.state, self)
    }
}

impl Rules for BalanceCarriedForward {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        carry(at.state, self)
    }
}

no_rules!(BalanceLapsed);

fn transfer(state: &State, b: &AllocationTransferred) -> Result<(), Rejection> {
    let giving = state::open_fund(state, &b.from.fund)?;
    let Some(to) = &b.to else { return Ok(()) };
    let receiving = state::open_fund(state, &to.fund)?;
    let tags = |purposes: &[Tag]| purposes.iter().cloned().collect::<BTreeSet<_>>();
    if !state.policy.transfer_between_purposes
        && tags(&giving.purposes) != tags(&receiving.purposes)
    {
        let (from, to) = (b.from.fund.clone(), to.fund.clone());
        return Err(Rejection::TransferPurpose { from, to });
    }
    Ok(())
}

fn carry(state: &State, b: &BalanceCarriedForward) -> Result<(), Rejection> {
    state::open_fund(state, &b.from.fund)?;
    let same =
        b.from.fund == b.to.fund && b.from.origin == b.to.origin && b.from.class == b.to.class;
    let refuse = |why| {
        let (from, to) = (b.from.clone(), b.to.clone());
        Err(Rejection::CarryMismatch { from, to, why })
    };
    if !same {
        return refuse(CarryRule::SameLine);
    }
    if b.from.year.checked_add(1) != Some(b.to.year) {
        return refuse(CarryRule::NextYear);
    }
    match (b.stage, &b.project, &b.commitment) {
        (Stage::Unreserved, None, None) | (Stage::Reserved, Some(_), None) => Ok(()),
        (Stage::Committed, _, Some(contract)) => {
            let made = known::commitment(state, contract)?;
            state::open_commitment(contract, made)?;
            state::share(contract, made, &b.from, b.project.as_ref())
        }
        (
            Stage::Authority
            | Stage::Unreserved
            | Stage::Reserved
            | Stage::Committed
            | Stage::ApprovedUnpaid
            | Stage::Paid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested,
            _,
            _,
        ) => refuse(CarryRule::Stages),
    }
}
