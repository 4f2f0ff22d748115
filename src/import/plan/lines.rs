//! The lines of an event, each with its amount, and the payment that it gives back.

use super::{MappedEvent, Plan, Value, Values};
use crate::domain::calendar::Date;
use crate::domain::ids::LineKey;
use crate::domain::money::Amount;
use crate::import::fields::{EventKind, Field};
use crate::import::payments::RefundOf;
use crate::import::planned::PlannedEvent;
use crate::import::problem::Problem;
use crate::import::reader::Row;
use crate::import::rounded::Rounded;

impl Plan {
    /// Puts the lines of `[[event.split]]` among the values, and their sum where the event has no amount of
    /// its own. A line whose amount is blank or zero is left out.
    pub(super) fn put_splits(
        &self,
        planned: &PlannedEvent,
        row: &Row,
        day: Date,
        values: &mut Values,
        rounded: &mut Rounded,
    ) -> Result<(), Problem> {
        if planned.splits.is_empty() {
            return Ok(());
        }
        let parts = self.parts(planned, row, Some(day), rounded)?;
        let Some(sum) = Amount::sum(parts.iter().map(|(_, amount)| *amount)) else {
            let rule = "an amount is at most 2^127 − 1 minor units";
            return Err(Problem::new("amount_too_large", rule, "38 digits", "more"));
        };
        if parts.is_empty() {
            let rule = "an event with lines has an amount on one of them";
            return Err(Problem::new("split_blank", rule, "an amount", "nothing"));
        }
        values.put(Field::From, Value::Parts(parts));
        if planned.kind != EventKind::ProjectApprove && !values.has(Field::Amount) {
            values.put(Field::Amount, Value::Amount(sum));
        }
        Ok(())
    }

    /// The lines with their amounts; without a day, which is asked for their years, only the amounts count.
    fn parts(
        &self,
        planned: &PlannedEvent,
        row: &Row,
        day: Option<Date>,
        rounded: &mut Rounded,
    ) -> Result<Vec<(LineKey, Amount)>, Problem> {
        let mut parts = Vec::with_capacity(planned.splits.len());
        for split in &planned.splits {
            let mut values = self.values(split, row, rounded)?;
            let Some(amount) = values.amount(Field::Amount).filter(|amount| !amount.is_zero())
            else {
                continue;
            };
            let of_day = day.map(|day| day.fiscal_year(self.fiscal_start));
            let year = values.year(Field::Year).or(of_day).unwrap_or_default();
            let line = LineKey {
                fund: values.code(Field::Fund).unwrap_or_default(),
                year,
                origin: values.year(Field::Origin).unwrap_or(year),
                class: values.code(Field::Class).unwrap_or_default(),
            };
            parts.push((line, amount));
        }
        Ok(parts)
    }

    /// What the lines of an event come to.
    pub(super) fn sum_of_splits(
        &self,
        planned: &PlannedEvent,
        row: &Row,
    ) -> Result<Option<Amount>, Problem> {
        let parts = self.parts(planned, row, None, &mut Rounded::default())?;
        Ok(Amount::sum(parts.into_iter().map(|(_, amount)| amount)))
    }

    /// The event with the payment that it gives back; a payment below zero becomes a refund where the mapping
    /// says so.
    pub(super) fn with_refund(
        &self,
        planned: &PlannedEvent,
        row: &Row,
        mut event: MappedEvent,
    ) -> Result<MappedEvent, Problem> {
        let Some((of, by)) = &planned.refund else { return Ok(event) };
        let amount = event.values.amount_of(Field::Amount);
        let is_negative = amount.is_some_and(Amount::is_negative);
        if planned.kind == EventKind::DisbursementRecord && !is_negative {
            return Ok(event);
        }
        let name = self.value(of, row, &mut Rounded::default());
        let name =
            name.map_err(|problem| problem.in_column(&of.label))?.or_else(|| of.default.clone());
        let Some(Value::Text(name)) = name else {
            let rule = "a refund names the payment that it is of, in the column of the mapping's `refunds`";
            let allowed = format!("the {} of a payment", by.word());
            return Err(
                Problem::new("refund_of_nothing", rule, allowed, "nothing").in_column(&of.label)
            );
        };
        event.refund = Some(RefundOf {
            by: *by,
            name: name.to_string(),
            column: of.label.clone(),
            payee: event.values.code_of(Field::Payee).cloned(),
            commitment: event.values.code_of(Field::Commitment).cloned(),
        });
        event.values.take(Field::Disbursement);
        if planned.kind == EventKind::DisbursementRecord {
            (event.kind, event.turned) = (EventKind::Refund, true);
            event.values = turned(event.values).ok_or_else(|| {
                let rule = "an amount is at most 2^127 − 1 minor units";
                Problem::new("amount_too_large", rule, "38 digits", "more")
            })?;
        }
        Ok(event)
    }
}

/// What of a payment below zero is said of its refund.
fn turned(mut values: Values) -> Option<Values> {
    let mut refund = Values::default();
    let amount = values.amount(Field::Amount)?;
    refund.put(Field::Amount, Value::Amount(amount.checked_neg()?));
    if let Some(parts) = values.parts(Field::From) {
        let turned = parts.into_iter().map(|(line, amount)| Some((line, amount.checked_neg()?)));
        refund.put(Field::From, Value::Parts(turned.collect::<Option<_>>()?));
    }
    if let Some(number) = values.text(Field::DocumentNo) {
        refund.put(Field::DocumentNo, Value::Text(number));
    }
    Some(refund)
}
