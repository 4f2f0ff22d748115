//! A report as an XLSX workbook (schemas/report.md): a sheet of rows that can be filtered as it is, and a
//! sheet that says of which ledger, when, and what was asked for.
//!
//! Text is only ever written as a string in a cell of the format "text", so that no name becomes a formula or
//! a link, not even when somebody edits it. A number that a double cannot keep is written as text with its
//! exact digits. Rows are written as they come: the first thousand set which columns there are; of a longer
//! report the rest goes to a temporary file, so that memory does not grow with it. The bytes follow from the
//! report alone: nothing is dated but by the ledger.

mod about;
mod face;
pub mod list;
mod save;
mod sums;
mod value;

use super::table::{Cell, Column, Kind, Note, Shown, Table};
use super::text::MEASURED_ROWS;
use super::view::{Unit, View};
use super::width::width;
use super::{Style, view};
use crate::words::shown::safe;
use face::{Face, Faces};
use rust_xlsxwriter::{Formula, IgnoreError, Workbook, Worksheet, utility};
use save::{Kept, kept};
use std::io;
use sums::Sums;
use value::{Value, Values};

/// How many rows a sheet has.
const SHEET_ROWS: u64 = 1_048_576;
/// A column is no wider than this, in characters.
const WIDEST: usize = 60;
/// The button of the filter takes so much beside a label.
const BUTTON: usize = 3;

/// A workbook that is being written.
pub(super) struct Book<'t> {
    view: View<'t>,
    /// Rows that wait until it is known which columns there are.
    waiting: Vec<Vec<Cell>>,
    sheet: Option<Sheet<'t>>,
    /// Rows that came, also those beyond the end of a sheet.
    rows: u64,
    most: u64,
}

impl<'t> Book<'t> {
    /// A workbook of `table`'s header and columns; its own rows are not looked at.
    pub(super) fn new(table: &'t Table, style: Style) -> Self {
        let Style { lang, unit, .. } = style;
        let view = View { table, lang, unit, limit: None };
        // Above the rows stand what is said first and the labels, below them the total.
        let taken = u64::try_from(view.table.header.breaches.len().min(2)).unwrap_or(2);
        let most = SHEET_ROWS.saturating_sub(taken).saturating_sub(2);
        Self { view, waiting: Vec::new(), sheet: None, rows: 0, most }
    }

    /// The next row.
    ///
    /// # Errors
    /// `sheet_not_kept`, within an I/O error, where there is no room for the rows of a long report.
    pub(super) fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        self.rows = self.rows.saturating_add(1);
        if self.rows > self.most {
            return Ok(());
        }
        if let Some(sheet) = &mut self.sheet {
            return kept(|| sheet.row(&cells));
        }
        self.waiting.push(cells);
        if self.waiting.len() > MEASURED_ROWS {
            self.begin(None)?;
        }
        Ok(())
    }

    /// The total and the notes; writes all of it.
    ///
    /// # Errors
    /// `sheet_too_long`, within an I/O error; as [`Book::row`]; what the writer refuses.
    pub(super) fn end(
        mut self,
        out: &mut dyn io::Write,
        totals: Option<&Vec<Cell>>,
        notes: &[Note],
    ) -> io::Result<()> {
        if self.rows > self.most {
            return Err(io::Error::other(save::too_long(self.most, self.rows)));
        }
        if self.sheet.is_none() {
            self.begin(totals)?;
        }
        let Some(sheet) = self.sheet else { return Ok(()) };
        let mut book = kept(|| sheet.end(totals, notes))?;
        save::save(&mut book, out)
    }

    /// Chooses the columns, and writes the labels and the rows that waited.
    fn begin(&mut self, totals: Option<&Vec<Cell>>) -> io::Result<()> {
        let is_long = self.waiting.len() > MEASURED_ROWS;
        let columns = columns(&self.view, &self.waiting, totals, is_long);
        let rows = std::mem::take(&mut self.waiting);
        let view = self.view.in_unit(self.view.unit);
        self.sheet = Some(kept(|| {
            let mut sheet = Sheet::new(view, columns, is_long)?;
            rows.iter().try_for_each(|row| sheet.row(row))?;
            Ok(sheet)
        })?);
        Ok(())
    }
}

/// A column of a sheet.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    /// Its place in the table.
    place: usize,
    column: Column,
    /// Its place in the sheet.
    at: u16,
    /// In characters.
    width: usize,
    /// True where an amount in it had to be text.
    has_text: bool,
}

