//! What a blank cell has from the last filled one above it, where the mapping says `carry_down`.
//!
//! Above is in the file's order, whatever became of the row there: a heading is mostly a row of its own
//! that the mapping leaves out.

use super::plan::Plan;
use super::reader::Row;

/// The last filled cells of the columns that are carried down.
#[derive(Debug)]
pub(super) struct Carrier {
    columns: Vec<(usize, Vec<String>)>,
    last: Vec<Option<String>>,
}

impl Carrier {
    /// For a list. Rows of a rejects file have what they had from above in their own cells, and stand in
    /// any order: nothing is carried in one.
    pub(super) fn new(plan: &Plan, is_returned: bool) -> Self {
        let columns = if is_returned { Vec::new() } else { plan.carried_columns() };
        Self { last: vec![None; columns.len()], columns }
    }

    /// Passes the next row of the file.
    pub(super) fn pass(&mut self, plan: &Plan, row: &mut Row) {
        if self.columns.is_empty() || row.is_blank() {
            return;
        }
        let mut carried = Vec::new();
        for ((index, blank), last) in self.columns.iter().zip(&mut self.last) {
            let cell = row.cell(*index);
            if plan.reads_blank(cell, blank) {
                carried.extend(last.as_ref().map(|last| (*index, last.clone())));
            } else {
                *last = Some(cell.to_owned());
            }
        }
        row.carry(carried);
    }
}
