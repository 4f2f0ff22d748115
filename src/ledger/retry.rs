//! A command id that was used before, by another order: which of its fields differs.
//!
//! What the new order says is compared with what stands recorded; what it leaves open is taken from
//! there, never from today's state. Where everything said is what was recorded, one of the two orders
//! left open what the other said: which, the digest of the first order tells.

use super::prepare::order_digest;
use crate::chain::hash::Hash;
use crate::domain::calendar::Date;
use crate::domain::command::{Command, Drawing, Order, Wish};
use crate::domain::event::{
    Body, CommitmentIncreased, CommitmentMade, CommitmentReduced, DisbursementRecorded, Event,
    FollowOnWithdrawn, OfficerEnrolled, RefundReceived, Split,
};
use crate::domain::fact::{Fact, See, Seen, Value};
use crate::domain::money::Amount;

/// The field in which an order differs from the one that was recorded as `stored` with `digest`; `then`
/// is the day it was recorded on.
pub(super) fn differing_field(
    order: &Order,
    stored: &[&Event],
    digest: Option<Hash>,
    then: Date,
) -> String {
    // Of a reversal with all that depends on it, the last entry is the one that was asked for.
    let Some(event) = stored.last() else { return KIND.to_owned() };
    said_otherwise(order, event, then)
        .or_else(|| left_open(order, event, digest))
        .unwrap_or_else(|| "what was said and what was left open".to_owned())
}

const KIND: &str = "the kind of command";

/// The first field of which the order says something else than what was recorded.
fn said_otherwise(order: &Order, stored: &Event, then: Date) -> Option<String> {
    let Some(expected) = filled(&order.command, &stored.body) else {
        return Some(KIND.to_owned());
    };
    if let Some(field) = drawn_otherwise(&order.command, &stored.body) {
        return Some(field.to_owned());
    }
    if expected != stored.body {
        return Some(first_difference(&stored.body, &expected));
    }
    if order.historical != stored.historical {
        return Some("historical".to_owned());
    }
    (order.occurred_on.unwrap_or(then) != stored.occurred_on).then(|| "occurred_on".to_owned())
}

/// What the order asks for, with what it leaves open as it was recorded; `None` for another kind.
fn filled(command: &Command, stored: &Body) -> Option<Body> {
    let body = match (command.clone(), stored) {
        (Command::EnrolOfficer(b), Body::OfficerEnrolled(s)) => {
            OfficerEnrolled { number: s.number, ..b }.into()
        }
        (Command::MakeCommitment(c), Body::CommitmentMade(s)) => CommitmentMade {
            contract: c.contract,
            payee: c.payee,
            purpose: c.purpose,
            title: c.title,
            splits: s.splits.clone(),
            tranches: c.tranches,
            filing: c.filing,
        }
        .into(),
        (Command::IncreaseCommitment(c), Body::CommitmentIncreased(s)) => {
            let (contract, reason, filing) = (c.contract, c.reason, c.filing);
            CommitmentIncreased { contract, splits: s.splits.clone(), reason, filing }.into()
        }
        (Command::ReduceCommitment(c), Body::CommitmentReduced(s)) => {
            let (contract, reason, filing) = (c.contract, c.reason, c.filing);
            CommitmentReduced { contract, splits: s.splits.clone(), reason, filing }.into()
        }
        (
            Command::RecordDisbursement(c) | Command::DisburseByShares(c),
            Body::DisbursementRecorded(s),
        ) => DisbursementRecorded {
            commitment: c.commitment,
            splits: s.splits.clone(),
            payee: c.payee.or_else(|| s.payee.clone()),
            purpose: c.purpose,
            source_number: c.source_number,
            voucher_no: s.voucher_no,
            filing: c.filing,
        }
        .into(),
        (Command::ReceiveRefund(c), Body::RefundReceived(s)) => RefundReceived {
            disbursement: c.disbursement,
            splits: s.splits.clone(),
            restores_budget: c.restores_budget.unwrap_or(s.restores_budget),
            reason: c.reason,
            filing: c.filing,
        }
        .into(),
        (Command::WithdrawFollowOn(c), Body::FollowOnWithdrawn(s)) => FollowOnWithdrawn {
            code: c.code,
            amount: c.amount.unwrap_or(s.amount),
            reason: c.reason,
            filing: c.filing,
        }
        .into(),
        // What the line had before is not known any more, nor the source that was said.
        (Command::SetAllocation(c), Body::AllocationAdjusted(s)) => {
            let mut adjusted = s.clone();
            (adjusted.line, adjusted.filing) = (c.line, c.filing);
            adjusted.into()
        }
        (command, stored) => as_said(&command).filter(|body| body.name() == stored.name())?,
    };
    Some(body)
}

