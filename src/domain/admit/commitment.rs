//! Contracts, payments and refunds. Money is never picked silently: every split names its line.

use super::{names, project, time};
use crate::domain::apply::Cited;
use crate::domain::event::{
    Body, CommitmentIncreased, CommitmentMade, CommitmentReduced, DisbursementRecorded, Event,
    RefundReceived, Split,
};
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, LineKey, Tag};
use crate::domain::money::Amount;
use crate::domain::rejection::{LimitKind, Rejection, Thing};
use crate::domain::state::{Commitment, Draft};

/// A commitment that is not closed.
pub(super) fn open<'d>(draft: &'d Draft<'_>, contract: &Code) -> Result<&'d Commitment, Rejection> {
    let made = names::commitment(draft, contract)?;
    if made.closed {
        return Err(Rejection::CommitmentClosed { commitment: contract.clone() });
    }
    Ok(made)
}

/// The line and project are a share of the contract.
pub(super) fn share(
    contract: &Code,
    made: &Commitment,
    line: &LineKey,
    project: Option<&Code>,
) -> Result<(), Rejection> {
    if made.share(line, project).is_some() {
        return Ok(());
    }
    let of = format!("commitment {contract}");
    Err(Rejection::NotAShare { of, line: line.clone(), project: project.cloned() })
}

/// What is asked of a split that draws money anew: by a contract, or by a payment without one.
fn draws(
    draft: &Draft<'_>,
    event: &Event,
    split: &Split,
    purpose: Option<&Tag>,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let line = names::line(draft, &split.line)?;
    let fund = names::open_fund(draft, &split.line.fund)?;
    let of_project = match &split.project {
        Some(code) => Some(&names::project(draft, code)?.purpose),
        None => None,
    };
    time::line_year(draft, event, &split.line, findings)?;
    let what = "a commitment or payment is not before its allocation";
    time::order(event, line.opened_on, what, findings)?;
    match &split.project {
        Some(code) => project::may_spend(draft, code)?,
        None if draft.policy().project_required => return Err(Rejection::ProjectRequired),
        None => {}
    }
    let purpose = of_project.or(purpose).ok_or(Rejection::PurposeRequired)?;
    project::purpose(purpose, &split.line.fund, fund)?;
    if split.amount.is_negative() {
        findings.push(Finding::NegativeAmount { amount: draft.currency().money(split.amount) });
    }
    Ok(())
}

pub(super) fn make(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentMade,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    if draft.commitments.contains(&b.contract) {
        return Err(names::exists(Thing::Commitment, &b.contract));
    }
    b.payee.as_ref().map_or(Ok(()), |payee| names::payee(draft, payee))?;
    for split in &b.splits {
        draws(draft, event, split, b.purpose.as_ref(), findings)?;
    }
    if b.tranches.is_empty() {
        return Ok(());
    }
    let whole = Amount::sum(b.splits.iter().map(|s| s.amount)).ok_or(Rejection::Overflow)?;
    let parts = Amount::sum(b.tranches.iter().map(|t| t.amount)).ok_or(Rejection::Overflow)?;
    if whole == parts {
        return Ok(());
    }
    let currency = draft.currency();
    Err(Rejection::SumDiffers { whole: currency.money(whole), parts: currency.money(parts) })
}

pub(super) fn increase(
    draft: &Draft<'_>,
    event: &Event,
    b: &CommitmentIncreased,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let made = open(draft, &b.contract)?;
    let made_on = made.made_on;
    let has_purpose = made.purpose.clone();
    for split in &b.splits {
        draws(draft, event, split, has_purpose.as_ref(), findings)?;
    }
    time::order(event, made_on, "an increase is not before its commitment", findings)
}

pub(super) fn reduce(draft: &Draft<'_>, b: &CommitmentReduced) -> Result<(), Rejection> {
    let made = open(draft, &b.contract)?;
    (b.splits.iter())
        .try_for_each(|split| share(&b.contract, made, &split.line, split.project.as_ref()))
}

pub(super) fn disburse(
    draft: &Draft<'_>,
    event: &Event,
    b: &DisbursementRecorded,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    match &b.payee {
        Some(payee) => names::payee(draft, payee)?,
        None if event.historical => {}
        None => return Err(Rejection::PayeeRequired),
    }
    match &b.commitment {
        None => {
            for split in &b.splits {
                draws(draft, event, split, b.purpose.as_ref(), findings)?;
            }
        }
        Some(contract) => {
            let made = open(draft, contract)?;
            for split in &b.splits {
                pays(draft, event, contract, made, split, findings)?;
            }
        }
    }
    let Some(first) = b.splits.first() else { return Err(Rejection::NoSplits) };
    let series = (first.line.fund.clone(), first.line.year);
    let last = draft.vouchers.get(&series).copied().unwrap_or_default();
    let expected = last.checked_add(1).ok_or(Rejection::Overflow)?;
    if b.voucher_no == expected {
        return Ok(());
    }
    Err(Rejection::NumberNotNext { what: "voucher number", expected, found: b.voucher_no })
}

fn pays(
    draft: &Draft<'_>,
    event: &Event,
    contract: &Code,
    made: &Commitment,
    split: &Split,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    names::line(draft, &split.line)?;
    share(contract, made, &split.line, split.project.as_ref())?;
    time::line_year(draft, event, &split.line, findings)?;
    time::order(event, made.made_on, "a payment is not before its commitment", findings)?;
    if let Some(code) = &split.project {
        project::may_pay(draft, code)?;
    }
    if split.amount.is_negative() {
        findings.push(Finding::NegativeAmount { amount: draft.currency().money(split.amount) });
    }
    Ok(())
}

pub(super) fn refund(
    draft: &Draft<'_>,
    event: &Event,
    b: &RefundReceived,
    cited: &Cited,
) -> Result<(), Rejection> {
    let entry = b.disbursement;
    let known = cited.get(&entry).filter(|_| entry < draft.size);
    let paid = known.ok_or_else(|| names::unknown(Thing::Entry, &format!("@{entry}")))?;
    let Body::DisbursementRecorded(payment) = &paid.body else {
        return Err(Rejection::NotADisbursement { entry, found: paid.body.name() });
    };
    if let Some(by) = draft.reversed.get(&entry) {
        return Err(Rejection::AlreadyReversed { entry, by: *by });
    }
    if !event.historical && event.occurred_on < paid.occurred_on {
        let what = "a refund is not before its payment";
        let (date, earliest) = (event.occurred_on, paid.occurred_on);
        return Err(Rejection::DateOrder { what, date, earliest });
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
                name: format!("payment @{entry} on {}", split.line),
                asked: currency.money(split.amount),
                available: currency.money(left),
            });
        }
    }
    Ok(())
}
