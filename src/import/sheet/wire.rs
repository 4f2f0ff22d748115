//! What the two sides say to each other: a request in one line, the file behind it, and lines back.

use crate::import::wanted::Wanted;
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Request {
    /// The sheet; the only one where none is named.
    pub(super) sheet: Option<Wanted>,
    /// The header's first and last row, from 1; 0 where there is none.
    pub(super) header: (u64, u64),
}

/// A sheet as a refusal lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) hidden: bool,
}

/// A line of the answer. The first is a `Sheet` or a `Fault`, the last an `End` or a `Fault`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    /// The sheet that is read.
    Sheet(Listed),
    /// Merged cells that begin in the header: first row, first column, last row, last column, from 1.
    Merged(u64, u64, u64, u64),
    /// A row, its number from 1, and its cells from column A to the last that is filled.
    Row(u64, Vec<Said>),
    /// The whole sheet was read: how many rows were said.
    End(u64),
    /// It is not read any further.
    Fault(Fault),
}

/// The text of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Said {
    /// Of any cell: one that can be read in one way only.
    Text(String),
    /// Of a number with a point, whatever separators the list has.
    Fraction([String; 1]),
}

impl Said {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Fraction([text]) => text,
        }
    }
}

/// Why a workbook is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fault {
    /// It is something else.
    Other(Kind),
    /// It needs a password.
    Locked,
    /// No sheet has anything in it.
    Empty,
    /// Several sheets could be meant.
    Several(Vec<Listed>),
    /// The sheet that is wanted is not there.
    Unknown(Vec<Listed>),
    /// A formula has no value: the first such cell, and how many there are up to where reading ended.
    Formula(String),
    /// A number that is none: the cell.
    Number(String),
    /// What the reader says, and the last cell that it read.
    Damaged(String, String),
    /// It has more cells than are read.
    Cells,
}

/// What a file is that is no workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Ods,
    Xlsb,
    Word,
    Numbers,
    Zip,
    Ole,
    Html,
    Mhtml,
    Xml,
}

impl Kind {
    /// What it is, in words; `words::error::values` has them in Chinese.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Ods => "an OpenDocument spreadsheet (.ods)",
            Self::Xlsb => "a binary workbook (.xlsb)",
            Self::Word => "a text document (.docx or .odt)",
            Self::Numbers => "a document of Apple's Numbers or Pages",
            Self::Zip => "a zip file without a workbook in it",
            Self::Ole => "an old Office file without a workbook in it (.doc?)",
            Self::Html => "a page of HTML, whatever its name ends with",
            Self::Mhtml => "a web page in one file (MHTML), whatever its name ends with",
            Self::Xml => "XML (\"XML Spreadsheet 2003\"?), whatever its name ends with",
        }
    }
}

/// The name of a cell as spreadsheets have it, row and column from 0: `C14`.
pub(in crate::import) fn cell_name(row: u64, column: u64) -> String {
    let mut letters = Vec::new();
    let mut rest = column.saturating_add(1);
    while let Some(before) = rest.checked_sub(1) {
        let letter = u8::try_from(before.rem_euclid(26)).unwrap_or_default();
        letters.push(char::from(b'A'.saturating_add(letter)));
        rest = before.div_euclid(26);
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", row.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_spreadsheets_name_them() {
        for (row, column, name) in [
            (0, 0, "A1"),
            (13, 2, "C14"),
            (8, 25, "Z9"),
            (0, 26, "AA1"),
            (0, 51, "AZ1"),
            (0, 52, "BA1"),
            (0, 701, "ZZ1"),
            (0, 702, "AAA1"),
            (1_048_575, 16_383, "XFD1048576"),
        ] {
            assert_eq!(cell_name(row, column), name);
        }
    }

    #[test]
    fn lines_stay_what_they_are() {
        let cell = |text: &str| Said::Text(text.to_owned());
        let fraction = Said::Fraction(["0.5".to_owned()]);
        let line = Line::Row(7, vec![cell("a\"\n"), cell(""), cell("浦东"), fraction]);
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(text, r#"{"row":[7,["a\"\n","","浦东",["0.5"]]]}"#);
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
        let request = Request { sheet: Some(Wanted::Name("2".to_owned())), header: (3, 4) };
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"sheet":"2","header":[3,4]}"#);
        let number: Request = serde_json::from_str(r#"{"sheet":2,"header":[0,0]}"#).unwrap();
        assert_eq!(number.sheet, Some(Wanted::Number(2)));
    }
}
