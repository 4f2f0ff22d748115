//! A CSV file row by row, with the line each row begins on. Strict about bytes (encoding, NUL, open
//! quotes, size), lenient about nothing; what the cells mean is the mapping's business.
//!
//! Lines are counted by line feeds; in a file whose lines end with a bare CR every row is on line 1.

use super::decode::{Decoded, MAX_ROW_BYTES, READ_AHEAD_BYTES, line_breaks, wide};
use super::text;
use crate::chain::hash;
use crate::error::{Error, Kind, Result};
use csv::StringRecord;
use encoding_rs::Encoding;
use std::io::Read;

/// How the file is written, apart from its cells.
#[derive(Debug, Clone, Copy)]
pub struct FileFormat {
    encoding: &'static Encoding,
    delimiter: u8,
    header_line: u64,
}

impl Default for FileFormat {
    fn default() -> Self {
        Self { encoding: encoding_rs::UTF_8, delimiter: b',', header_line: 1 }
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
                .with_hint("labels of the WHATWG Encoding standard: utf-8, gb18030, gbk, big5, utf-16le, windows-1252, shift_jis, euc-kr, …")
        })?;
        let &[delimiter_byte] = delimiter.as_bytes() else { return Err(bad_delimiter(delimiter)) };
        let reserved = matches!(delimiter_byte, b'"' | b'\r' | b'\n' | 0);
        if reserved || delimiter_byte.is_ascii_alphanumeric() || !delimiter_byte.is_ascii() {
            return Err(bad_delimiter(delimiter));
        }
        Ok(Self { encoding, delimiter: delimiter_byte, header_line })
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
}

fn bad_delimiter(delimiter: &str) -> Error {
    let message = format!("`{}` cannot be a delimiter", delimiter.escape_debug());
    Error::new(Kind::Usage, "mapping_delimiter", message)
        .with_hint("one ASCII character that is no letter, digit, quote or line break: \",\" \";\" \"|\" \"\\t\"")
}

/// A row of a file: its cells, one behind the other, with no slack.
#[derive(Debug, Clone, Default)]
pub struct Row {
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
    /// Its number in the file, from 1; the header is not counted.
    pub number: u64,
    /// The line of the file it begins on, from 1.
    pub line: u64,
}

impl Row {
    /// A row of these cells, number and line.
    #[must_use]
    pub fn new(cells: &[&str], number: u64, line: u64) -> Self {
        let mut row = Self { number, line, ..Self::default() };
        row.fill(&StringRecord::from(cells));
        row
    }

    fn fill(&mut self, cells: &StringRecord) {
        self.text.clear();
        self.text.push_str(cells.as_slice());
        self.ends.clear();
        self.ends.reserve_exact(cells.len());
        let mut end = 0_usize;
        self.ends.extend(cells.iter().map(|cell| {
            end = end.saturating_add(cell.len());
            end
        }));
    }

    /// The cell at `index` from 0 as it stands in the file; empty beyond the last.
    #[must_use]
    pub fn cell(&self, index: usize) -> &str {
        let begin = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let (begin, end) = (begin.copied().unwrap_or(0), self.ends.get(index).copied());
        end.and_then(|end| self.text.get(begin..end)).unwrap_or_default()
    }

    /// All cells, in the file's order.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let cell = self.text.get(begin..*end).unwrap_or_default();
            begin = *end;
            cell
        })
    }

    /// The number of cells.
    #[must_use]
    pub fn width(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all cells.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// True if there is nothing but white space in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The row key as the `occurrence`-th of equal rows, from 0 (schemas/entry.md §5).
    #[must_use]
    pub fn key(&self, occurrence: u32) -> [u8; 16] {
        hash::row_key(self.cells(), occurrence)
    }
}

/// Reads rows.
#[derive(Debug)]
pub struct RowReader<R> {
    splitter: csv::Reader<Decoded<R>>,
    cells: StringRecord,
    header: Vec<String>,
    rows: u64,
    /// Line on which the text after the last row begins.
    line: u64,
}