/// The event that carries the very fields of the command, where there is one.
fn as_said(command: &Command) -> Option<Body> {
    match command.wish() {
        Wish::Carried(body) => Some(body),
        Wish::SetAllocation(b) => Some(b.clone().into()),
        Wish::ReverseWithDependents(b) => Some(b.clone().into()),
        Wish::OpenLedger(..)
        | Wish::EnrolOfficer(_)
        | Wish::MakeCommitment(_)
        | Wish::IncreaseCommitment(_)
        | Wish::ReduceCommitment(_)
        | Wish::RecordDisbursement(_)
        | Wish::DisburseByShares(_)
        | Wish::ReceiveRefund(_)
        | Wish::WithdrawFollowOn(_) => None,
    }
}

/// The money that a command draws on.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others draw on none")]
fn drawing_of(command: &mut Command) -> Option<&mut Drawing> {
    match command {
        Command::MakeCommitment(c) => Some(&mut c.drawing),
        Command::IncreaseCommitment(c) | Command::ReduceCommitment(c) => Some(&mut c.drawing),
        Command::RecordDisbursement(c) | Command::DisburseByShares(c) => Some(&mut c.drawing),
        Command::ReceiveRefund(c) => Some(&mut c.drawing),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others have none")]
fn splits_of(body: &Body) -> &[Split] {
    match body {
        Body::CommitmentMade(b) => &b.splits,
        Body::CommitmentIncreased(b) => &b.splits,
        Body::CommitmentReduced(b) => &b.splits,
        Body::DisbursementRecorded(b) => &b.splits,
        Body::RefundReceived(b) => &b.splits,
        _ => &[],
    }
}

/// The part of a drawing that says something else than the splits that were recorded.
fn drawn_otherwise(command: &Command, stored: &Body) -> Option<&'static str> {
    let mut command = command.clone();
    let drawing = drawing_of(&mut command)?;
    let splits = splits_of(stored);
    let sum = splits.iter().try_fold(Amount::ZERO, |sum, split| sum.checked_add(split.amount));
    let from = splits.iter().map(|split| (split.line.clone(), split.amount));
    let all = |fits: &dyn Fn(&Split) -> bool| splits.iter().all(fits);
    if sum != Some(drawing.amount) {
        Some("amount")
    } else if drawing.project.is_some() && !all(&|split| split.project == drawing.project) {
        Some("project")
    } else if drawing.fund.as_ref().is_some_and(|fund| !all(&|split| split.line.fund == *fund)) {
        Some("fund")
    } else if drawing.year.is_some_and(|year| !all(&|split| split.line.year == year)) {
        Some("year")
    } else if !drawing.from.is_empty() && !from.eq(drawing.from.iter().cloned()) {
        Some("from")
    } else {
        None
    }
}

/// A field that may be said or left open, and how to do the other of the two.
type Toggle = (&'static str, Box<dyn Fn(&mut Order)>);

/// The fields that one order says as they were recorded and the other leaves open: the fewest with which
/// it is the very order that was recorded.
fn left_open(order: &Order, stored: &Event, digest: Option<Hash>) -> Option<String> {
    let digest = digest?;
    let toggles = toggles(order, stored);
    let count = u32::try_from(toggles.len()).ok()?;
    let mut sets: Vec<u32> = (1..2_u32.checked_pow(count)?).collect();
    sets.sort_by_key(|set| set.count_ones());
    sets.into_iter().find_map(|set| {
        let chosen: Vec<&Toggle> =
            (0..).zip(&toggles).filter(|(n, _)| set >> n & 1 == 1).map(|(_, t)| t).collect();
        let mut other = order.clone();
        chosen.iter().for_each(|(_, toggle)| toggle(&mut other));
        let names: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
        (order_digest(&other).ok()? == digest).then(|| names.join(", "))
    })
}

fn toggles(order: &Order, stored: &Event) -> Vec<Toggle> {
    let mut toggles: Vec<Toggle> = Vec::new();
    let dated = order.occurred_on.xor(Some(stored.occurred_on));
    toggles.push(("occurred_on", Box::new(move |order| order.occurred_on = dated)));
    drawing_toggles(order, splits_of(&stored.body), &mut toggles);
    match (&order.command, &stored.body) {
        (
            Command::RecordDisbursement(c) | Command::DisburseByShares(c),
            Body::DisbursementRecorded(s),
        ) if s.payee.is_some() => {
            let payee = if c.payee.is_some() { None } else { s.payee.clone() };
            toggles.push((
                "payee",
                Box::new(move |order| {
                    if let Command::RecordDisbursement(c) | Command::DisburseByShares(c) =
                        &mut order.command
                    {
                        c.payee.clone_from(&payee);
                    }
                }),
            ));
        }
        (Command::ReceiveRefund(c), Body::RefundReceived(s)) => {
            let restores = c.restores_budget.xor(Some(s.restores_budget));
            toggles.push((
                "restores_budget",
                Box::new(move |order| {
                    if let Command::ReceiveRefund(c) = &mut order.command {
                        c.restores_budget = restores;
                    }
                }),
            ));
        }
        (Command::WithdrawFollowOn(c), Body::FollowOnWithdrawn(s)) => {
            let amount = c.amount.xor(Some(s.amount));
            toggles.push((
                "amount",
                Box::new(move |order| {
                    if let Command::WithdrawFollowOn(c) = &mut order.command {
                        c.amount = amount;
                    }
                }),
            ));
        }
        _ => {}
    }
    toggles
}

fn drawing_toggles(order: &Order, splits: &[Split], toggles: &mut Vec<Toggle>) {
    let mut command = order.command.clone();
    let (Some(drawing), Some(first)) = (drawing_of(&mut command), splits.first()) else { return };
    let mut add = |name, change: fn(&mut Drawing, &Drawing), other: Drawing| {
        let toggle = move |order: &mut Order| {
            if let Some(drawing) = drawing_of(&mut order.command) {
                change(drawing, &other);
            }
        };
        let toggle: Box<dyn Fn(&mut Order)> = Box::new(toggle);
        toggles.push((name, toggle));
    };
    let other = Drawing {
        amount: drawing.amount,
        project: if drawing.project.is_some() { None } else { first.project.clone() },
        fund: drawing.fund.is_none().then(|| first.line.fund.clone()),
        year: drawing.year.xor(Some(first.line.year)),
        from: if drawing.from.is_empty() {
            splits.iter().map(|split| (split.line.clone(), split.amount)).collect()
        } else {
            Vec::new()
        },
    };
    if other.project != drawing.project {
        add("project", |drawing, other| drawing.project.clone_from(&other.project), other.clone());
    }
    add("fund", |drawing, other| drawing.fund.clone_from(&other.fund), other.clone());
    add("year", |drawing, other| drawing.year = other.year, other.clone());
    add("from", |drawing, other| drawing.from.clone_from(&other.from), other);
}

/// The first field in which two bodies of one kind differ, by its own name, in the order in which the
/// rules ask for them.
fn first_difference(stored: &Body, expected: &Body) -> String {
    let (ours, others) = (listed(stored), listed(expected));
    // How many items there are, and whether something is there, is shown before them: up to the first
    // difference both show the same names.
    let differs = ours.iter().zip(&others).find(|(ours, other)| ours != other);
    let path = differs.map_or("the number of fields", |((path, _), _)| *path);
    path.rsplit_once('.').map_or(path, |(_, field)| field).to_owned()
}

/// The fields of a body, one after the other; a line by its parts.
fn listed(body: &Body) -> Vec<(&'static str, Value<'_>)> {
    struct All<'e>(Vec<(&'static str, Value<'e>)>);
    impl<'e> See<'e> for All<'e> {
        fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen {
            if let Value::Line(line) | Value::NewLine(line) | Value::AnyLine(line) = value {
                self.0.push((field, Value::Struct));
                self.0.push(("fund", Value::Code(&line.fund)));
                self.0.push(("year", Value::Number(line.year.into())));
                self.0.push(("origin", Value::Number(line.origin.into())));
                self.0.push(("class", Value::Code(&line.class)));
            } else {
                self.0.push((field, value));
            }
            Ok(())
        }
    }
    let mut all = All(Vec::new());
    // Nothing is refused by a list.
    drop(body.fields(&mut all));
    all.0
}

#[cfg(test)]
mod tests;
