//! Columns without a name. What stands in one is read by its number or is blank: a filled cell there is
//! mostly the rest of an amount that ran into two cells, `1,020.00` without quotes.

use super::{Plan, PlannedField, is_blank};
use crate::import::planned::{PlannedCondition, PlannedEvent};
use crate::import::problem::{Problem, quoted};
use crate::import::reader::Row;
use std::collections::BTreeSet;

impl Plan {
    /// The plan with the columns of `header` that nobody reads. Those in front of all names are left
    /// alone: programs number rows there.
    pub(super) fn with_unnamed(mut self, header: &[String]) -> Self {
        let read = self.columns_read();
        let first = header.iter().position(|name| !is_blank(name)).unwrap_or(header.len());
        let behind = header.iter().enumerate().skip(first);
        let unread = behind.filter(|(index, name)| is_blank(name) && !read.contains(index));
        self.unnamed = unread.map(|(index, _)| index).collect();
        self
    }

    pub(super) fn check_unnamed(&self, row: &Row) -> Result<(), Problem> {
        let filled = self.unnamed.iter().find(|index| !is_blank(row.cell(**index)));
        let Some(index) = filled else { return Ok(()) };
        let rule = "a column without a name is blank, or the mapping reads it by its number: did an amount run into two cells?";
        let found = quoted(row.cell(*index));
        let column = format!("#{}", index.saturating_add(1));
        Err(Problem::new("cell_unnamed", rule, "a blank cell", found).in_column(&column))
    }

    /// The first column that is carried down, and of which something else asks for the cell as it stands.
    pub(in crate::import) fn carried_and_read(&self) -> Option<usize> {
        let mut plain: BTreeSet<usize> = self.columns_of_conditions().collect();
        for field in self.fields() {
            field.value.each(&mut |value| {
                if !value.carries {
                    plain.extend(value.own_columns());
                }
            });
        }
        let carried = self.carried_columns().into_iter().map(|(index, _)| index);
        carried.filter(|index| plain.contains(index)).min()
    }

    /// Every column that the mapping names.
    fn columns_read(&self) -> BTreeSet<usize> {
        let key = self.key.iter().chain(&self.control).map(|(index, _)| *index);
        let sign = self.numbers.sign.as_ref().map(|sign| sign.index);
        let fields = self.fields().flat_map(columns_of);
        key.chain(self.columns_of_conditions()).chain(sign).chain(fields).collect()
    }

    fn columns_of_conditions(&self) -> impl Iterator<Item = usize> {
        let conditions = self.events.iter().flat_map(|event| &event.when);
        let conditions = conditions.chain(&self.skip).chain(&self.total_row);
        conditions.flat_map(PlannedCondition::columns)
    }

    /// The fields of all events, and of what is created for them.
    pub(super) fn fields(&self) -> impl Iterator<Item = &PlannedField> {
        let fields = self.events.iter().flat_map(PlannedEvent::all_fields);
        fields.chain(self.created.values().flatten())
    }
}

fn columns_of(field: &PlannedField) -> Vec<usize> {
    let mut all = Vec::new();
    field.value.each(&mut |value| all.extend(value.own_columns()));
    all
}
