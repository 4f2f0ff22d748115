//! Sheets of workbooks as tables of text (schemas/mapping.md §1.3). A workbook is read by this program in a
//! child of itself ([`answer`]), under limits; on this side only its lines are read ([`Workbook::open`]),
//! and each is checked.

mod book;
mod faults;
mod header;
mod kind;
mod text;
mod wire;

use self::faults::{Place, failed, fault, too_large};
use self::header::Header;
use self::wire::{Line, Request, Said};
use super::mapping::Mapping;
use super::rejects::REJECT_COLUMNS;
use super::text::folded;
use super::wanted::SheetFormat;
use super::{MAX_ROW_BYTES, reader};
use crate::edge::apart::{Answer, End, READ_SHEET, ask};
use crate::error::{Error, Result};
pub use kind::may_be_workbook;
use reader::{MAX_CELLS, Row};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::Path;
pub(super) use wire::cell_name;

/// The most bytes of a workbook.
pub const MAX_FILE_BYTES: usize = 134_217_728;
/// The most bytes of lines that are taken of a child.
const MAX_LINES_BYTES: usize = 268_435_456;
/// The most bytes of a line: a row as long as one may be, every byte of it escaped, and its cells.
const MAX_LINE_BYTES: usize = 8_388_608;
/// The most rows of a sheet: as many as spreadsheets have.
const MAX_ROWS: u64 = 1_048_576;
/// The most merged cells of a header.
const MAX_MERGED: usize = 2_000;
/// The most cells of a sheet that are read.
const MAX_CELLS_OF_SHEET: u64 = 20_000_000;

/// The most cells that are taken of a child, blank ones between counted.
const MAX_CELLS_SAID: u64 = 100_000_000;

/// Refuses a text that is no table: a page, or XML, that was saved under the name of a workbook.
///
/// # Errors
/// `sheet_not_workbook`.
pub(super) fn refuse_pages(first: &[u8]) -> Result<()> {
    match kind::of_text(first) {
        Some(kind) => Err(faults::other(kind)),
        None => Ok(()),
    }
}

/// The bytes of a file that is a workbook by how it begins; nothing of any other.
///
/// # Errors
/// `sheet_too_large`; `io` and its kin, where it cannot be read.
pub fn bytes_of_workbook(path: &Path) -> Result<Option<Vec<u8>>> {
    let reading = |error| Error::io("read", path, error);
    let mut first = Vec::new();
    let file = crate::file::open_named(path).map_err(reading)?;
    file.take(kind::LOOKED_AT).read_to_end(&mut first).map_err(reading)?;
    if !may_be_workbook(&first) {
        return Ok(None);
    }
    match crate::file::read_named(path, MAX_FILE_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Err(too_large("bytes", MAX_FILE_BYTES))
        }
        Err(error) => Err(reading(error)),
    }
}

/// Reads a request and a workbook and writes the sheet: what the program does in a child of itself.
///
/// # Errors
/// Input or output fails, or the request is none.
pub fn answer(input: impl Read, output: impl Write) -> std::io::Result<()> {
    book::answer(input, output)
}

/// A sheet of a workbook, read and checked.
#[derive(Debug)]
pub struct Workbook {
    header: Vec<String>,
    width: usize,
    is_returned: bool,
    /// Neither a header nor the mapping says how wide rows are.
    is_open: bool,
    /// What the mapping has for the point of a number.
    decimal: char,
    /// The lines of the rows behind the header.
    lines: Vec<u8>,
}

