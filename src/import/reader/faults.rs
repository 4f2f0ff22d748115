//! What makes a file unreadable, each with its line and the way out.

use super::{MAX_CELLS, MAX_ROW_BYTES};
use crate::error::{Error, Kind};

pub(in crate::import) fn too_wide(line: u64) -> Error {
    let message = format!("the row on line {line} has more than {MAX_CELLS} cells");
    Error::new(Kind::Usage, "csv_too_wide", message)
        .with_hint("no spreadsheet has so many columns: is the delimiter right?")
        .with_detail("line", line)
        .with_detail("max_cells", MAX_CELLS)
}

pub(super) fn rows_in_cell(line: u64, breaks: u64, width: usize) -> Error {
    let last = line.saturating_add(breaks);
    let message = format!(
        "a quoted cell reaches from line {line} to line {last}, and each of these lines looks like a row of {width} cells"
    );
    Error::new(Kind::Usage, "csv_rows_in_cell", message)
        .with_hint("close the quote where its text ends, or double it (\"\"); where these lines really are the text of one cell, put them on one line; nothing was booked")
        .with_detail("line", line)
        .with_detail("closed_on", last).with_detail("cells", width)
}

pub(super) fn line_end(line: u64, sign: char) -> Error {
    let message = format!(
        "line {line} has the character U+{:04X}, which ends no line of a table: LF, CR LF and CR do",
        u32::from(sign)
    );
    Error::new(Kind::Usage, "csv_line_end", message)
        .with_hint("save the file with the line ends of your system; where it belongs to a name, take it out or put the name in quotes; nothing was booked")
        .with_detail("line", line).with_detail("found", format!("U+{:04X}", u32::from(sign)))
}

pub(in crate::import) fn too_long(line: u64) -> Error {
    let message = format!("the row on line {line} is longer than {MAX_ROW_BYTES} bytes");
    Error::new(Kind::Usage, "csv_row_too_long", message)
        .with_hint(
            "a quote is probably open; long texts belong in a document that is attached by hash",
        )
        .with_detail("line", line)
        .with_detail("max_bytes", MAX_ROW_BYTES)
}

pub(super) fn quote_open(line: u64) -> Error {
    let message =
        format!("the row on line {line} has a quote that is still open at the end of the file");
    Error::new(Kind::Usage, "csv_quote_open", message)
        .with_hint("the file was cut off, or the quote belongs to the text: double it (\"\")")
        .with_detail("line", line)
}

pub(super) fn no_header(wanted: u64, last: u64) -> Error {
    if wanted <= 1 {
        return Error::new(Kind::Usage, "csv_empty", "the file has no row, not even a header")
            .with_hint("for a file without a header row, set header = 0 in the mapping");
    }
    let message = format!(
        "no row begins on line {wanted}, where the mapping says the header is; the nearest is on line {last}"
    );
    Error::new(Kind::Usage, "csv_header", message)
        .with_hint("set `header` in the mapping to the line on which the header row begins")
        .with_detail("expected", wanted)
        .with_detail("found", last)
}
