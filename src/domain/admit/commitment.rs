//! Contracts, payments and refunds. Money is never picked silently: every split names its line.

use super::rules::{Rules, Scene};
use super::{project, state, time};
use crate::domain::event::{
    Body, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, RefundReceived, Split,
};
use crate::domain::finding::Finding;
use crate::domain::ids::Tag;
use crate::domain::known;
use crate::domain::rejection::{DateRule, Holder, LimitKind, Numbered, Rejection};
use crate::domain::state::State;

/// When money may be drawn anew: by a contract, or by a payment without one.
fn draws_in_time(
    at: &Scene<'_>,
    splits: &[Split],
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let (state, event) = (at.state, at.event);
    for split in splits {
        time::line_year(state, event, &split.line, findings)?;
        let opened_on = known::line(state, &split.line)?.opened_on;
        let what = DateRule::UseOfAllocation;
        time::order(event, opened_on, what, findings)?;
    }
    Ok(())
}

/// From what, and what for, money may be drawn anew.
fn draws(state: &State, splits: &[Split], purpose: Option<&Tag>) -> Result<(), Rejection> {
    for split in splits {
        state::open_fund(state, &split.line.fund)?;
        split.project.as_ref().map_or(Ok(()), |code| state::approved(state, code))?;
    }
    for split in splits {
        let of_project = match &split.project {
            Some(code) => Some(&known::project(state, code)?.purpose),
            None if state.policy.project_required => return Err(Rejection::ProjectRequired),
            None => None,
        };
        let purpose = of_project.or(purpose).ok_or(Rejection::PurposeRequired)?;
        project::purpose(purpose, &split.line.fund, known::fund(state, &split.line.fund)?)?;
    }
    Ok(())
}

/// `fields` has seen to it that a negative amount stands in history only.
fn find_negative(state: &State, splits: &[Split], findings: &mut Vec<Finding>) {
    let negative = splits.iter().map(|split| split.amount).filter(|amount| amount.is_negative());
    findings
        .extend(negative.map(|a| Finding::NegativeAmount { amount: state.currency().money(a) }));
}

impl Rules for CommitmentMade {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        draws_in_time(at, &self.splits, findings)?;
        draws(at.state, &self.splits, self.purpose.as_ref())?;
        find_negative(at.state, &self.splits, findings);
        Ok(())
    }
}

impl Rules for CommitmentIncreased {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        let made = known::commitment(at.state, &self.contract)?;
        draws_in_time(at, &self.splits, findings)?;
        time::order(at.event, made.made_on, DateRule::Increase, findings)?;
        state::open_commitment(&self.contract, made)?;
        draws(at.state, &self.splits, made.purpose.as_ref())?;
        find_negative(at.state, &self.splits, findings);
        Ok(())
    }
}

impl Rules for CommitmentReduced {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        let made = known::commitment(at.state, &self.contract)?;
        time::order(at.event, made.made_on, DateRule::Reduction, findings)?;
        state::open_commitment(&self.contract, made)?;
        (self.splits.iter()).try_for_each(|split| {
            state::share(&self.contract, made, &split.line, split.project.as_ref())
        })
    }
}

impl Rules for CommitmentClosed {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        let made = known::commitment(at.state, &self.contract)?;
        time::order(at.event, made.made_on, DateRule::Closing, findings)?;
        state::open_commitment(&self.contract, made)
    }
}

/// The number of the voucher is the next of its fund and fiscal year.
fn voucher(state: &State, b: &DisbursementRecorded) -> Result<(), Rejection> {
    let Some(first) = b.splits.first() else { return Err(Rejection::NoSplits) };
    let series = (first.line.fund.clone(), first.line.year);
    let last = state.vouchers.get(&series).copied().unwrap_or_default();
    let expected = last.checked_add(1).ok_or(Rejection::Overflow)?;
    if b.voucher_no == expected {
        return Ok(());
    }
    Err(Rejection::NumberNotNext { what: Numbered::Vouchers, expected, found: b.voucher_no })
}

impl Rules for DisbursementRecorded {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        voucher(at.state, self)
    }

    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        disburse(at, self, findings)
    }
}

impl Rules for RefundReceived {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        refund(at, self, findings)
    }
}

fn disburse(
    at: &Scene<'_>,
    b: &DisbursementRecorded,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let (state, event) = (at.state, at.event);
    match &b.commitment {
        None => {
            draws_in_time(at, &b.splits, findings)?;
            draws(state, &b.splits, b.purpose.as_ref())?;
        }
        Some(contract) => {
            let made = known::commitment(state, contract)?;
            for split in &b.splits {
                time::line_year(state, event, &split.line, findings)?;
            }
            time::order(event, made.made_on, DateRule::Payment, findings)?;
            state::open_commitment(contract, made)?;
            for split in &b.splits {
                state::share(contract, made, &split.line, split.project.as_ref())?;
                state::open_fund(state, &split.line.fund)?;
                split.project.as_ref().map_or(Ok(()), |code| state::payable(state, code))?;
            }
        }
    }
    if b.payee.is_none() && !event.historical {
        return Err(Rejection::PayeeRequired);
    }
    find_negative(state, &b.splits, findings);
    Ok(())
}

fn refund(
    at: &Scene<'_>,
    b: &RefundReceived,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let (state, event) = (at.state, at.event);
    let entry = b.disbursement;
    let paid = known::entry(state, at.context.cited, entry)?;
    let Body::DisbursementRecorded(payment) = &paid.body else {
        return Err(Rejection::NotADisbursement { entry, found: paid.body.name() });
    };
    time::order(event, paid.occurred_on, DateRule::Refund, findings)?;
    if let Some(by) = state.reversed.get(&entry) {
        return Err(Rejection::AlreadyReversed { entry, by: *by });
    }
    for split in &b.splits {
        let same = |p: &&Split| p.line == split.line && p.project == split.project;
        let Some(part) = payment.splits.iter().find(same) else {
            let of = Box::new(Holder::Payment(entry));
            let (line, project) = (split.line.clone(), split.project.clone());
            return Err(Rejection::NotAShare { of, line, project });
        };
        let key = (entry, split.line.clone(), split.project.clone());
        let before = state.refunded.get(&key).copied().unwrap_or_default();
        let left = part.amount.checked_sub(before).ok_or(Rejection::Overflow)?;
        if split.amount > left {
            let currency = state.currency();
            return Err(Rejection::Limit {
                limit: LimitKind::Payment,
                name: Box::new(Holder::PaymentOn { entry, line: split.line.clone() }),
                asked: currency.money(split.amount),
                available: currency.money(left),
            });
        }
    }
    Ok(())
}