impl<R: Read> RowReader<R> {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// `csv_empty` where there is no header row, `csv_header` where none begins on the line that the
    /// mapping says; the errors of [`RowReader::read`].
    pub fn open(input: R, format: &FileFormat) -> Result<Self> {
        let splitter = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(format.delimiter)
            .buffer_capacity(READ_AHEAD_BYTES)
            .from_reader(Decoded::new(input, format.encoding));
        let mut reader =
            Self { splitter, cells: StringRecord::new(), header: Vec::new(), rows: 0, line: 1 };
        let mut row = Row::default();
        while format.header_line > 0 && row.line < format.header_line {
            if !reader.read(&mut row)? {
                return Err(no_header(format.header_line, reader.line));
            }
        }
        if row.line != format.header_line {
            return Err(no_header(format.header_line, row.line));
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

    /// Bytes of the file read so far, read-ahead included.
    pub fn bytes_read(&self) -> u64 {
        self.splitter.get_ref().bytes_read()
    }

    /// Reads the next row into `row`; `false` at the end of the file.
    ///
    /// # Errors
    /// `csv_encoding`, `csv_nul`, `csv_row_too_long`, `csv_quote_open`, each with its line; `io` where
    /// the file cannot be read.
    pub fn read(&mut self, row: &mut Row) -> Result<bool> {
        if !self.splitter.read_record(&mut self.cells).map_err(|error| self.failed(error))? {
            return Ok(false);
        }
        let next = self.splitter.position().byte();
        let decoded = self.splitter.get_mut();
        let end_at = decoded.end_at();
        let text = decoded.finish_row(next);
        let body = text.trim_start_matches(['\r', '\n']);
        let skipped = text.get(..text.len().saturating_sub(body.len())).unwrap_or_default();
        let line = self.line.saturating_add(line_breaks(skipped));
        self.line = line.saturating_add(line_breaks(body));
        if body.len() > MAX_ROW_BYTES {
            return Err(too_long(line));
        }
        // The mark after the end is a row of its own, unless an open quote swallowed it.
        let begins = next.saturating_sub(wide(body.len()));
        if let Some(end_at) = end_at.filter(|end_at| next > *end_at) {
            return if begins == end_at { Ok(false) } else { Err(quote_open(line)) };
        }
        self.rows = self.rows.saturating_add(1);
        row.fill(&self.cells);
        row.number = self.rows;
        row.line = line;
        Ok(true)
    }

    fn failed(&mut self, error: csv::Error) -> Error {
        if let Some(problem) = self.splitter.get_mut().problem() {
            return problem;
        }
        if let csv::ErrorKind::Io(io) = error.kind()
            && io.to_string() == "row too long"
        {
            return too_long(self.line);
        }
        Error::new(
            Kind::Io,
            "io",
            format!("cannot read the file after line {}: {error}", self.line),
        )
        .with_source(error)
    }
}

fn too_long(line: u64) -> Error {
    let message = format!("the row on line {line} is longer than {MAX_ROW_BYTES} bytes");
    Error::new(Kind::Usage, "csv_row_too_long", message)
        .with_hint(
            "a quote is probably open; long texts belong in a document that is attached by hash",
        )
        .with_detail("line", line)
        .with_detail("max_bytes", MAX_ROW_BYTES)
}

fn quote_open(line: u64) -> Error {
    let message =
        format!("the row on line {line} has a quote that is still open at the end of the file");
    Error::new(Kind::Usage, "csv_quote_open", message)
        .with_hint("the file was cut off: get it again")
        .with_detail("line", line)
}

fn no_header(wanted: u64, last: u64) -> Error {
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
        for end in ["\n", "\r\n"] {
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
        let cut = "\n  next: the file was cut off: get it again";
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
    fn the_mark_of_the_end_is_no_word_of_the_language() {
        let text = format!("a\n{}\nb\n", super::super::decode::END);
        assert_eq!(rows_of(text.as_bytes(), &FileFormat::default()).unwrap().len(), 2);
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
