//! The child's side: a workbook from its input, a sheet as lines to its output. The only file that knows the
//! library that reads workbooks, which may panic, loop or ask for any memory: what it takes down is only this
//! process, and the other side sees how it ended.

use super::kind;
use super::text;
use super::wire::{Fault, Kind, Line, Listed, Request, Said, cell_name};
use super::{MAX_CELLS_OF_SHEET, MAX_MERGED, MAX_ROWS};
use crate::import::reader::MAX_CELLS;
use crate::import::rejects::REJECT_COLUMNS;
use crate::import::text::{comparable, folded, is_blank};
use crate::import::wanted::Wanted;
use calamine::{
    Data, Dimensions, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use std::io::{BufWriter, Cursor, Read, Write};

/// What ends the reading.
enum Stop {
    Fault(Fault),
    /// Nobody listens any more.
    Output(std::io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

type Done<T> = std::result::Result<T, Stop>;

/// Reads a request and a workbook, and writes the sheet.
///
/// # Errors
/// Input or output fails, or the request is none: the other side sees that no end was said.
pub(super) fn answer(mut input: impl Read, output: impl Write) -> std::io::Result<()> {
    let mut all = Vec::new();
    input.read_to_end(&mut all)?;
    let head = all.iter().position(|byte| *byte == b'\n').unwrap_or(all.len());
    let request: Request = serde_json::from_slice(all.get(..head).unwrap_or_default())?;
    // In place: another copy would take of the memory there is.
    drop(all.drain(..head.saturating_add(1).min(all.len())));
    let mut out = Out::new(BufWriter::new(output), &request);
    let fault = match read(all, &request, &mut out) {
        Ok(()) => Line::End(out.rows),
        Err(Stop::Fault(fault)) => Line::Fault(fault),
        Err(Stop::Output(error)) => return Err(error),
    };
    out.say(&fault)?;
    out.to.flush()
}

fn read(bytes: Vec<u8>, request: &Request, out: &mut Out<impl Write>) -> Done<()> {
    if kind::is_ole(&bytes) {
        return match Xlsx::new(Cursor::new(bytes.as_slice())) {
            // OOXML with a password is wrapped in OLE.
            Err(XlsxError::Password) => Err(Fault::Locked.into()),
            Ok(_) | Err(_) => read_xls(bytes, request, out),
        };
    }
    if let Some(kind) = kind::of_zip(&bytes).map_err(|error| damaged(error, out))? {
        return Err(Fault::Other(kind).into());
    }
    read_xlsx(bytes, request, out)
}

fn damaged<W: Write>(error: impl std::fmt::Display, out: &Out<'_, W>) -> Stop {
    Fault::Damaged(error.to_string(), out.at()).into()
}

fn read_xlsx(bytes: Vec<u8>, request: &Request, out: &mut Out<impl Write>) -> Done<()> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| {
        let is_locked = matches!(error, XlsxError::Password);
        if is_locked { Fault::Locked.into() } else { damaged(error, out) }
    })?;
    let sheets = listed(book.sheets_metadata());
    let mut first_text = |name: &str| -> Result<Option<String>, XlsxError> {
        let mut cells = book.worksheet_cells_reader(name)?;
        while let Some(cell) = cells.next_cell()? {
            if let Some(text) = filled(&cell.get_value().clone().into()) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    };
    let sheet =
        choose(sheets, request, |name| first_text(name).map_err(|error| damaged(error, out)))?;
    let name = sheet.name.clone();
    out.say(&Line::Sheet(sheet))?;
    let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| damaged(error, out))?;
    out.merged(&merged)?;
    let from_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| damaged(error, out))?;
    while let Some(cell) =
        cells.next_cell_with_formula_metadata().map_err(|error| damaged(error, out))?
    {
        let (row, column) = cell.pos;
        out.cell(row, column, &cell.value.into(), cell.formula.is_some(), from_1904)?;
    }
    out.end_row()
}

