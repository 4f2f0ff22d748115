//! Contracts, payments and refunds. Money is never picked silently: every split names its line.

use super::{names, project, state, time};
use crate::domain::apply::Cited;
use crate::domain::event::{
    Body, CommitmentClosed, CommitmentIncreased, CommitmentMade, CommitmentReduced,
    DisbursementRecorded, Event, RefundReceived, Split,
};
use crate::domain::finding::Finding;
use crate::domain::ids::Tag;
use crate::domain::rejection::{LimitKind, Rejection};
use crate::domain::state::Draft;

/// When money may be drawn anew: by a contract, or by a payment without one.
fn draws_in_time(
    draft: &Draft<'_>,
    event: &Event,
    splits: &[Split],
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    for split in splits {
        time::line_year(draft, event, &split.line, findings)?;
        let opened_on = names::line(draft, &split.line)?.opened_on;
        let what = "a commitment or payment is not before its allocation";
        time::order(event, opened_on, what, findings)?;
    }
    Ok(())
}

/// From what, and what for, money may be drawn anew.
fn draws(draft: &Draft<'_>, splits: &[Split], purpose: Option<&Tag>) -> Result<(), Rejection> {
    for split in splits {
        state::open_fund(draft, &split.line.fund)?;
        split.project.as_ref().map_or(Ok(()), |code| state::approved(draft, code))?;
    }
    for split in splits {
        let of_project = match &split.project {
            Some(code) => Some(&names::project(draft, code)?.purpose),
            None if draft.policy().project_required => return Err(Rejection::ProjectRequired),
            None => None,
        };
        let purpose = of_project.or(purpose).ok_or(Rejection::PurposeRequired)?;
        project::purpose(purpose, &split.line.fund, names::fund(draft, &split.line.fund)?)?;
    }
    Ok(())
}

/// `form` has seen to it that a negative amount stands in history only.
fn find_negative(draft: &Draft<'_>, splits: &[Split], findings: &mut Vec<Finding>) {
    let negative = splits.iter().map(|split| split.amount).filter(|amount| amount.is_negative());
    findings
        .extend(negative.map(|a| Finding::NegativeAmount { amount: draft.currency().money(a) }));
}

pub(super) fn make(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentMade,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    draws_in_time(draft, event, &b.splits, findings)?;
    draws(draft, &b.splits, b.purpose.as_ref())?;
    find_negative(draft, &b.splits, findings);
    Ok(())
}

pub(super) fn increase(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentIncreased,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let made = names::commitment(draft, &b.contract)?;
    draws_in_time(draft, event, &b.splits, findings)?;
    time::order(event, made.made_on, "an increase is not before its commitment", findings)?;
    state::open_commitment(&b.contract, made)?;
    draws(draft, &b.splits, made.purpose.as_ref())?;
    find_negative(draft, &b.splits, findings);
    Ok(())
}

pub(super) fn reduce(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentReduced,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let made = names::commitment(draft, &b.contract)?;
    time::order(event, made.made_on, "a reduction is not before its commitment", findings)?;
    state::open_commitment(&b.contract, made)?;
    (b.splits.iter())
        .try_for_each(|split| state::share(&b.contract, made, &split.line, split.project.as_ref()))
}

pub(super) fn close(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentClosed,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let made = names::commitment(draft, &b.contract)?;
    time::order(event, made.made_on, "a closing is not before its commitment", findings)?;
    state::open_commitment(&b.contract, made)
}

/// The number of the voucher is the next of its fund and fiscal year.
pub(super) fn voucher(draft: &Draft<'_>, b: &DisbursementRecorded) -> Result<(), Rejection> {
    let Some(first) = b.splits.first() else { return Err(Rejection::NoSplits) };
    let series = (first.line.fund.clone(), first.line.year);
    let last = draft.vouchers.get(&series).copied().unwrap_or_default();
    let expected = last.checked_add(1).ok_or(Rejection::Overflow)?;
    if b.voucher_no == expected {
        return Ok(());
    }
    Err(Rejection::NumberNotNext { what: "voucher number", expected, found: b.voucher_no })
}

pub(super) fn disburse(
    draft: &Draft<'_>,
    event: &Event,
    b: &DisbursementRecorded,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    match &b.commitment {
        None => {
            draws_in_time(draft, event, &b.splits, findings)?;
            draws(draft, &b.splits, b.purpose.as_ref())?;
        }
        Some(contract) => {
            let made = names::commitment(draft, contract)?;
            for split in &b.splits {
                time::line_year(draft, event, &split.line, findings)?;
            }
            let what = "a payment is not before its commitment";
            time::order(event, made.made_on, what, findings)?;
            state::open_commitment(contract, made)?;
            for split in &b.splits {
                state::share(contract, made, &split.line, split.project.as_ref())?;
                state::open_fund(draft, &split.line.fund)?;
                split.project.as_ref().map_or(Ok(()), |code| state::payable(draft, code))?;
            }
        }
    }
    if b.payee.is_none() && !event.historical {
        return Err(Rejection::PayeeRequired);
    }
    find_negative(draft, &b.splits, findings);
    Ok(())
}

pub(super) fn refund(
    draft: &Draft<'_>,
    event: &Event,
    b: &RefundReceived,
    cited: &Cited,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let entry = b.disbursement;
    let paid = names::entry(draft, cited, entry)?;
    let Body::DisbursementRecorded(payment) = &paid.body else {
        return Err(Rejection::NotADisbursement { entry, found: paid.body.name() });
    };
    time::order(event, paid.occurred_on, "a refund is not before its payment", findings)?;
    if let Some(by) = draft.reversed.get(&entry) {
        return Err(Rejection::AlreadyReversed { entry, by: *by });
    }
    for split in &b.splits {
        let same = |p: &&Split| p.line == split.line && p.project == split.project;
        let Some(part) = payment.splits.iter().find(same) else {
            let of = format!("payment @{entry}");
            let (line, project) = (split.line.clone(), split.project.clone());
            return Err(Rejection::NotAShare { of, line, project });
        };
        let key = (entry, split.line.clone(), split.project.clone());
        let before = draft.refunded.get(&key).copied().unwrap_or_default();
        let left = part.amount.checked_sub(before).ok_or(Rejection::Overflow)?;
        if split.amount > left {
            let currency = draft.currency();
            return Err(Rejection::Limit {
                limit: LimitKind::Payment,
                name: format!("payment @{entry} on line {}", split.line),
                asked: currency.money(split.amount),
                available: currency.money(left),
            });
        }
    }
    Ok(())
}
