//! Reports: from projections to rows with units, and from rows to table, CSV, JSON, JSON lines and XLSX.
//! Pure: a report is text or bytes, and whoever asked for it puts it where it belongs.
//!
//! A report is a function from projections to a [`Table`] by the contract of its
//! [`Spec`], which `schemas/report.<name>.json` says to programs. Field names are those
//! of the domain, verbatim. Lacks every figure of its own: sums and formulas are in `projection`.

pub mod balance;
pub mod csv;
pub mod entry;
mod excel;
pub mod execution;
pub mod findings;
mod fit;
pub mod follow_on;
pub mod json;
pub mod leaf;
pub mod leverage;
pub mod master;
pub mod register;
pub mod stream;
pub mod table;
pub mod text;
mod view;
mod width;
pub mod xlsx;

pub use entry::{entry_json, lone_entry_json};

use crate::domain::calendar::instant_text;
use crate::domain::money::Currency;
use crate::words::Lang;
use std::io;
use table::{Cell, Spec, Table};
use text::Unit;

/// Every report, with its contract.
pub const REPORTS: &[&Spec] = &[
    &balance::BALANCE,
    &balance::BALANCE_PAYEE,
    &leaf::BALANCE_LEAF,
    &execution::EXECUTION,
    &findings::FINDINGS,
    &follow_on::FOLLOW_ON,
    &leverage::LEVERAGE,
    &register::REGISTER,
    &master::FUNDS,
    &master::PROJECTS,
    &master::PAYEES,
    &master::COMMITMENTS,
    &master::DISTRICTS,
    &master::PROGRAMMES,
    &master::OFFICERS,
];

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// Rows for programs.
    Csv,
    /// Header, rows and totals.
    Json,
    /// Rows, one a line.
    Jsonl,
    /// A workbook for spreadsheets (schemas/report.md).
    Xlsx,
}

/// What a reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// The language of labels.
    pub lang: Lang,
    /// The unit of amounts in a table.
    pub unit: Unit,
    /// CSV without the guard against formulas.
    pub raw: bool,
    /// CSV for people with a spreadsheet (schemas/report.md).
    pub excel: bool,
    /// How many columns a page has for a table; nothing for one that is as wide as it needs.
    pub columns: Option<usize>,
}

/// A report as text; of XLSX, which is none, there is nothing.
#[must_use]
pub fn write(table: &Table, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    // Memory refuses nothing.
    let written = write_to(&mut out, table, format, style);
    debug_assert!(written.is_ok());
    String::from_utf8(out).unwrap_or_default()
}

/// A report, written to `out`.
///
/// # Errors
/// What the writer refuses.
pub fn write_to(
    out: &mut dyn io::Write,
    table: &Table,
    format: Format,
    style: Style,
) -> io::Result<()> {
    let mut stream = stream::Stream::begin(out, table, format, style)?;
    for row in &table.rows {
        stream.row(out, row.clone())?;
    }
    stream.end(out, table.totals.as_ref(), &table.notes)
}

/// A cell as data formats write it; `None` where there is nothing to say.
fn data_text(cell: &Cell, currency: Currency) -> Option<String> {
    match cell {
        Cell::Empty => None,
        Cell::Text(text) | Cell::Said(text, _) => Some(text.clone()),
        Cell::Texts(texts) => Some(texts.join(";")),
        Cell::Amount(amount) => Some(currency.plain(*amount)),
        Cell::Ratio(ratio) => ratio.decimal(6),
        Cell::Date(date) => Some(date.to_string()),
        Cell::Instant(at) => Some(instant_text(*at)),
        Cell::Count(count) => Some(count.to_string()),
        Cell::Flag(flag) => Some(flag.to_string()),
    }
}
