//! A CSV file row by row, with the line each row begins on. Strict about bytes (encoding, NUL, marks,
//! size) and about quotes, lenient about nothing; what the cells mean is the mapping's business.
//!
//! A cell that begins with a quote ends at the next quote that is not doubled, and behind that stands
//! the delimiter, a line break or the end of the file. Anything else would move text from one row into
//! another, so it refuses the file. A quote inside a cell that begins with something else is text.

mod faults;
mod row;

use self::faults::{line_end, no_header, quote_open, rows_in_cell};
pub(super) use self::faults::{too_long, too_wide};
pub use self::row::Row;
use super::decode::{Decoded, MAX_ROW_BYTES, line_breaks};
use super::text;
use crate::error::{Error, Kind, Result};
use encoding_rs::Encoding;
use std::io::Read;

const QUOTE: u8 = b'"';
/// The most cells of a row: as many as the columns of a spreadsheet.
pub const MAX_CELLS: usize = 16_384;

/// How the file is written, apart from its cells.
#[derive(Debug, Clone, Copy)]
pub struct FileFormat {
    encoding: &'static Encoding,
    delimiter: u8,
    header_line: u64,
    escape: Option<u8>,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self { encoding: encoding_rs::UTF_8, delimiter: b',', header_line: 1, escape: None }
    }
}

impl FileFormat {
    /// A format: a label of the WHATWG Encoding standard, the delimiter, and the line from 1 on which
    /// the header begins (0: no header).
    ///
    /// # Errors
    /// `mapping_encoding` for a label that is not known, `mapping_delimiter` for a delimiter that is
    /// not one ASCII character, or is a letter, digit, quote, CR, LF or NUL.
    pub fn new(label: &str, delimiter: &str, header_line: u64) -> Result<Self> {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
            Error::new(Kind::Usage, "mapping_encoding", format!("`{label}` is no known encoding"))
                .with_hint("labels of the WHATWG Encoding standard: utf-8, gb18030, gbk, big5, utf-16le, windows-1252, shift_jis, euc-kr, …").with_detail("found", label)
        })?;
        let delimiter = sign(delimiter).ok_or_else(|| bad_delimiter(delimiter))?;
        Ok(Self { encoding, delimiter, header_line, escape: None })
    }

    /// The same format, where `escape` in front of a quote, the delimiter, a line break or itself
    /// makes it plain text.
    ///
    /// # Errors
    /// `mapping_escape` for what cannot be one.
    pub fn with_escape(mut self, escape: &str) -> Result<Self> {
        self.escape = sign(escape).filter(|sign| *sign != self.delimiter && *sign != b' ');
        if self.escape.is_some() {
            return Ok(self);
        }
        let message = format!("`{}` cannot be an escape", escape.escape_debug());
        Err(Error::new(Kind::Usage, "mapping_escape", message)
            .with_hint("one ASCII character that is no letter, digit, quote, blank, line break or the delimiter: \"\\\\\"").with_detail("found", escape))
    }

    /// The delimiter.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The encoding's name.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// True if the file has a header row.
    #[must_use]
    pub fn has_header(&self) -> bool {
        self.header_line > 0
    }
}

/// The one ASCII character of `text`, if it can separate or escape.
fn sign(text: &str) -> Option<u8> {
    let &[byte] = text.as_bytes() else { return None };
    let reserved = matches!(byte, QUOTE | b'\r' | b'\n' | 0);
    (byte.is_ascii() && !reserved && !byte.is_ascii_alphanumeric()).then_some(byte)
}

fn bad_delimiter(delimiter: &str) -> Error {
    let message = format!("`{}` cannot be a delimiter", delimiter.escape_debug());
    Error::new(Kind::Usage, "mapping_delimiter", message)
        .with_hint("one ASCII character that is no letter, digit, quote or line break: \",\" \";\" \"|\" \"\\t\"").with_detail("found", delimiter)
}

/// Reads rows.
#[derive(Debug)]
pub struct RowReader<R> {
    input: Decoded<R>,
    delimiter: u8,
    escape: Option<u8>,
    header: Vec<String>,
    /// The first row of a file without a header, read for its width.
    first: Option<Row>,
    width: usize,
    rows: u64,
    /// Line on which the text that was not taken begins.
    line: u64,
}

