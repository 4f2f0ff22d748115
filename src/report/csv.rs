//! A report as CSV: the keys of its columns, then its rows; exact amounts in major units, ratios with
//! six digits, no totals and no header, so that a program can add up what it reads.
//!
//! A text cell that a spreadsheet would run (one that begins with `=`, `+`, `-`, `@`, tab or CR) gets
//! a leading `'`, and so does one of which only apostrophes come before such a character, so that
//! taking one `'` off gives every text back. `raw` leaves it out.

use super::data_text;
use super::table::Cell;
use crate::domain::money::Currency;
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

/// The texts of a row's cells.
pub fn cells(row: &[Cell], currency: Currency, raw: bool) -> impl Iterator<Item = String> {
    row.iter().map(move |cell| {
        let plain = data_text(cell, currency).unwrap_or_default();
        match cell {
            Cell::Text(_) | Cell::Texts(_) | Cell::Said(..) if !raw => guarded(&plain).into_owned(),
            Cell::Empty
            | Cell::Text(_)
            | Cell::Texts(_)
            | Cell::Said(..)
            | Cell::Amount(_)
            | Cell::Ratio(_)
            | Cell::Date(_)
            | Cell::Instant(_)
            | Cell::Count(_)
            | Cell::Flag(_) => plain,
        }
    })
}

/// One line: cells with a comma between, quoted where RFC 4180 asks for it.
#[must_use]
pub fn line(cells: impl IntoIterator<Item = String>) -> String {
    let needs_quotes = |cell: &str| cell.contains([',', '"', '\n', '\r']);
    joined(cells.into_iter().map(|cell| if needs_quotes(&cell) { quoted(&cell) } else { cell }))
}

/// A cell in quotes.
pub(super) fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// One line of cells that have the quotes they need.
pub(super) fn joined(cells: impl Iterator<Item = String>) -> String {
    let mut out = cells.collect::<Vec<_>>().join(",");
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_quoted_where_it_must_be() {
        let cells = ["a", "b,c", "say \"x\"", "two\nlines", "", " s "].map(str::to_owned);
        let text = line(cells.clone());
        assert_eq!(text, "a,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",, s \n");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let read = reader.records().next().unwrap().unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), cells);
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