impl Workbook {
    /// Reads the sheet that the mapping means, of a workbook's bytes.
    ///
    /// # Errors
    /// Those that begin with `sheet_`, `csv_too_wide`, `csv_row_too_long`; `apart_not_started`.
    pub fn open(bytes: &[u8], mapping: &Mapping) -> Result<Self> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(too_large("bytes", MAX_FILE_BYTES));
        }
        let decimal = mapping.decimal()?;
        let format = &mapping.sheet;
        let request = Request { sheet: format.sheet.clone(), header: format.header };
        let mut asked = serde_json::to_vec(&request).map_err(|error| failed(&error.to_string()))?;
        asked.push(b'\n');
        let Answer { said, end } = ask(READ_SHEET, &[&asked, bytes], MAX_LINES_BYTES)?;
        let mut book = Self::of_lines(said, end, format, mapping.width)?;
        book.decimal = decimal;
        Ok(book)
    }

    /// The sheet that a child said.
    fn of_lines(
        mut said: Vec<u8>,
        end: End,
        format: &SheetFormat,
        width: Option<usize>,
    ) -> Result<Self> {
        match end {
            End::Status(0) => {}
            End::Late | End::NO_TIME => return Err(faults::too_slow()),
            End::TooMuch => return Err(too_large("bytes of text", MAX_LINES_BYTES)),
            End::NO_MEMORY => return Err(faults::no_memory()),
            End::Status(status) => return Err(failed(&format!("it ended with status {status}"))),
            End::Signal(signal) => return Err(failed(&format!("signal {signal} ended it"))),
        }
        let mut read = Checked::new(format);
        let mut at = 0_usize;
        while read.ended.is_none() {
            let Some(line) = line_at(&said, at) else { return Err(failed("it said no end")) };
            if line.len() > MAX_LINE_BYTES {
                return Err(failed("it said too long a line"));
            }
            let next = at.saturating_add(line.len()).saturating_add(1);
            let line =
                serde_json::from_slice(line).map_err(|_| failed("it said what is no line"))?;
            read.take(line, at)?;
            at = next;
        }
        if at < said.len() {
            return Err(failed("it said more behind its end"));
        }
        let (from, to) = (read.data_from.unwrap_or(said.len()), read.data_to);
        said.truncate(to.max(from).min(said.len()));
        drop(said.drain(..from.min(said.len())));
        let header = read.header.names();
        let has_header = read.rows_of_header.0 > 0;
        if has_header && header.is_empty() {
            return Err(faults::no_header(format.header, &read.place));
        }
        let is_open = !has_header && width.is_none();
        let width = if has_header { header.len() } else { width.unwrap_or(read.first_width) };
        let is_returned = read.is_returned;
        Ok(Self { header, width, is_returned, is_open, decimal: '.', lines: said })
    }

    /// The names of the columns; none where there is no header.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// How many cells a row has, at least.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// True for a rejects file that was saved as a workbook.
    pub(super) fn is_returned(&self) -> bool {
        self.is_returned
    }

    /// The rows, from the first.
    pub(super) fn rows(&self) -> SheetRows<'_> {
        SheetRows { of: self, at: 0, number: 0 }
    }
}

fn line_at(said: &[u8], at: usize) -> Option<&[u8]> {
    let rest = said.get(at..)?;
    let length = rest.iter().position(|byte| *byte == b'\n')?;
    rest.get(..length)
}

/// The rows of a workbook being read.
#[derive(Debug)]
pub(super) struct SheetRows<'a> {
    of: &'a Workbook,
    at: usize,
    number: u64,
}

impl SheetRows<'_> {
    pub(super) fn book(&self) -> &Workbook {
        self.of
    }

    /// Reads the next row; `false` at the end.
    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool> {
        let Some(line) = line_at(&self.of.lines, self.at) else { return Ok(false) };
        self.at = self.at.saturating_add(line.len()).saturating_add(1);
        let Ok(Line::Row(line, cells)) = serde_json::from_slice(line) else {
            return Err(failed("a row is none any more"));
        };
        self.number = self.number.saturating_add(1);
        let mut plain = Vec::new();
        let read: Vec<Cow<'_, str>> = (cells.iter().zip(0_usize..))
            .map(|(cell, index)| match (cell, self.of.decimal) {
                (Said::Fraction([text]), decimal) if decimal != '.' => {
                    plain.push((index, text.clone()));
                    Cow::Owned(text.replace('.', decimal.encode_utf8(&mut [0; 4])))
                }
                (cell, _) => Cow::Borrowed(cell.text()),
            })
            .collect();
        let mut cells: Vec<&str> = read.iter().map(AsRef::as_ref).collect();
        cells.resize(cells.len().max(self.of.width), "");
        *row = Row::new(&cells, self.number, line);
        row.keyed_as(plain);
        if self.of.is_open {
            row.keyed_without_end();
        }
        Ok(true)
    }
}

/// What was said so far, checked.
struct Checked {
    place: Place,
    header: Header,
    /// The header's rows as they are looked for: those of the mapping, or of a rejects file.
    rows_of_header: (u64, u64),
    is_returned: bool,
    begun: bool,
    merged: usize,
    last_row: u64,
    rows: u64,
    cells: u64,
    first_width: usize,
    /// Where the lines of the rows begin and end.
    data_from: Option<usize>,
    data_to: usize,
    ended: Option<()>,
}

