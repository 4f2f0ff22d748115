//! The table that an import reads, from a file or from memory: the list itself, or a rejects file of it.

use super::label::Labels;
use super::mapping::Mapping;
use super::reader::{FileFormat, Row, RowReader};
use super::returned::{self, Origin, Returned};
use super::sheet::{SheetRows, Workbook, refuse_pages};
use crate::error::{Error, Result};
use std::io::{Cursor, Read};
use std::path::Path;

/// Where a table's bytes are.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// In a file, which is read more than once.
    File(&'a Path),
    /// In memory: what came through a pipe.
    Bytes(&'a [u8]),
    /// A sheet of a workbook, which was read.
    Sheet(&'a Workbook),
}

impl<'a> Input<'a> {
    fn open(self) -> Result<Box<dyn Read + Send + 'a>> {
        Ok(match self {
            Self::File(path) => Box::new(
                crate::file::open_named(path).map_err(|error| Error::io("read", path, error))?,
            ),
            Self::Bytes(bytes) => Box::new(bytes),
            // It was read already: nothing is left to open.
            Self::Sheet(_) => Box::new(std::io::empty()),
        })
    }
}

/// The rows of a text.
type TextRows<'a> = RowReader<Box<dyn Read + Send + 'a>>;

/// Where the rows come from.
enum Rows<'a> {
    Text(Box<TextRows<'a>>),
    Sheet(SheetRows<'a>),
}

impl Rows<'_> {
    fn header(&self) -> &[String] {
        match self {
            Self::Text(reader) => reader.header(),
            Self::Sheet(rows) => rows.book().header(),
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Text(reader) => reader.width(),
            Self::Sheet(rows) => rows.book().width(),
        }
    }

    fn read(&mut self, row: &mut Row) -> Result<bool> {
        match self {
            Self::Text(reader) => reader.read(row),
            Self::Sheet(rows) => rows.read(row),
        }
    }
}

/// A table being read.
pub(super) struct Table<'a> {
    rows: Rows<'a>,
    returned: Option<Returned>,
    has_header: bool,
    origin: Option<Origin>,
}

impl std::fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("returned", &self.returned).finish_non_exhaustive()
    }
}

impl<'a> Table<'a> {
    /// Opens a table as the mapping says, or a rejects file in its own form.
    pub(super) fn open(input: Input<'a>, mapping: &Mapping, labels: &Labels) -> Result<Self> {
        let has_header = mapping.format.has_header();
        let (rows, is_returned) = match input {
            Input::Sheet(book) => {
                if !book.is_returned() {
                    returned::refuse_moved(book.header().iter().map(String::as_str))?;
                }
                (Rows::Sheet(book.rows()), book.is_returned())
            }
            Input::File(_) | Input::Bytes(_) => {
                let (reader, is_returned) = Self::open_text(input, mapping)?;
                (Rows::Text(Box::new(reader)), is_returned)
            }
        };
        let returned = is_returned.then(|| Returned::new(labels.clone(), rows.header()));
        Ok(Self { returned: returned.transpose()?, rows, has_header, origin: None })
    }

    /// Opens a text; `true` for a rejects file.
    fn open_text(input: Input<'a>, mapping: &Mapping) -> Result<(TextRows<'a>, bool)> {
        let mut bytes = input.open()?;
        let mut first = Vec::with_capacity(returned::LOOKED_AT);
        let limit = u64::try_from(returned::LOOKED_AT).unwrap_or(u64::MAX);
        let looked = bytes.by_ref().take(limit).read_to_end(&mut first);
        if let (Err(error), Input::File(path)) = (looked, input) {
            return Err(Error::io("read", path, error));
        }
        let own_form = returned::recognise(&first)?;
        if own_form.is_none() {
            refuse_pages(&first)?;
            mapping.sheet.fits_text()?;
        }
        let format: &FileFormat = own_form.as_ref().unwrap_or(&mapping.format);
        let whole: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(first).chain(bytes));
        let reader = RowReader::open(whole, format)?;
        if own_form.is_none() {
            returned::refuse_moved(reader.first_cells())?;
        }
        Ok((reader, own_form.is_some()))
    }

    /// The columns of the list; none where it has no header.
    pub(super) fn header(&self) -> &[String] {
        match &self.returned {
            Some(returned) if self.has_header => returned.header(),
            Some(_) => &[],
            None => self.rows.header(),
        }
    }

    /// How many cells a row of the list has.
    pub(super) fn width(&self) -> usize {
        match &self.returned {
            Some(returned) => returned.header().len(),
            None => self.rows.width(),
        }
    }

    /// True for a rejects file.
    pub(super) fn is_returned(&self) -> bool {
        self.returned.is_some()
    }

    /// Reads the next row of the list; `false` at the end.
    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool> {
        if !self.rows.read(row)? {
            return Ok(false);
        }
        // A spreadsheet leaves rows of blank cells behind.
        if let Some(returned) = &mut self.returned
            && !row.is_blank()
        {
            self.origin = Some(returned.restore(row)?);
        }
        Ok(true)
    }

    /// What the rejects file says of the row that was read last.
    pub(super) fn take_origin(&mut self) -> Option<Origin> {
        self.origin.take()
    }
}