/// The columns that a sheet has: all of the table that a row uses but instants, beside which a day stands, and
/// one name, in the reader's language.
fn columns(
    view: &View<'_>,
    rows: &[Vec<Cell>],
    totals: Option<&Vec<Cell>>,
    all: bool,
) -> Vec<Drawn> {
    let is_used = |place: usize| {
        let cells = rows.iter().chain(totals);
        all || cells.filter_map(|row| row.get(place)).any(|cell| !cell.is_blank())
    };
    let columns = view.table.columns.iter().enumerate();
    let drawn = columns.filter(|(place, column)| {
        view::is_in_language(column.key, view.lang)
            && match column.shown {
                Shown::Always => true,
                Shown::WhenUsed => is_used(*place),
                Shown::InData => column.kind != Kind::Instant && is_used(*place),
            }
    });
    drawn
        .zip(0_u16..)
        .map(|((place, column), at)| {
            let width = width(&label(view, column)).saturating_add(BUTTON);
            Drawn { place, column: *column, at, width, has_text: false }
        })
        .collect()
}

/// The label of a column; amounts in another unit than the currency's say so.
fn label(view: &View<'_>, column: &Column) -> String {
    let label = view.lang.label(column.key);
    if column.kind != Kind::Amount || view.unit == Unit::Major {
        return label.to_owned();
    }
    let unit = view.unit_name();
    view.lang.choose(format!("{label} ({unit})"), format!("{label}（{unit}）"))
}

/// A sheet of rows.
struct Sheet<'t> {
    values: Values<'t>,
    book: Workbook,
    sheet: Worksheet,
    faces: Faces,
    columns: Vec<Drawn>,
    sums: Sums,
    /// The row of the labels.
    top: u32,
    /// The row that is written next.
    next: u32,
    /// Texts that were longer than a cell can be.
    cut: u64,
    /// How many bytes the sheet has at most.
    bytes: u64,
    /// Columns of which the total is not what the rows add up to.
    apart: Vec<&'static str>,
}

impl<'t> Sheet<'t> {
    fn new(view: View<'t>, columns: Vec<Drawn>, is_long: bool) -> Kept<Self> {
        let mut book = Workbook::new();
        let mut sheet =
            if is_long { book.new_worksheet_with_constant_memory()? } else { Worksheet::new() };
        let faces = Faces::new(view.table.header.currency, view.unit);
        let lang = view.lang;
        let breaches = &view.table.header.breaches;
        let mut top = 0_u32;
        for (n, note) in breaches.iter().take(2).enumerate() {
            let more = breaches.len().saturating_sub(1);
            let text = match (n, more) {
                (0, _) | (_, 1) => safe(note.text(lang)),
                (_, more) => format!("+{more}: {}", lang.label("about")),
            };
            sheet.write_string_with_format(top, 0, text, faces.of(Face::Alarm))?;
            top = top.saturating_add(1);
        }
        for drawn in &columns {
            let face =
                if view::is_right(drawn.column.kind) { Face::LabelRight } else { Face::Label };
            let label = label(&view, &drawn.column);
            sheet.write_string_with_format(top, drawn.at, label, faces.of(face))?;
        }
        let sums = Sums::new(view.table.columns.len());
        let values = Values::new(view);
        let next = top.saturating_add(1);
        let (cut, bytes, apart) = (0, 0, Vec::new());
        Ok(Self { values, book, sheet, faces, columns, sums, top, next, cut, bytes, apart })
    }