impl Checked {
    fn new(format: &SheetFormat) -> Self {
        Self {
            place: Place::of(format),
            header: Header::new(format.header),
            rows_of_header: format.header,
            is_returned: false,
            begun: false,
            merged: 0,
            last_row: 0,
            rows: 0,
            cells: 0,
            first_width: 0,
            data_from: None,
            data_to: 0,
            ended: None,
        }
    }

    /// Takes a line that begins at `at`.
    fn take(&mut self, line: Line, at: usize) -> Result<()> {
        match line {
            Line::Fault(why) => fault(why, &self.place),
            Line::Sheet(sheet) if !self.begun => {
                self.begun = true;
                self.place.sheet = sheet.name;
                Ok(())
            }
            Line::Merged(top, left, bottom, right) if self.begun && self.rows == 0 => {
                self.merged = self.merged.saturating_add(1);
                if self.merged > MAX_MERGED {
                    return Err(failed("it said too many merged cells"));
                }
                self.header.merge((top, left), (bottom, right));
                Ok(())
            }
            Line::Row(row, cells) if self.begun => self.row(row, &cells, at),
            Line::End(rows) if self.begun && rows == self.rows => {
                self.ended = Some(());
                self.data_to = at;
                Ok(())
            }
            Line::Sheet(_) | Line::Merged(..) | Line::Row(..) | Line::End(_) => {
                Err(failed("it said lines out of order"))
            }
        }
    }

    fn row(&mut self, row: u64, cells: &[Said], at: usize) -> Result<()> {
        if row <= self.last_row || row > MAX_ROWS {
            return Err(failed("it said rows out of order"));
        }
        if cells.len() > MAX_CELLS {
            return Err(reader::too_wide(row));
        }
        let bytes = cells.iter().fold(0_usize, |sum, cell| sum.saturating_add(cell.text().len()));
        if bytes > MAX_ROW_BYTES {
            return Err(reader::too_long(row));
        }
        let count = u64::try_from(cells.len()).unwrap_or(u64::MAX);
        self.cells = self.cells.saturating_add(count);
        if self.rows >= MAX_ROWS || self.cells > MAX_CELLS_SAID {
            return Err(too_large("cells", MAX_CELLS_SAID));
        }
        (self.last_row, self.rows) = (row, self.rows.saturating_add(1));
        if self.rows == 1
            && cells.first().is_some_and(|cell| folded(cell.text()) == REJECT_COLUMNS[0])
        {
            // Its own header is read, whatever that of the list is.
            self.is_returned = true;
            self.rows_of_header = (row, row);
            self.header = Header::new((row, row));
        }
        let (first, last) = self.rows_of_header;
        if first > 0 && row <= last {
            if row >= first {
                self.header.row(row, cells);
            }
            return Ok(());
        }
        if self.data_from.is_none() {
            (self.data_from, self.first_width) = (Some(at), cells.len());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, end: End, format: &SheetFormat) -> Result<Workbook> {
        Workbook::of_lines(text.as_bytes().to_vec(), end, format, None)
    }

    fn code(text: &str, end: End) -> &'static str {
        of(text, end, &SheetFormat::default()).unwrap_err().code()
    }

    const SHEET: &str = "{\"sheet\":{\"number\":1,\"name\":\"S\",\"hidden\":false}}\n";

    #[test]
    fn a_sheet_that_was_said_whole_is_read() {
        let rows = "{\"row\":[1,[\"a\",\"b\"]]}\n{\"row\":[4,[\"1\",[\"2.5\"],\"3\"]]}\n{\"row\":[5,[\"x\"]]}\n{\"end\":3}\n";
        let mut book =
            of(&format!("{SHEET}{rows}"), End::Status(0), &SheetFormat::default()).unwrap();
        assert_eq!((book.header(), book.width()), (&["a".to_owned(), "b".to_owned()][..], 2));
        for (decimal, expected) in [('.', "2.5"), (',', "2,5")] {
            book.decimal = decimal;
            let (mut rows, mut row) = (book.rows(), Row::default());
            assert!(rows.read(&mut row).unwrap());
            assert_eq!((row.number, row.line, row.width(), row.cell(1)), (1, 4, 3, expected));
            assert_eq!(row.key(0), Row::new(&["1", "2.5", "3"], 1, 4).key(0));
            assert!(rows.read(&mut row).unwrap());
            assert_eq!((row.number, row.line, row.width(), row.cell(1)), (2, 5, 2, ""));
            assert_eq!(row.key(0), Row::new(&["x", ""], 2, 5).key(0));
            assert!(!rows.read(&mut row).unwrap());
        }
        let none = SheetFormat { sheet: None, header: (0, 0) };
        let book = of(&format!("{SHEET}{rows}"), End::Status(0), &none).unwrap();
        assert_eq!((book.header().len(), book.width()), (0, 2));
        let empty = of(&format!("{SHEET}{{\"end\":0}}\n"), End::Status(0), &none).unwrap();
        assert!(!empty.rows().read(&mut Row::default()).unwrap());
    }

