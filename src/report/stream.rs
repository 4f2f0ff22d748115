//! A report that is written as its rows come, in any format: nothing is kept but what a table needs
//! to set its widths.

use super::table::{Cell, Note, Table};
use super::text::Grid;
use super::xlsx::Book;
use super::{Format, Style, csv, excel, json};
use std::io::{self, Write};

/// A report that is being written.
pub struct Stream<'t> {
    table: &'t Table,
    style: Style,
    body: Body<'t>,
}

enum Body<'t> {
    Table(Grid<'t>),
    Csv,
    Excel(excel::Rows<'t>),
    Xlsx(Box<Book<'t>>),
    /// Whether there was a row.
    Json {
        any: bool,
    },
    Jsonl,
}

impl std::fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("report", &self.table.report).finish_non_exhaustive()
    }
}

impl<'t> Stream<'t> {
    /// Begins a report of `table`'s header and columns; rows, totals and notes are handed in later.
    ///
    /// # Errors
    /// What the writer refuses.
    pub fn begin(
        out: &mut dyn Write,
        table: &'t Table,
        format: Format,
        style: Style,
    ) -> io::Result<Self> {
        let body = match format {
            Format::Table => Body::Table(Grid::new(table, style)),
            Format::Xlsx => Body::Xlsx(Box::new(Book::new(table, style))),
            Format::Csv if style.excel => {
                let rows = excel::Rows::new(table, style.lang);
                out.write_all(rows.head().as_bytes())?;
                Body::Excel(rows)
            }
            Format::Csv => {
                let keys = table.columns.iter().map(|column| column.key.to_owned());
                out.write_all(csv::line(keys).as_bytes())?;
                Body::Csv
            }
            Format::Json => Body::Json { any: false },
            Format::Jsonl => Body::Jsonl,
        };
        Ok(Self { table, style, body })
    }

    /// The next row, one cell a column.
    ///
    /// # Errors
    /// What the writer refuses; of XLSX `sheet_not_kept`, within an I/O error.
    pub fn row(&mut self, out: &mut dyn Write, cells: Vec<Cell>) -> io::Result<()> {
        match &mut self.body {
            Body::Table(grid) => grid.row(out, cells),
            Body::Csv => {
                let cells = csv::cells(&cells, self.table.header.currency, self.style.raw);
                out.write_all(csv::line(cells).as_bytes())
            }
            Body::Excel(rows) => out.write_all(rows.row(&cells).as_bytes()),
            Body::Xlsx(book) => book.row(cells),
            Body::Json { any } => {
                if !std::mem::replace(any, true) {
                    out.write_all(json::front(self.table).as_bytes())?;
                } else {
                    out.write_all(b",")?;
                }
                out.write_all(json::indented_row(self.table, &cells).as_bytes())
            }
            Body::Jsonl => out.write_all(json::row_line(self.table, &cells).as_bytes()),
        }
    }

    /// The total, one cell a column, and the notes.
    ///
    /// # Errors
    /// What the writer refuses; of XLSX `sheet_too_long` and `sheet_not_kept`, within an I/O error.
    pub fn end(
        self,
        out: &mut dyn Write,
        totals: Option<&Vec<Cell>>,
        notes: &[Note],
    ) -> io::Result<()> {
        match self.body {
            Body::Table(grid) => grid.end(out, totals, notes),
            Body::Json { any } => {
                out.write_all(json::back(self.table, any, totals, notes).as_bytes())
            }
            Body::Xlsx(book) => book.end(out, totals, notes),
            Body::Csv | Body::Excel(_) | Body::Jsonl => Ok(()),
        }
    }
}
