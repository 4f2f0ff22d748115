//! What a whole file must come to: `[control]`, and `target` of lists that say what lines should have.

use super::conditions::{Column, Condition, column, condition};
use crate::domain::calendar::Date;
use crate::error::Result;
use crate::import::keys::{Item, Section};
use crate::import::text::Compare;

/// What the rows of a file must come to, or the file is refused whole.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// The number of rows that are not left out.
    pub rows: Option<u64>,
    /// The sum of their amounts, as plain decimal text.
    pub total: Option<String>,
    /// The column of the amounts; that of the first event, where it names none.
    pub(in crate::import) column: Option<Column>,
    /// The row that holds the sum of all others; it is left out.
    pub(in crate::import) total_row: Option<Condition>,
}

/// A list that says what lines should have at a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The day for which the list says it.
    pub as_of: Date,
    /// Whether a line that the list once had and has no more is brought to zero, not only named.
    pub absent_is_zero: bool,
}

pub(super) fn control(top: &Section<'_>, compare: Compare) -> Result<Control> {
    let Some(item) = top.get("control") else { return Ok(Control::default()) };
    let section = item.section("[control]")?;
    section.only(&["rows", "total", "column", "total_row"])?;
    let total = |item: Item<'_>| match item.as_number() {
        Some(number) => Ok(number.to_string()),
        None => item.text().map(str::to_owned),
    };
    Ok(Control {
        rows: section.get("rows").map(|item| item.number(0)).transpose()?,
        total: section.get("total").map(total).transpose()?,
        column: section.get("column").map(|item| column(&item)).transpose()?,
        total_row: section
            .get("total_row")
            .map(|item| condition(&item, "total_row", compare))
            .transpose()?,
    })
}

/// The target of the mapping, which stands at its top or in the event that has targets; one that has
/// them needs it.
pub(super) fn target(
    top: &Section<'_>,
    events: &[Item<'_>],
    needed: bool,
) -> Result<Option<Target>> {
    let mut found = top.get("target");
    for event in events {
        let section = event.section("[[event]]")?;
        found = found.or(section.get("target"));
        if needed && found.is_none() && section.get("amount_is").is_some() {
            return Err(section.missing("target"));
        }
    }
    let Some(item) = found else { return Ok(None) };
    if !needed {
        return Err(item.unfit("only with amount_is = \"target\""));
    }
    let section = item.section("target")?;
    section.only(&["as_of", "absent"])?;
    let absent_is_zero = match section.get("absent") {
        None => false,
        Some(item) => match item.text()? {
            "report" => false,
            "zero" => true,
            _ => return Err(item.unfit("\"report\" or \"zero\"")),
        },
    };
    Ok(Some(Target { as_of: super::day(&section.need("as_of")?)?, absent_is_zero }))
}