    #[test]
    fn every_way_a_child_ends_has_its_words() {
        for (end, expected) in [
            (End::Late, "sheet_too_slow"),
            (End::NO_TIME, "sheet_too_slow"),
            (End::TooMuch, "sheet_too_large"),
            (End::NO_MEMORY, "sheet_too_large"),
            (End::Status(101), "sheet_reader_failed"),
            (End::Status(3), "sheet_reader_failed"),
            (End::Signal(11), "sheet_reader_failed"),
            (End::Signal(9), "sheet_reader_failed"),
        ] {
            assert_eq!(code(&format!("{SHEET}{{\"end\":0}}\n"), end), expected, "{end:?}");
        }
    }

    #[test]
    fn what_is_said_is_checked() {
        let row = "{\"row\":[2,[\"a\"]]}\n";
        let wide = format!("{{\"row\":[1,[{}\"\"]]}}\n", "\"\",".repeat(MAX_CELLS));
        let long = format!("{{\"row\":[1,[\"{}\"]]}}\n", "x".repeat(MAX_ROW_BYTES + 1));
        let merged = "{\"merged\":[1,1,1,2]}\n";
        for (text, expected) in [
            (String::new(), "sheet_reader_failed"),
            ("garbage\n".to_owned(), "sheet_reader_failed"),
            ("{\"end\":0}\n".to_owned(), "sheet_reader_failed"),
            (row.to_owned(), "sheet_reader_failed"),
            (SHEET.to_owned(), "sheet_reader_failed"),
            (format!("{SHEET}{SHEET}{{\"end\":0}}\n"), "sheet_reader_failed"),
            (format!("{SHEET}{row}"), "sheet_reader_failed"),
            (format!("{SHEET}{row}{{\"end\":2}}\n"), "sheet_reader_failed"),
            (format!("{SHEET}{row}{row}{{\"end\":2}}\n"), "sheet_reader_failed"),
            (format!("{SHEET}{row}{merged}{{\"end\":1}}\n"), "sheet_reader_failed"),
            (
                format!("{SHEET}{}{{\"end\":0}}\n", merged.repeat(MAX_MERGED + 1)),
                "sheet_reader_failed",
            ),
            (format!("{SHEET}{{\"row\":[1048577,[\"a\"]]}}\n"), "sheet_reader_failed"),
            (format!("{SHEET}{{\"row\":[0,[\"a\"]]}}\n"), "sheet_reader_failed"),
            (
                format!("{SHEET}{{\"row\":[1,[\"a\"]]}}\n{{\"end\":1}}\n{row}"),
                "sheet_reader_failed",
            ),
            (format!("{SHEET}{{\"end\":0}}"), "sheet_reader_failed"),
            (format!("{SHEET}{wide}"), "csv_too_wide"),
            (format!("{SHEET}{long}"), "csv_row_too_long"),
            (format!("{SHEET}{row}{{\"end\":1}}\n"), "sheet_header"),
            (format!("{SHEET}{{\"end\":0}}\n"), "sheet_header"),
            ("{\"fault\":\"locked\"}\n".to_owned(), "sheet_encrypted"),
            ("{\"fault\":\"empty\"}\n".to_owned(), "sheet_empty"),
            ("{\"fault\":\"cells\"}\n".to_owned(), "sheet_too_large"),
            ("{\"fault\":{\"other\":\"ods\"}}\n".to_owned(), "sheet_not_workbook"),
            (format!("{SHEET}{{\"fault\":{{\"damaged\":[\"why\",\"C4\"]}}}}\n"), "sheet_damaged"),
        ] {
            assert_eq!(code(&text, End::Status(0)), expected, "{}", &text[..text.len().min(200)]);
        }
    }
}