impl<R: Read> RowReader<R> {
    /// Opens a file and reads its header. Lines before it are no rows and are not looked at.
    ///
    /// # Errors
    /// `csv_empty` where there is no header row, `csv_header` where none begins on the line that the
    /// mapping says; the errors of [`RowReader::read`].
    pub fn open(input: R, format: &FileFormat) -> Result<Self> {
        let mut reader = Self {
            input: Decoded::new(input, format.encoding),
            delimiter: format.delimiter,
            escape: format.escape,
            header: Vec::new(),
            first: None,
            width: 0,
            rows: 0,
            line: 1,
        };
        while reader.line < format.header_line {
            if !reader.skip_line()? {
                return Err(no_header(format.header_line, reader.line));
            }
        }
        let mut row = Row::default();
        let found = reader.read(&mut row)?;
        reader.check_first(&row)?;
        reader.width = row.width();
        if !format.has_header() {
            reader.first = found.then_some(row);
            return Ok(reader);
        }
        if !found || row.line != format.header_line {
            return Err(no_header(format.header_line, if found { row.line } else { reader.line }));
        }
        reader.header = row.cells().map(|cell| text::clean(cell).into_owned()).collect();
        reader.rows = 0;
        Ok(reader)
    }

    /// The names of the columns, outer white space off; empty where the file has no header.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The cells of the first row: of the header, where the file has one.
    pub(super) fn first_cells(&self) -> impl Iterator<Item = &str> {
        let header = self.header.iter().map(String::as_str);
        header.chain(self.first.iter().flat_map(Row::cells))
    }

    /// The number of cells of the header, or of the first row of a file without one.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Reads the next row into `row`; `false` at the end of the file.
    ///
    /// # Errors
    /// `csv_encoding`, `csv_mark`, `csv_not_text`, `csv_nul`, `csv_row_too_long`, `csv_quote_open`,
    /// `csv_quote_out_of_place`, each with its line; `io` where the file cannot be read.
    pub fn read(&mut self, row: &mut Row) -> Result<bool> {
        if let Some(first) = self.first.take() {
            *row = first;
            return Ok(true);
        }
        self.input.begin_row();
        while let Some(b'\r' | b'\n') = self.input.byte()? {
            self.end_line()?;
            self.input.begin_row();
        }
        if self.input.byte()?.is_none() {
            return Ok(false);
        }
        row.clear();
        row.line = self.line;
        // Elsewhere than inside quotes and behind an escape a line break ends the row.
        let mut has_breaks = self.escape.is_some();
        loop {
            let more = match self.input.byte()? {
                Some(QUOTE) => {
                    has_breaks = true;
                    self.quoted(&mut row.text)?
                }
                Some(_) | None => self.plain(&mut row.text)?,
            };
            row.end_cell();
            if !more {
                break;
            }
            if row.width() >= MAX_CELLS {
                return Err(too_wide(self.line));
            }
        }
        self.check_length()?;
        self.check_lines()?;
        if has_breaks {
            self.line = self.line.saturating_add(line_breaks(self.input.row_text()));
        }
        self.end_line()?;
        self.rows = self.rows.saturating_add(1);
        row.number = self.rows;
        Ok(true)
    }

    /// Takes a line break, if one is next.
    fn end_line(&mut self) -> Result<()> {
        let byte = self.input.byte()?;
        if !matches!(byte, Some(b'\r' | b'\n')) {
            return Ok(());
        }
        self.input.advance(1);
        self.line = self.line.saturating_add(1);
        if byte == Some(b'\r') && self.input.byte()? == Some(b'\n') {
            self.input.advance(1);
        }
        Ok(())
    }

    /// Takes a line as it stands; `false` at the end of the file.
    fn skip_line(&mut self) -> Result<bool> {
        while let Some(byte) = self.input.byte()? {
            if matches!(byte, b'\r' | b'\n') {
                self.end_line()?;
                self.input.begin_row();
                return Ok(true);
            }
            let rest = self.input.rest().as_bytes();
            let breaks = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let length = breaks.unwrap_or(rest.len());
            self.input.advance(length);
            self.input.begin_row();
        }
        Ok(false)
    }