fn read_xls(bytes: Vec<u8>, request: &Request, out: &mut Out<impl Write>) -> Done<()> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(|error| {
        let is_locked = matches!(error, XlsError::Password);
        let is_none =
            matches!(&error, XlsError::Cfb(inner) if inner.to_string().contains("Cannot find"));
        match (is_locked, is_none) {
            (true, _) => Fault::Locked.into(),
            (false, true) => Fault::Other(Kind::Ole).into(),
            (false, false) => damaged(error, out),
        }
    })?;
    let sheets = listed(book.sheets_metadata());
    let sheet = choose(sheets, request, |name| {
        let range = book.worksheet_range(name).map_err(|error| damaged(error, out))?;
        Ok(range.used_cells().find_map(|(_, _, value)| filled(value)))
    })?;
    let name = sheet.name.clone();
    out.say(&Line::Sheet(sheet))?;
    let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| damaged(error, out))?;
    out.merged(&merged)?;
    let from_1904 = book.has_1904_epoch();
    let range = book.worksheet_range(&name).map_err(|error| damaged(error, out))?;
    let formulas = book.worksheet_formula(&name).map_err(|error| damaged(error, out))?;
    out.unvalued(&range, &formulas)?;
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    for (row, column, value) in range.used_cells() {
        let at = |first: u32, index: usize| {
            u32::try_from(index).ok().and_then(|index| first.checked_add(index)).unwrap_or(u32::MAX)
        };
        out.cell(at(first_row, row), at(first_column, column), value, false, from_1904)?;
    }
    out.end_row()
}

/// Whether the text of a number has a point: a time has none without a colon.
fn is_number(text: &str) -> bool {
    text.contains('.') && !text.contains(':')
}

/// The text of a cell that is not blank.
fn filled(value: &Data) -> Option<String> {
    let text = text::of(value, false).unwrap_or_else(|| "?".to_owned());
    Some(text).filter(|text| !is_blank(text))
}

/// The sheets as they are listed: all of them, whatever they are, so that numbers are those of the workbook.
fn listed(sheets: &[Sheet]) -> Vec<(Listed, SheetType)> {
    let numbered = sheets.iter().zip(1_u64..);
    numbered
        .map(|(sheet, number)| {
            let hidden = sheet.visible != SheetVisible::Visible;
            (Listed { number, name: sheet.name.clone(), hidden }, sheet.typ)
        })
        .collect()
}

/// The sheet that is meant: the one that is named, or the only visible one that has anything in it. A rejects
/// file that was saved as a workbook has one sheet, whatever the list's is called.
fn choose(
    sheets: Vec<(Listed, SheetType)>,
    request: &Request,
    mut first_text: impl FnMut(&str) -> Done<Option<String>>,
) -> Done<Listed> {
    let tables = sheets.into_iter().filter(|(_, kind)| *kind == SheetType::WorkSheet);
    let tables: Vec<Listed> = tables.map(|(sheet, _)| sheet).collect();
    if let [only] = tables.as_slice()
        && request.sheet.is_some()
        && first_text(&only.name)?.is_some_and(|text| folded(&text) == REJECT_COLUMNS[0])
    {
        return Ok(only.clone());
    }
    if let Some(wanted) = &request.sheet {
        let is_it = |sheet: &&Listed| match wanted {
            Wanted::Number(number) => sheet.number == *number,
            Wanted::Name(name) => comparable(&sheet.name) == comparable(name),
        };
        let found = tables.iter().find(is_it).cloned();
        return found.ok_or_else(|| Fault::Unknown(tables).into());
    }
    let mut filled = Vec::new();
    for sheet in tables.into_iter().filter(|sheet| !sheet.hidden) {
        if first_text(&sheet.name)?.is_some() {
            filled.push(sheet);
        }
    }
    match filled.len() {
        0 => Err(Fault::Empty.into()),
        1 => filled.pop().ok_or_else(|| Fault::Empty.into()),
        _ => Err(Fault::Several(filled).into()),
    }
}

/// The lines that are written, and the row that is gathered.
struct Out<'a, W> {
    to: W,
    request: &'a Request,
    /// The row that is gathered, from 0, and its cells up to the last that was said.
    row: Option<u32>,
    cells: Vec<Said>,
    /// Rows that were written, and cells.
    rows: u64,
    count: u64,
    /// The last cell that was read.
    at: Option<(u32, u32)>,
}

impl<'a, W: Write> Out<'a, W> {
    fn new(to: W, request: &'a Request) -> Self {
        let (row, cells, at) = (None, Vec::new(), None);
        Self { to, request, row, cells, rows: 0, count: 0, at }
    }

