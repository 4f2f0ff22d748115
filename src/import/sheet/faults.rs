//! What makes a workbook unreadable, each with what was found and the way out.

use super::wire::{Fault, Kind as Found, Listed};
use crate::error::{Error, Kind, Result};
use crate::import::problem::quoted;
use crate::import::wanted::{SheetFormat, Wanted};
use crate::words::shown::for_terminal;
use std::fmt::Display;

/// Sheets that a refusal lists.
const SHEETS_NAMED: usize = 30;

/// Where a fault is.
#[derive(Debug)]
pub(super) struct Place {
    /// The sheet that is wanted, and then the one that is read.
    pub(super) sheet: String,
}

impl Place {
    pub(super) fn of(format: &SheetFormat) -> Self {
        let sheet = match &format.sheet {
            None => String::new(),
            Some(Wanted::Number(number)) => number.to_string(),
            Some(Wanted::Name(name)) => name.clone(),
        };
        Self { sheet }
    }
}

/// What a child found, as an error.
pub(super) fn fault<T>(fault: Fault, place: &Place) -> Result<T> {
    Err(match fault {
        Fault::Other(kind) => other(kind),
        Fault::Locked => locked(),
        Fault::Empty => empty(),
        Fault::Several(sheets) => several(&sheets),
        Fault::Unknown(sheets) => unknown(&place.sheet, &sheets),
        Fault::Formula(cell) => formula(&cell),
        Fault::Number(cell) => number(&cell),
        Fault::Damaged(why, cell) => damaged(&why, &cell),
        Fault::Cells => super::too_large("cells", super::MAX_CELLS_OF_SHEET),
    })
}

pub(super) fn other(kind: Found) -> Error {
    let what = kind.words();
    let message = format!("the file is {what}, not a workbook that this program reads");
    Error::new(Kind::Usage, "sheet_not_workbook", message)
        .with_hint("open it in a spreadsheet and save it as .xlsx (\"Excel Workbook\"), then import that file; nothing was booked")
        .with_detail("what", what)
}

fn locked() -> Error {
    Error::new(Kind::Usage, "sheet_encrypted", "the workbook needs a password to be opened")
        .with_hint("open it in a spreadsheet, take the password off and save it as .xlsx; nothing was booked")
}

fn empty() -> Error {
    let message = "no visible sheet of the workbook has anything in it";
    Error::new(Kind::Usage, "sheet_empty", message).with_hint(
        "is it the right file? A hidden sheet is read where the mapping names it: sheet = \"Name\"",
    )
}

/// `1 \`Payments\`, 2 \`Notes\` (hidden)`.
fn list(sheets: &[Listed]) -> String {
    let shown = sheets.iter().take(SHEETS_NAMED).map(|Listed { number, name, hidden }| {
        let hidden = if *hidden { " (hidden)" } else { "" };
        format!("{number} {}{hidden}", quoted(name))
    });
    let mut all = shown.collect::<Vec<_>>().join(", ");
    if sheets.len() > SHEETS_NAMED {
        all.push_str(", …");
    }
    all
}

fn several(sheets: &[Listed]) -> Error {
    let list = list(sheets);
    let message = format!("the workbook has several sheets with something in them: {list}");
    Error::new(Kind::Usage, "sheet_choice", message)
        .with_hint("say in the mapping which one it is: sheet = \"Name\", or its number; nothing was booked")
        .with_detail("sheets", list)
}

fn unknown(wanted: &str, sheets: &[Listed]) -> Error {
    let list = list(sheets);
    let wanted = quoted(wanted);
    let message = format!("the workbook has no sheet {wanted}; it has {list}");
    Error::new(Kind::Usage, "sheet_unknown", message)
        .with_hint("put `sheet` in the mapping right; nothing was booked")
        .with_detail("found", wanted)
        .with_detail("sheets", list)
}

/// The name of a cell as it was said, if it is one.
fn cell_of(said: &str) -> &str {
    let is_one = said.len() <= 10 && said.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_one && !said.is_empty() { said } else { "-" }
}

fn formula(cell: &str) -> Error {
    let cell = cell_of(cell);
    let message = format!("cell {cell} has a formula and no value: no program has worked it out");
    Error::new(Kind::Usage, "sheet_formula", message)
        .with_hint("open the workbook in a spreadsheet, save it, and import that; this program works out no formulas; nothing was booked")
        .with_detail("cell", cell)
}

fn number(cell: &str) -> Error {
    let cell = cell_of(cell);
    let message = format!("cell {cell} has a number that is none: infinite, or not a number");
    Error::new(Kind::Usage, "sheet_number", message)
        .with_hint("put it right in a spreadsheet, and save the workbook; nothing was booked")
        .with_detail("cell", cell)
}

fn damaged(why: &str, cell: &str) -> Error {
    let why = for_terminal(&why.chars().take(200).collect::<String>());
    let cell = cell_of(cell);
    let message =
        format!("the workbook is damaged or cut off: {why}; the last cell that was read: {cell}");
    Error::new(Kind::Usage, "sheet_damaged", message)
        .with_hint("open it in a spreadsheet and save it anew as .xlsx, or get the file again; nothing was booked")
        .with_detail("found", why)
        .with_detail("cell", cell)
}

/// More than is read.
pub(super) fn too_large(what: &'static str, most: impl Display) -> Error {
    let message = format!("the workbook has more than {most} {what}, the most that are read");
    Error::new(Kind::Usage, "sheet_too_large", message)
        .with_hint("save the sheet that is meant as \"CSV UTF-8\" and import that, or split the workbook; nothing was booked")
        .with_detail("allowed", most)
        .with_detail("unit", what)
}

pub(super) fn no_memory() -> Error {
    let message =
        "the workbook needs more memory to be read than the 512 MiB that the reader gives itself";
    Error::new(Kind::Usage, "sheet_too_large", message)
        .with_hint("is it what it says it is? A small file can be made to unpack to a huge one. Save the sheet that is meant as \"CSV UTF-8\" and import that; nothing was booked")
        .in_case("memory")
}

pub(super) fn too_slow() -> Error {
    let message = "the workbook was not read within 20 s of the processor and 30 s in all";
    Error::new(Kind::Usage, "sheet_too_slow", message)
        .with_hint("is it what it says it is? On a busy machine try again; else save the sheet that is meant as \"CSV UTF-8\" and import that; nothing was booked")
}

/// The child did not do what it does.
pub(super) fn failed(why: &str) -> Error {
    let message = format!("the part of this program that reads workbooks failed: {why}");
    Error::new(Kind::Usage, "sheet_reader_failed", message)
        .with_hint("the file is damaged, or made to break its reader: open it in a spreadsheet and save it anew, or save the sheet as \"CSV UTF-8\"; nothing was booked")
        .with_detail("found", why)
}

pub(super) fn no_header((first, last): (u64, u64), place: &Place) -> Error {
    let rows = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let sheet = quoted(&place.sheet);
    let message =
        format!("row {rows} of the sheet {sheet}, where the mapping says the header is, is blank");
    Error::new(Kind::Usage, "sheet_header", message)
        .with_hint("set `header` in the mapping to the row, or to the first and last of the rows: header = [3, 4]")
        .with_detail("found", rows)
        .with_detail("sheet", sheet)
}