    /// A cell that does not begin with a quote; `true` if another follows in the row.
    fn plain(&mut self, cell: &mut String) -> Result<bool> {
        let (delimiter, escape) = (self.delimiter, self.escape);
        let stops = |byte: &u8| {
            *byte == delimiter || matches!(*byte, b'\r' | b'\n') || Some(*byte) == escape
        };
        loop {
            let rest = self.input.rest();
            let stop = rest.as_bytes().iter().position(stops);
            let length = stop.unwrap_or(rest.len());
            cell.push_str(rest.get(..length).unwrap_or_default());
            self.input.advance(length);
            if stop.is_none() {
                self.check_length()?;
            }
            match self.input.byte()? {
                Some(byte) if byte == delimiter => {
                    self.input.advance(1);
                    return Ok(true);
                }
                Some(byte) if Some(byte) == escape => self.escaped(cell)?,
                Some(b'\r' | b'\n') | None => return Ok(false),
                Some(_) => {}
            }
        }
    }

    /// A cell that begins with a quote; `true` if another follows in the row.
    fn quoted(&mut self, cell: &mut String) -> Result<bool> {
        let opened = self.input.row_text().len();
        self.input.advance(1);
        let escape = self.escape;
        loop {
            let rest = self.input.rest();
            let stops = |byte: &u8| *byte == QUOTE || Some(*byte) == escape;
            let stop = rest.as_bytes().iter().position(stops);
            let length = stop.unwrap_or(rest.len());
            cell.push_str(rest.get(..length).unwrap_or_default());
            self.input.advance(length);
            if stop.is_none() {
                self.check_length()?;
            }
            match self.input.byte()? {
                None => return Err(quote_open(self.line_of(opened))),
                Some(byte) if Some(byte) == escape => self.escaped(cell)?,
                Some(QUOTE) => {
                    let closed = self.input.row_text().len();
                    self.input.advance(1);
                    match self.input.byte()? {
                        Some(QUOTE) => {
                            cell.push('"');
                            self.input.advance(1);
                        }
                        Some(byte) if byte == self.delimiter => {
                            self.input.advance(1);
                            return Ok(true);
                        }
                        Some(b'\r' | b'\n') | None => return Ok(false),
                        Some(_) => return Err(self.out_of_place(opened, closed)),
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Takes an escape and the character that it makes plain.
    fn escaped(&mut self, cell: &mut String) -> Result<()> {
        let escape = char::from(self.input.byte()?.unwrap_or_default());
        self.input.advance(1);
        match self.input.byte()? {
            Some(b'\r') => {
                cell.push('\r');
                self.input.advance(1);
                if self.input.byte()? != Some(b'\n') {
                    return Ok(());
                }
                cell.push('\n');
            }
            Some(byte @ (QUOTE | b'\n')) => cell.push(char::from(byte)),
            Some(byte) if byte == self.delimiter || char::from(byte) == escape => {
                cell.push(char::from(byte));
            }
            // In front of anything else it is a character as any other.
            Some(_) | None => {
                cell.push(escape);
                return Ok(());
            }
        }
        self.input.advance(1);
        Ok(())
    }

    /// The line on which byte `at` of the row at hand stands.
    fn line_of(&self, at: usize) -> u64 {
        let ahead = self.input.row_text().get(..at).unwrap_or_default();
        self.line.saturating_add(line_breaks(ahead))
    }

    /// Refuses a row over several lines each of which looks like a row: a quote that was never closed
    /// took them in, and a stray one further on ended it.
    fn check_lines(&self) -> Result<()> {
        let text = self.input.row_text();
        if self.width < 3 || !text.contains(['\n', '\r']) {
            return Ok(());
        }
        let delimiter = char::from(self.delimiter);
        let mut lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
        let cells = |line: &str| line.matches(delimiter).count().saturating_add(1);
        if lines.all(|line| cells(line) == self.width) {
            return Err(rows_in_cell(self.line, line_breaks(text), self.width));
        }
        Ok(())
    }

    /// Refuses a file whose lines end with a sign that ends no line of a table: all of it would be one
    /// header, or one row.
    fn check_first(&self, row: &Row) -> Result<()> {
        let text = self.input.row_text();
        let ends_lines =
            |c: char| matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        match text.chars().find(|c| ends_lines(*c)) {
            Some(sign) if !text.contains('"') => Err(line_end(row.line, sign)),
            Some(_) | None => Ok(()),
        }
    }

    fn check_length(&self) -> Result<()> {
        if self.input.row_text().len() > MAX_ROW_BYTES {
            return Err(too_long(self.line));
        }
        Ok(())
    }

    fn out_of_place(&self, opened: usize, closed: usize) -> Error {
        let (opened, closed) = (self.line_of(opened), self.line_of(closed));
        let next: String = self.input.rest().chars().take(12).collect();
        let next = super::problem::quoted(&next);
        let message = format!(
            "the cell that a quote on line {opened} begins is ended by a quote on line {closed}, but {next} follows it"
        );
        Error::new(Kind::Usage, "csv_quote_out_of_place", message)
            .with_hint("double a quote that belongs to the text (\"\"), or say escape = \"\\\\\" in the mapping where the file escapes it; nothing was booked")
            .with_detail("line", opened)
            .with_detail("closed_on", closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(bytes: &[u8], format: &FileFormat) -> Result<Vec<(u64, u64, Vec<String>)>> {
        let mut reader = RowReader::open(bytes, format)?;
        let (mut row, mut rows) = (Row::default(), Vec::new());
        while reader.read(&mut row)? {
            rows.push((row.number, row.line, row.cells().map(str::to_owned).collect()));
        }
        Ok(rows)
    }

    fn lines_of(text: &str) -> Vec<u64> {
        let rows = rows_of(text.as_bytes(), &FileFormat::default()).unwrap();
        rows.into_iter().map(|(_, line, _)| line).collect()
    }

    fn refused(bytes: &[u8], label: &str) -> String {
        rows_of(bytes, &FileFormat::new(label, ",", 1).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "a,b\n1,2\n\n\n3,4\n\"x\n\ny\",5\n6,7".replace('\n', end);
            assert_eq!(lines_of(&text), [2, 5, 6, 9], "{text:?}");
            assert_eq!(lines_of(&format!("{text}{end}{end}")), [2, 5, 6, 9]);
        }
        let long: String = (0..40_000).map(|n| format!("{n},\"\r\n\"\r\n")).collect();
        let lines = lines_of(&format!("a,b\r\n{long}"));
        assert_eq!((lines.len(), lines.first(), lines.last()), (40_000, Some(&2), Some(&80_000)));
    }

    #[test]
    fn the_header_may_stand_lower_or_be_absent() {
        let text = b"Menu money\n\nward,cost\n1,2\n";
        let third = FileFormat::new("utf-8", ",", 3).unwrap();
        let reader = RowReader::open(&text[..], &third).unwrap();
        assert_eq!(reader.header(), ["ward", "cost"]);
        assert_eq!(rows_of(text, &third).unwrap(), [(1, 4, vec!["1".into(), "2".into()])]);
        let none = FileFormat::new("utf-8", ",", 0).unwrap();
        assert_eq!(rows_of(b"1,2\n3,4", &none).unwrap().len(), 2);
        assert_eq!(
            rows_of(text, &FileFormat::new("utf-8", ",", 2).unwrap()).unwrap_err().to_string(),
            "csv_header: no row begins on line 2, where the mapping says the header is; the nearest is on line 3\n  next: set `header` in the mapping to the line on which the header row begins"
        );
        assert!(rows_of(text, &FileFormat::new("utf-8", ",", 9).unwrap()).is_err());
        assert_eq!(
            refused(b"", "utf-8"),
            "csv_empty: the file has no row, not even a header\n  next: for a file without a header row, set header = 0 in the mapping"
        );
    }

    #[test]
    fn every_encoding_gives_the_same_rows_and_keys() {
        let text = "\u{feff}名稱,\u{fffd}\r\n浦東新區,\"€\n\"\r\n";
        let expected = vec![(1, 2, vec!["浦東新區".to_owned(), "€\n".to_owned()])];
        let key = Row::new(&["浦東新區", "€\n"], 1, 2).key(0);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
        for (bytes, label) in
            [(text.as_bytes(), "utf-8"), (&utf16, "utf-16le"), (&gb18030, "gb18030")]
        {
            let format = FileFormat::new(label, ",", 1).unwrap();
            assert_eq!(rows_of(bytes, &format).unwrap(), expected, "{label}");
            let mut reader = RowReader::open(bytes, &format).unwrap();
            assert_eq!(reader.header(), ["名稱", "\u{fffd}"]);
            let mut row = Row::default();
            assert!(reader.read(&mut row).unwrap());
            assert_eq!(row.key(0), key);
            assert_ne!(row.key(1), key);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_with_line_and_byte() {
        let hint = "\n  next: name the file's encoding in the mapping, for example encoding = \"gb18030\"; nothing was replaced and nothing was booked";
        assert_eq!(
            refused(b"a,b\n1,2\n3,\xff\n", "utf-8"),
            format!("csv_encoding: line 3, byte 10 of the file: not valid UTF-8 (bytes ff){hint}")
        );
        assert_eq!(
            refused(b"a,b\n1,\xe6\xb5", "utf-8"),
            format!("csv_encoding: line 2, byte 6 of the file: not valid UTF-8{hint}")
        );
        assert_eq!(
            refused(b"a,b\n\xff1,2\n", "gb18030"),
            format!("csv_encoding: line 2, byte 4 of the file: not valid gb18030 (bytes ff){hint}")
        );
        let long = [b"a,b\n".as_slice(), &b"1,2\n".repeat(50_000), b"3,\xc3\x28\n"].concat();
        assert_eq!(
            refused(&long, "utf-8"),
            format!(
                "csv_encoding: line 50002, byte 200006 of the file: not valid UTF-8 (bytes c3){hint}"
            )
        );
        assert_eq!(
            refused(b"a,b\n1,2\n3,\0\n", "utf-8"),
            "csv_nul: line 3: a NUL character\n  next: a table of text has none: the file is damaged, is not a CSV file, or is in another encoding (utf-16le?) than the mapping says"
        );
    }

    #[test]
    fn a_cut_off_file_and_an_endless_cell_are_refused() {
        let cut =
            "\n  next: the file was cut off, or the quote belongs to the text: double it (\"\")";
        for text in ["a,b\n1,\"x", "a,b\n1,\"x\n", "a,b\n1,\"x\"\"", "a,b\n1,\"", "a,b\n1,\"x\ny,z"]
        {
            assert_eq!(
                refused(text.as_bytes(), "utf-8"),
                format!(
                    "csv_quote_open: the row on line 2 has a quote that is still open at the end of the file{cut}"
                ),
                "{text:?}"
            );
        }
        for text in ["a,b\n1,\"x\"", "a,b\n1,\"\"", "a,b\n1,6\" pipe\n", "a,b\n1,\"x\"\"\""] {
            assert!(rows_of(text.as_bytes(), &FileFormat::default()).is_ok(), "{text:?}");
        }
        let huge = [b"a,b\n1,\"".as_slice(), &b"x".repeat(10 << 20), b"\"\n"].concat();
        let long = "csv_row_too_long: the row on line 2 is longer than 1048576 bytes\n  next: a quote is probably open; long texts belong in a document that is attached by hash";
        assert_eq!(refused(&huge, "utf-8"), long);
        assert_eq!(
            refused(&[b"a,b\n1,".as_slice(), &b"x".repeat(1_048_577)].concat(), "utf-8"),
            long
        );
        assert!(
            rows_of(
                &[b"a,b\n1,".as_slice(), &b"x".repeat(1_048_573)].concat(),
                &FileFormat::default()
            )
            .is_ok()
        );
    }

    #[test]
    fn a_quote_out_of_place_refuses_the_file_and_names_both_lines() {
        let table = "Date,Payee,Amount\n2013-01-05,Ash,1\n2013-01-06,Birch,\"3 panels at 6',200.00\n2013-01-07,Cedar,2\n2013-01-08,Elm,\"4 panels\",500.00\n";
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(
                refused(table.replace('\n', end).as_bytes(), "utf-8"),
                "csv_quote_out_of_place: the cell that a quote on line 3 begins is ended by a quote on line 5, but `4 panels\",50` follows it\n  next: double a quote that belongs to the text (\"\"), or say escape = \"\\\\\" in the mapping where the file escapes it; nothing was booked",
            );
        }
        for (text, delimiter) in [
            ("a,b\n\"x\" ,1\n", ","),
            ("a,b\n\"x\"y,1\n", ","),
            ("a,b\n1,\"x\"y", ","),
            ("a;b\n\"x\",1;2\n", ";"),
            ("a\tb\n\"x\"\u{a0}\t1\n", "\t"),
            ("\"a\"x,b\n1,2\n", ","),
            ("a,b\n\"x\\\"y\",1\n", ","),
            ("a,b\n\"\"x\"\",1\n", ","),
        ] {
            let format = FileFormat::new("utf-8", delimiter, 1).unwrap();
            let error = rows_of(text.as_bytes(), &format).unwrap_err();
            assert_eq!(error.code(), "csv_quote_out_of_place", "{text:?}");
        }
    }

    #[test]
    fn quotes_in_their_place_are_read_and_others_are_text() {
        for (text, cells) in [
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\",\"\"\"\"", vec!["a\"b", "\""]),
            ("\"\",\"\"", vec!["", ""]),
            ("6\" pipe,5' 6\"", vec!["6\" pipe", "5' 6\""]),
            (" \"a\",x\"", vec![" \"a\"", "x\""]),
            ("\"a\r\nb\",", vec!["a\r\nb", ""]),
        ] {
            for end in ["", "\n", "\r\n", "\r", "\n\n"] {
                let rows = rows_of(format!("h,h\n{text}{end}").as_bytes(), &FileFormat::default());
                assert_eq!(
                    rows.unwrap(),
                    [(1, 2, cells.iter().map(|c| (*c).to_owned()).collect())]
                );
            }
        }
    }

    #[test]
    fn files_that_escape_are_read_where_the_mapping_says_so() {
        let format = FileFormat::default().with_escape("\\").unwrap();
        let text =
            "a,b,c\n\"x\\\"y\",\"\\\\\",\"d\"\"e\"\nC:\\dir,a\\,b,\\\"\n\"1\\\r\n2\",x\\\n3,\n";
        let cells: Vec<Vec<String>> =
            rows_of(text.as_bytes(), &format).unwrap().into_iter().map(|row| row.2).collect();
        assert_eq!(
            cells,
            [["x\"y", "\\", "d\"e"], ["C:\\dir", "a,b", "\""], ["1\r\n2", "x\n3", ""]]
        );
        assert!(rows_of(b"a,b\n\"x\\\",1\n", &format).is_err(), "the quote is still open");
        for escape in ["", "x", "\"", ",", "\n", "\\\\", " "] {
            let error = FileFormat::default().with_escape(escape).unwrap_err();
            assert_eq!(error.code(), "mapping_escape", "{escape:?}");
        }
    }

    #[test]
    fn a_mark_that_contradicts_the_mapping_is_refused() {
        assert_eq!(
            refused("\u{feff}名,1\n浦东,2\n".as_bytes(), "gb18030"),
            "csv_mark: the file begins with the mark of UTF-8, the mapping says gb18030\n  next: one of the two is wrong: encoding = \"utf-8\" in the mapping, or save the file anew; nothing was booked"
        );
    }

    #[test]
    fn lines_before_the_header_are_not_looked_at() {
        let third = FileFormat::new("utf-8", ",", 3).unwrap();
        let text = "\"Fund GF\" overview, 6\" pipe\n\"open\nward,cost\n1,2\n";
        assert_eq!(
            rows_of(text.as_bytes(), &third).unwrap(),
            [(1, 4, vec!["1".into(), "2".into()])]
        );
        let text = text.replace('\n', "\r");
        assert_eq!(
            rows_of(text.as_bytes(), &third).unwrap(),
            [(1, 4, vec!["1".into(), "2".into()])]
        );
    }

    #[test]
    fn a_file_without_a_header_has_the_width_of_its_first_row() {
        let none = FileFormat::new("utf-8", ",", 0).unwrap();
        let reader = RowReader::open(&b"1,2,3\n4,5\n"[..], &none).unwrap();
        assert_eq!((reader.width(), reader.header().len()), (3, 0));
        assert_eq!(RowReader::open(&b""[..], &none).unwrap().width(), 0);
    }

    #[test]
    fn formats_are_checked() {
        assert_eq!(
            FileFormat::new("klingon", ",", 1).unwrap_err().to_string(),
            "mapping_encoding: `klingon` is no known encoding\n  next: labels of the WHATWG Encoding standard: utf-8, gb18030, gbk, big5, utf-16le, windows-1252, shift_jis, euc-kr, …"
        );
        assert!(FileFormat::new("iso-2022-kr", ",", 1).is_err());
        for delimiter in ["", "ab", "\"", "\n", "x", "，"] {
            let error = FileFormat::new("utf-8", delimiter, 1).unwrap_err().to_string();
            assert!(
                error.starts_with("mapping_delimiter: `") && error.contains("next: one ASCII"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_reader_that_fails_is_told() {
        #[derive(Debug)]
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("the disk went away"))
            }
        }
        let error = RowReader::open(Broken, &FileFormat::default()).unwrap_err();
        assert_eq!(error.to_string(), "io: cannot read the file after line 1: the disk went away");
    }
}
