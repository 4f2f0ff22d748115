//! The first reading of a table, before anything is written: every byte and quote is checked, rows are
//! counted, and the whole is held against what it must come to.

use super::plan::Plan;
use super::problem::Problem;
use super::reader::Row;
use super::table::Table;
use crate::domain::money::{Amount, Currency};
use crate::error::{Error, Kind, Result};

/// What the rows of a table must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// How many rows are not left out.
    pub rows: Option<u64>,
    /// The sum of their amounts.
    pub total: Option<Amount>,
}

/// What a table comes to.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    total: Amount,
    overflow: bool,
    unread: u64,
    first_unread: Option<(u64, Problem)>,
    /// Line and amount of the rows that hold the sum of the others.
    total_rows: Vec<(u64, std::result::Result<Option<Amount>, Problem>)>,
}

/// Reads the whole table: the number of its rows.
///
/// # Errors
/// `control_differs`, with both figures; the errors of reading.
pub(super) fn survey(
    table: &mut Table<'_>,
    plan: &Plan,
    expected: &[Expected],
    currency: Currency,
) -> Result<u64> {
    let by_total_row = plan.has_total_row() && !table.is_returned();
    let held = by_total_row || expected.iter().any(|one| *one != Expected::default());
    let (mut row, mut tally) = (Row::default(), Tally::default());
    while table.read(&mut row)? {
        if held {
            tally.add(&row, plan);
        }
    }
    let Tally { rows, .. } = tally;
    for one in expected {
        if let Some(wanted) = one.rows.filter(|wanted| *wanted != rows) {
            return Err(differs(
                &format!("the file has {rows} rows, expected are {wanted}"),
                wanted,
                rows,
            )
            .in_case("rows"));
        }
        if let Some(wanted) = one.total {
            let found = tally.known_total()?;
            if found != wanted {
                let (wanted, found) = (currency.money(wanted), currency.money(found));
                let message = format!("the rows come to {found}, expected are {wanted}");
                return Err(differs(&message, wanted, found));
            }
        }
    }
    if by_total_row {
        tally.check_total_row(currency)?;
    }
    Ok(row.number)
}

impl Tally {
    fn add(&mut self, row: &Row, plan: &Plan) {
        if let Some(total) = plan.total(row) {
            self.total_rows.push((row.line, total));
            return;
        }
        if plan.leaves_out(row) {
            return;
        }
        self.rows = self.rows.saturating_add(1);
        match plan.row_amount(row) {
            None => {}
            Some(Ok(amount)) => match self.total.checked_add(amount) {
                Some(total) => self.total = total,
                None => self.overflow = true,
            },
            Some(Err(problem)) => {
                self.unread = self.unread.saturating_add(1);
                self.first_unread.get_or_insert((row.line, problem));
            }
        }
    }

    fn known_total(&self) -> Result<Amount> {
        if let Some((line, problem)) = &self.first_unread {
            let message = format!(
                "the amounts of {} rows cannot be read, so what all come to is not known; the first is on line {line}: {problem}",
                self.unread
            );
            let error = differs(&message, "amounts that can be read", line).in_case("unread");
            return Err(error.with_detail("rows", self.unread));
        }
        if self.overflow {
            let message = "the rows come to more than 128 bits hold";
            return Err(differs(message, "a sum within 128 bits", "more").in_case("overflow"));
        }
        Ok(self.total)
    }

    fn check_total_row(&self, currency: Currency) -> Result<()> {
        let [(line, total)] = self.total_rows.as_slice() else {
            let count = self.total_rows.len();
            let message = format!("{count} rows are the `total_row` of the mapping; one is");
            return Err(differs(&message, 1, count).in_case("total_rows"));
        };
        let total = total.as_ref().map_err(|problem| {
            let message = format!("the total row on line {line} cannot be read: {problem}");
            differs(&message, "an amount", &problem.found)
                .in_case("total_unread")
                .with_detail("line", line)
        })?;
        let found = self.known_total()?;
        if *total == Some(found) {
            return Ok(());
        }
        let says =
            total.map_or_else(|| "nothing".to_owned(), |total| currency.money(total).to_string());
        let found = currency.money(found);
        let message = format!("the total row on line {line} says {says}, the rows come to {found}");
        Err(differs(&message, says, found).in_case("total").with_detail("line", line))
    }
}

fn differs(
    message: &str,
    expected: impl std::fmt::Display,
    found: impl std::fmt::Display,
) -> Error {
    Error::new(Kind::Rejected, "control_differs", message)
        .with_hint("the file is short, a row too many is in it (a total row?), or these figures are of another file; nothing was booked")
        .with_detail("expected", expected)
        .with_detail("found", found)
}
