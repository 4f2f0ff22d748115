//! A report as CSV: the keys of its columns, then its rows; exact amounts in major units, ratios with
//! six digits, no totals and no header, so that a program can add up what it reads.
//!
//! A text cell that a spreadsheet would run (one that begins with `=`, `+`, `-`, `@`, tab or CR) gets
//! a leading `'`, and so does one of which only apostrophes come before such a character, so that
//! taking one `'` off gives every text back. `raw` leaves it out.

use super::data_text;
use super::table::{Cell, Table};
use crate::domain::money::Currency;
use crate::error::{Error, Kind, Result};
use std::borrow::Cow;

/// What a spreadsheet takes as the start of a formula.
const RUNNING: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text with a `'` in front where a spreadsheet would run it.
///
/// ```
/// use earmark::report::csv::guarded;
/// assert_eq!(guarded("=1+1"), "'=1+1");
/// assert_eq!(guarded("'=1+1"), "''=1+1");
/// assert_eq!(guarded("PD-INFO"), "PD-INFO");
/// ```
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(RUNNING) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The rows of a report, with the keys of its columns above.
///
/// # Errors
/// `csv_not_written` if the writer refuses; in memory it does not.
pub fn write(table: &Table, raw: bool) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.key)).map_err(not_written)?;
    for row in &table.rows {
        let cells = row.iter().map(|cell| text(cell, table.header.currency, raw));
        writer.write_record(cells.collect::<Vec<_>>()).map_err(not_written)?;
    }
    let bytes = writer.into_inner().map_err(|error| not_written(error.into_error().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn text(cell: &Cell, currency: Currency, raw: bool) -> String {
    let plain = data_text(cell, currency).unwrap_or_default();
    match cell {
        Cell::Text(_) | Cell::Texts(_) if !raw => guarded(&plain).into_owned(),
        Cell::Empty
        | Cell::Text(_)
        | Cell::Texts(_)
        | Cell::Amount(_)
        | Cell::Ratio(_)
        | Cell::Date(_)
        | Cell::Instant(_)
        | Cell::Count(_)
        | Cell::Flag(_) => plain,
    }
}

fn not_written(error: csv::Error) -> Error {
    Error::new(Kind::Io, "csv_not_written", format!("the CSV could not be written: {error}"))
        .with_hint("make room in memory or on the disk, and run it again")
        .with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_could_not_be_done() {
        let text = not_written(std::io::Error::other("full").into()).to_string();
        assert!(text.starts_with("csv_not_written: the CSV could not be written: full"), "{text}");
        assert!(text.contains("next: make room"), "{text}");
    }

    #[test]
    fn one_apostrophe_off_gives_every_text_back() {
        for text in ["=x", "+x", "-x", "@x", "\tx", "\rx", "'=x", "''-x", "x", "'x", "", "'"] {
            let guarded = guarded(text);
            let back = match guarded.strip_prefix('\'') {
                Some(rest) if rest.trim_start_matches('\'').starts_with(RUNNING) => rest,
                _ => guarded.as_ref(),
            };
            assert_eq!(back, text);
            assert!(!guarded.starts_with(RUNNING), "{guarded}");
        }
    }
}
