//! Budget execution 预算执行情况表: what was given, what became of it, and whether spending keeps up
//! with the year. `time_progress` is the elapsed days of the fiscal year, the day itself included,
//! over its days; a row over several years has none.

use super::balance::{self, figures};
use super::table::{Cell, Column, Header, Kind, Spec, Table};
use crate::domain::calendar::{Date, Year};
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::figures::Figures;
use crate::projection::groups::{self, By, Key, Row, Selection};
use crate::projection::names::Names;
use crate::projection::ratio::Ratio;

/// `report execution`.
pub const EXECUTION: Spec = Spec {
    name: "execution",
    keys: balance::KEYS,
    columns: figures!(
        Column::new("time_progress", Kind::Ratio),
        Column::new("deviation", Kind::Points)
    ),
};

/// The report. `on` is the day up to which the year has elapsed: the day that is asked for, else the
/// ledger's today.
///
/// # Errors
/// `filter_not_here` for a word that balances have no answer to; `sum_overflow`.
pub fn execution(
    balances: &Balances,
    names: &Names,
    selection: Selection<'_>,
    by: By,
    on: Date,
    header: Header,
) -> Result<Table> {
    let grouped = groups::rows(balances, names, selection, by)?;
    let mut table = balance::of_rows(&EXECUTION, by, header);
    let only = match selection.years {
        [year] => Some(*year),
        _ => None,
    };
    let start_month = names.ledger.as_ref().map_or(1, |ledger| ledger.fiscal_year_start_month);
    let progress = |year: Option<Year>| {
        year.map_or(Ratio::NOT_APPLICABLE, |year| time_progress(year, start_month, on))
    };
    for row in &grouped.rows {
        let (time, deviation) = keeping_up(row.figures.as_ref(), progress(year_of(row).or(only)));
        let mut cells = balance::key_cells(names, &row.key, by);
        let figures = balance::figure_cells(row.figures.as_ref());
        cells.extend(figures.into_iter().map(|(_, cell)| cell));
        cells.extend([time.into(), deviation, row.below_zero.into()]);
        table.rows.push(cells);
    }
    let first = grouped.rows.first().and_then(year_of);
    let same = first.filter(|year| grouped.rows.iter().all(|row| year_of(row) == Some(*year)));
    let whole = grouped.total.figures.as_ref();
    let (time, deviation) = keeping_up(whole, progress(only.or(same)));
    let mut totals = balance::figure_cells(whole);
    totals.extend([("time_progress", time.into()), ("deviation", deviation)]);
    table.set_totals(totals);
    table.notes.extend(balance::notes(&grouped));
    Ok(table)
}

fn year_of(row: &Row) -> Option<Year> {
    match &row.key {
        Key::Line(line) => Some(line.year),
        Key::Year(year) => Some(*year),
        Key::Fund(_) | Key::Code(_) | Key::Without => None,
    }
}

/// The time gone, and how far spending is from it; empty where that cannot be counted.
fn keeping_up(figures: Option<&Figures>, time: Ratio) -> (Ratio, Cell) {
    let rate = figures.and_then(|figures| figures.execution_rate().ok());
    (time, rate.and_then(|rate| rate.checked_sub(time)).into())
}

/// Elapsed days over days of a fiscal year, on a day: 0 before it, 1 after it.
///
/// ```
/// use earmark::domain::calendar::Date;
/// use earmark::report::execution::time_progress;
/// let on = |day| time_progress(2001, 1, Date::parse(day).unwrap()).decimal(6).unwrap();
/// assert_eq!(on("2000-12-31"), "0.000000");
/// assert_eq!(on("2001-01-01"), "0.002740"); // 1 of 365
/// assert_eq!(on("2001-06-30"), "0.495890"); // 181 of 365
/// assert_eq!(on("2002-05-05"), "1.000000");
/// ```
#[must_use]
pub fn time_progress(year: Year, start_month: u8, on: Date) -> Ratio {
    let Some((first, last)) = Date::of_fiscal_year(year, start_month) else {
        return Ratio::NOT_APPLICABLE;
    };
    let days = |to: Date| i128::from(to.0).saturating_sub(i128::from(first.0)).saturating_add(1);
    let denominator = days(last);
    Ratio { numerator: days(on).clamp(0, denominator), denominator }
}
