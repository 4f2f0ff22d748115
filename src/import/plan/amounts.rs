//! What a row comes to, for the figures that a whole file is held against.

use super::{Plan, PlannedField, Value};
use crate::domain::money::Amount;
use crate::import::fields::Field;
use crate::import::problem::Problem;
use crate::import::reader::Row;
use crate::import::rounded::Rounded;

impl Plan {
    /// True if the mapping names a row that holds the sum of all others.
    #[must_use]
    pub fn has_total_row(&self) -> bool {
        self.total_row.is_some()
    }

    /// What a row says that holds the sum of the others; `None` for any other row.
    #[must_use]
    pub fn total(&self, row: &Row) -> Option<Result<Option<Amount>, Problem>> {
        let condition = self.total_row.as_ref()?;
        self.holds(condition, row).unwrap_or(false).then(|| {
            // Short ones are usual; in one that is too wide the sum may have run into two cells.
            if self.width.is_some_and(|width| row.width() > width) {
                self.check_width(row)?;
            }
            let mut amounts = self.events.iter().filter_map(|event| amount_field(&event.fields));
            self.amount_at(amounts.next(), row)
        })
    }

    /// True if a filter, or that nothing is in it, leaves the row out.
    #[must_use]
    pub fn leaves_out(&self, row: &Row) -> bool {
        row.is_blank() || self.skip.iter().any(|one| self.holds(one, row).unwrap_or(false))
    }

    /// The amount that a row is about, if it is about one: that of the mapping's control column, or of
    /// its first event with an amount.
    #[must_use]
    pub fn row_amount(&self, row: &Row) -> Option<Result<Amount, Problem>> {
        if let Err(problem) = self.check_width(row) {
            return Some(Err(problem));
        }
        for event in &self.events {
            let mut wanted = true;
            for condition in &event.when {
                match self.holds(condition, row) {
                    Ok(holds) => wanted = wanted && holds,
                    Err(problem) => return Some(Err(problem)),
                }
            }
            let field = amount_field(&event.fields);
            if field.is_none() && wanted && self.control.is_none() && !event.splits.is_empty() {
                return self.sum_of_splits(event, row).transpose();
            }
            if let Some(field) = field.filter(|_| wanted) {
                return self.amount_at(Some(field), row).transpose();
            }
        }
        None
    }

    fn amount_at(
        &self,
        field: Option<&PlannedField>,
        row: &Row,
    ) -> Result<Option<Amount>, Problem> {
        if let Some((index, label)) = &self.control {
            let cell = row.cell(*index);
            if self.reads_blank(cell, &self.blank) {
                return Ok(None);
            }
            let amount = self.amount_in(cell, row);
            return amount.map(Some).map_err(|problem| problem.in_column(label));
        }
        let Some(field) = field else { return Ok(None) };
        let mut rounded = Rounded::default();
        let value = self
            .value(field, row, &mut rounded)
            .map_err(|problem| problem.in_column(&field.label))?;
        match value.or_else(|| field.default.clone()) {
            Some(Value::Amount(amount)) => Ok(Some(amount)),
            Some(_) | None => Ok(None),
        }
    }
}

fn amount_field(fields: &[PlannedField]) -> Option<&PlannedField> {
    fields.iter().find(|planned| planned.spec.field == Field::Amount)
}