    fn say(&mut self, line: &Line) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.to, line)?;
        self.to.write_all(b"\n")
    }

    /// Merged cells that begin in a row of the header.
    fn merged(&mut self, all: &[Dimensions]) -> Done<()> {
        let (first, last) = self.request.header;
        let mut count = 0_usize;
        let from_one = |index: u32| u64::from(index).saturating_add(1);
        for Dimensions { start, end } in all {
            if (first..=last).contains(&from_one(start.0)) {
                count = count.saturating_add(1);
                if count > MAX_MERGED {
                    let why = "more merged cells in its header than are read";
                    return Err(Fault::Damaged(why.to_owned(), self.at()).into());
                }
                let [top, left] = [start.0, start.1].map(from_one);
                let [bottom, right] = [end.0, end.1].map(from_one);
                self.say(&Line::Merged(top, left, bottom, right))?;
            }
        }
        Ok(())
    }

    /// The first formula of an old workbook that has no value, if it is in a row that is read.
    fn unvalued(
        &mut self,
        values: &calamine::Range<Data>,
        formulas: &calamine::Range<String>,
    ) -> Done<()> {
        let Some(start) = formulas.start() else { return Ok(()) };
        for (row, column, _) in formulas.used_cells() {
            let at = |first: u32, index: usize| {
                u32::try_from(index).ok().and_then(|index| first.checked_add(index))
            };
            let Some(at) = at(start.0, row).zip(at(start.1, column)) else { continue };
            let is_empty = values.get_value(at).is_none_or(|value| *value == Data::Empty);
            if is_empty && self.is_read(at.0) {
                return Err(Fault::Formula(cell_name(at.0.into(), at.1.into())).into());
            }
        }
        Ok(())
    }

    /// Whether a row, from 0, is not above the header.
    fn is_read(&self, row: u32) -> bool {
        u64::from(row).saturating_add(1) >= self.request.header.0
    }

    /// The name of the last cell that was read.
    fn at(&self) -> String {
        self.at.map_or_else(String::new, |(row, column)| cell_name(row.into(), column.into()))
    }

    fn cell(
        &mut self,
        row: u32,
        column: u32,
        value: &Data,
        is_formula: bool,
        from_1904: bool,
    ) -> Done<()> {
        let name = || cell_name(row.into(), column.into());
        let index = usize::try_from(column).unwrap_or(usize::MAX);
        let ahead = self
            .row
            .is_none_or(|before| row > before || (row == before && index >= self.cells.len()));
        let inside = index < MAX_CELLS && u64::from(row) < MAX_ROWS;
        if !ahead || !inside {
            let why =
                if inside { "cells out of order, or one twice" } else { "a cell beyond the sheet" };
            return Err(Fault::Damaged(why.to_owned(), name()).into());
        }
        if self.row != Some(row) {
            self.end_row()?;
            self.row = Some(row);
        }
        if is_formula && *value == Data::Empty && self.is_read(row) {
            return Err(Fault::Formula(name()).into());
        }
        let Some(text) = text::of(value, from_1904) else {
            return Err(Fault::Number(name()).into());
        };
        self.count = self.count.saturating_add(1);
        if self.count > MAX_CELLS_OF_SHEET {
            return Err(Fault::Cells.into());
        }
        let is_fraction = matches!(value, Data::Float(_) | Data::DateTime(_)) && is_number(&text);
        self.cells.resize(index, Said::Text(String::new()));
        self.cells.push(if is_fraction { Said::Fraction([text]) } else { Said::Text(text) });
        self.at = Some((row, column));
        Ok(())
    }

    /// Writes the row that was gathered, unless nothing is in it.
    fn end_row(&mut self) -> Done<()> {
        let Some(row) = self.row.take() else { return Ok(()) };
        while self.cells.last().is_some_and(|cell| cell.text().is_empty()) {
            self.cells.pop();
        }
        if !self.cells.is_empty() {
            let line = Line::Row(u64::from(row).saturating_add(1), std::mem::take(&mut self.cells));
            self.say(&line)?;
            self.rows = self.rows.saturating_add(1);
        }
        self.cells.clear();
        Ok(())
    }
}