    fn row(&mut self, cells: &[Cell]) -> Kept<()> {
        self.sums.add(cells);
        for n in 0..self.columns.len() {
            let Some(mut drawn) = self.columns.get(n).copied() else { continue };
            let mut value = self.values.of(cells, drawn.place, &drawn.column);
            if n == 0 && matches!(value, Value::Blank) {
                value = Value::Text(self.values.label("none").to_owned());
            }
            self.write(&mut drawn, value, false)?;
            if let Some(kept) = self.columns.get_mut(n) {
                *kept = drawn;
            }
        }
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// Writes a value where it belongs, and sees how wide it is.
    fn write(&mut self, drawn: &mut Drawn, value: Value, is_total: bool) -> Kept<()> {
        let (row, at) = (self.next, drawn.at);
        let (text, is_number) = (self.faces.text(drawn.column.kind, is_total), is_summed(drawn));
        let face = self.faces.figure(drawn.column.kind, is_total);
        drawn.width = drawn.width.max(value.width().saturating_add(1));
        self.bytes = self.bytes.saturating_add(CELL);
        match value {
            Value::Blank => {}
            Value::Text(whole) => {
                drawn.has_text |= is_number;
                let (shown, is_cut) = value::fitting(whole);
                let length = u64::try_from(shown.len()).unwrap_or(u64::MAX);
                self.bytes = self.bytes.saturating_add(length.saturating_mul(ESCAPED));
                self.cut = self.cut.saturating_add(u64::from(is_cut));
                let long = value::is_long(&shown).then(|| self.faces.of(Face::LongText));
                self.sheet.write_string_with_format(row, at, shown, long.unwrap_or(text))?;
            }
            Value::Word(word) => {
                self.sheet.write_string_with_format(row, at, word, text)?;
            }
            Value::Number(number, _) => {
                self.sheet.write_number_with_format(row, at, number, face)?;
            }
            Value::Day(day) => {
                self.sheet.write_datetime_with_format(row, at, &day, face)?;
            }
        }
        Ok(())
    }

    fn end(mut self, totals: Option<&Vec<Cell>>, notes: &[Note]) -> Kept<Workbook> {
        let has_rows = self.next > self.top.saturating_add(1);
        if !has_rows {
            let text = self.values.label("nothing").to_owned();
            let face = self.faces.of(Face::Text);
            self.sheet.write_string_with_format(self.next, 0, text, face)?;
        }
        let last = self.next.saturating_sub(1);
        if let Some(totals) = totals.filter(|_| has_rows) {
            self.total(totals)?;
        }
        let right = self.columns.last().map_or(0, |drawn| drawn.at);
        if has_rows {
            self.sheet.autofilter(self.top, 0, last, right)?;
            let kind = IgnoreError::NumberStoredAsText;
            let bottom = self.next.saturating_sub(1);
            self.sheet.ignore_error_range(self.top, 0, bottom, right, kind)?;
        }
        self.sheet.set_freeze_panes(self.top.saturating_add(1), 0)?;
        self.sheet.set_repeat_rows(0, self.top)?;
        self.sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        self.sheet.set_name(self.values.title())?;
        for drawn in &self.columns {
            let columns = u16::try_from(drawn.width.min(WIDEST)).unwrap_or(u16::MAX);
            self.sheet.set_column_width(drawn.at, f64::from(columns))?;
        }
        self.book.use_zip_large_file(self.bytes > LARGE);
        if !self.values.view.table.header.breaches.is_empty() {
            self.sheet.set_tab_color(face::ALARM);
        }
        let said = self.notes(notes);
        self.book.push_worksheet(self.sheet);
        let (view, columns) = (&self.values.view, &self.columns);
        about::write(&mut self.book, view, columns, &self.faces, &said)?;
        Ok(self.book)
    }

    /// The row of totals: formulas where the total is what they give, else its value.
    fn total(&mut self, totals: &[Cell]) -> Kept<()> {
        for n in 0..self.columns.len() {
            let Some(mut drawn) = self.columns.get(n).copied() else { continue };
            let value = self.values.of(totals, drawn.place, &drawn.column);
            let formula = self.formula(&drawn, totals);
            match (value, formula) {
                (Value::Number(number, width), Some(formula)) => {
                    drawn.width = drawn.width.max(width.saturating_add(1));
                    let formula = Formula::new(formula).set_result(number.to_string());
                    let face = self.faces.figure(drawn.column.kind, true);
                    self.sheet.write_formula_with_format(self.next, drawn.at, formula, face)?;
                }
                (_, _) if n == 0 => {
                    let label = Value::Word(self.values.label("total").to_owned());
                    self.write(&mut drawn, label, true)?;
                }
                (Value::Blank, _) => {
                    let face = self.faces.text(drawn.column.kind, true);
                    self.sheet.write_blank(self.next, drawn.at, face)?;
                }
                (value, _) => {
                    if is_summed(&drawn) && !drawn.has_text {
                        self.apart.push(drawn.column.key);
                    }
                    self.write(&mut drawn, value, true)?;
                }
            }
            if let Some(kept) = self.columns.get_mut(n) {
                *kept = drawn;
            }
        }
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// What makes this total of the rows above it; nothing where they do not make it.
    fn formula(&self, drawn: &Drawn, totals: &[Cell]) -> Option<String> {
        if drawn.has_text {
            return None;
        }
        let total = sums::whole(totals.get(drawn.place)?)?;
        let is_money = drawn.column.kind == Kind::Amount;
        let scale = if is_money { self.values.minor_units() } else { 1 };
        let (first, last) = (self.top.saturating_add(1), self.next.saturating_sub(1));
        let range = |drawn: &Drawn| utility::cell_range(first, drawn.at, last, drawn.at);
        if let Some(formula) = self.sums.formula(drawn.place, total, &range(drawn), scale) {
            return Some(formula);
        }
        // What was reversed stands among the rows, and in no total.
        let reversed = self.columns.iter().find(|other| other.column.key == "reversed_amount")?;
        let is_of_it = drawn.column.key == "amount" && !reversed.has_text;
        let rest = self.sums.of(reversed.place).filter(|_| is_of_it)?;
        let all = self.sums.formula(drawn.place, total.checked_add(rest)?, &range(drawn), scale)?;
        let less = self.sums.formula(reversed.place, rest, &range(reversed), scale)?;
        Some(format!("{all}-{less}"))
    }

    /// The notes of the report, and those of this form of it.
    fn notes(&self, notes: &[Note]) -> Vec<Note> {
        let mut said = notes.to_vec();
        let exact: Vec<&str> =
            self.columns.iter().filter(|one| one.has_text).map(|one| one.column.key).collect();
        said.extend(about::written_as_text(&exact));
        said.extend(about::no_sums(&self.apart));
        said.extend(about::cut_texts(self.cut));
        said.extend(about::in_wan(&self.values.view));
        said
    }
}

/// True where the column holds numbers that are added up.
fn is_summed(drawn: &Drawn) -> bool {
    matches!(drawn.column.kind, Kind::Amount | Kind::Count)
}

/// The number of the paper size.
const A4: u8 = 9;
/// From so many bytes on a sheet may have to say that it is larger than 4 GiB before it is zipped.
const LARGE: u64 = 3_000_000_000;
/// What a cell takes beside its text, at most.
const CELL: u64 = 80;
/// What a byte of text may become in XML.
const ESCAPED: u64 = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::entry::Head;
    use crate::domain::money::{Amount, Currency};
    use crate::error::Error;
    use crate::report::balance::BALANCE_PAYEE;
    use crate::report::table::{Header, Identity};

    fn payees(breaches: usize) -> Table {
        let note = Note { en: "breach".to_owned(), zh: "违规".to_owned() };
        let header = Header {
            identity: Identity::Pinned,
            breaches: vec![note; breaches],
            ledger: String::new(),
            name: "Pudong".to_owned(),
            head: Head::default(),
            recorded_at: None,
            as_of: None,
            as_known_at: None,
            filter: Vec::new(),
            currency: Currency::named("CNY").unwrap(),
        };
        BALANCE_PAYEE.table(&[], header)
    }

    fn row() -> Vec<Cell> {
        let amount = || Cell::Amount(Amount(1));
        vec!["A".into(), "a".into(), Cell::Empty, amount(), amount()]
    }

    #[test]
    fn more_rows_than_a_sheet_has_are_refused_with_both_numbers() {
        let table = payees(0);
        for (rows, fits) in [(3, true), (4, false), (2_000, false)] {
            let mut book = Book { most: 3, ..Book::new(&table, Style::default()) };
            for _ in 0..rows {
                book.row(row()).unwrap();
            }
            let mut out = Vec::new();
            let ended = book.end(&mut out, None, &[]);
            assert_eq!(ended.is_ok(), fits, "{rows}");
            assert_eq!(out.is_empty(), !fits, "nothing is written of what does not fit");
            if let Err(refused) = ended {
                let error = refused.downcast::<Error>().unwrap();
                assert_eq!(
                    (error.code(), error.kind()),
                    ("sheet_too_long", crate::error::Kind::Usage)
                );
                let expected = format!("3 rows; this report has {}", grouped(rows));
                assert!(error.message().ends_with(&expected), "{error}");
                assert!(error.hint().unwrap().contains("-O csv"));
            }
        }
    }

    fn grouped(rows: u64) -> String {
        crate::words::shown::grouped(&rows.to_string())
    }

    #[test]
    fn labels_warnings_and_total_have_room_beside_the_rows() {
        for (breaches, most) in [(0, 1_048_574), (1, 1_048_573), (9, 1_048_572)] {
            let table = payees(breaches);
            assert_eq!(Book::new(&table, Style::default()).most, most);
        }
    }
}
