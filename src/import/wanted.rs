//! Which part of a workbook a mapping means.

use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// Which sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Wanted {
    /// That of this number, from 1, hidden ones counted.
    Number(u64),
    /// That of this name.
    Name(String),
}

/// What a mapping says of workbooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFormat {
    /// The sheet; the only one where none is named.
    pub sheet: Option<Wanted>,
    /// The header's first and last row, from 1; 0 where there is none.
    pub header: (u64, u64),
}

impl Default for SheetFormat {
    fn default() -> Self {
        Self { sheet: None, header: (1, 1) }
    }
}

impl SheetFormat {
    /// Refuses a text where the header has several rows.
    ///
    /// # Errors
    /// `header_rows`.
    pub(super) fn fits_text(&self) -> Result<()> {
        if self.header.0 == self.header.1 { Ok(()) } else { Err(header_rows(self.header)) }
    }
}

fn header_rows((first, last): (u64, u64)) -> Error {
    let rows = format!("[{first}, {last}]");
    let message = format!(
        "the mapping says header = {rows}, and the file is a text: only a workbook has a header of several rows"
    );
    Error::new(Kind::Usage, "header_rows", message)
        .with_hint("give the line on which the header row begins: header = 4")
        .with_detail("found", rows)
}
