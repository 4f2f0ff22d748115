//! Filters of a template.

use crate::domain::calendar::Date;
use crate::import::mapping::Filter;
use crate::import::problem::{Problem, quoted};
use crate::import::text::{self, slug};
use std::fmt::Write as _;

/// Puts a cell into a template, in the spelling of the file where `plain`.
pub(super) fn cell(
    out: &mut String,
    cell: &str,
    filter: Filter,
    plain: bool,
) -> Result<(), Problem> {
    match filter {
        Filter::None | Filter::Year | Filter::FiscalYear => out.push_str(cell),
        Filter::Slug | Filter::Code if plain => out.push_str(cell),
        Filter::Slug => out.push_str(&slugged(cell)?),
        Filter::Code => out.push_str(&text::code(cell)),
        Filter::Pad(width) => {
            let zeros = width.saturating_sub(cell.chars().count());
            out.extend(std::iter::repeat_n('0', zeros));
            out.push_str(cell);
        }
    }
    Ok(())
}

/// The cell as a part of a code; a name of which nothing is left would be no name.
fn slugged(cell: &str) -> Result<String, Problem> {
    let part = slug(cell);
    if part.is_empty() {
        let rule =
            "a name has a character that may stand in a code; filter `code` makes one of any name";
        return Err(Problem::new("code_not_allowed", rule, "a letter or digit", quoted(cell)));
    }
    Ok(part)
}

/// Puts the year of a day into a template: of the calendar, or of the ledger, whose year begins in
/// `fiscal_start`.
pub(super) fn year(out: &mut String, day: Date, filter: Filter, fiscal_start: u8) {
    let year =
        if filter == Filter::FiscalYear { day.fiscal_year(fiscal_start) } else { day.year() };
    // Writing to a `String` cannot fail.
    let _written = write!(out, "{year:04}");
}

/// Puts a number into a template.
pub(super) fn number(out: &mut String, number: u64, filter: Filter) {
    let width = match filter {
        Filter::Pad(width) => width,
        Filter::None | Filter::Slug | Filter::Code | Filter::Year | Filter::FiscalYear => 0,
    };
    // Writing to a `String` cannot fail.
    let _written = write!(out, "{number:0>width$}");
}
