//! Reads a workbook by its parts alone (zip and text), so that no library of spreadsheets says what is in it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// The parts of a workbook.
pub(crate) struct Workbook {
    /// Text by the name of the part.
    pub(crate) parts: BTreeMap<String, String>,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// `n` for a number, `s` for text.
    pub(crate) kind: char,
    /// Its text, or its number as it is written.
    pub(crate) value: String,
    /// Its formula.
    pub(crate) formula: Option<String>,
    /// The format of its number.
    pub(crate) format: String,
}

/// A sheet: cells by name, `B2`.
pub(crate) type Sheet = BTreeMap<String, Cell>;

impl Workbook {
    /// Opens a workbook.
    pub(crate) fn open(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for place in 0..archive.len() {
            let mut part = archive.by_index(place).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            parts.insert(part.name().unwrap().into_owned(), text);
        }
        Self { parts }
    }

    /// The text of a sheet, from 1.
    pub(crate) fn text(&self, sheet: usize) -> &str {
        &self.parts[&format!("xl/worksheets/sheet{sheet}.xml")]
    }

    /// The names of the sheets.
    pub(crate) fn names(&self) -> Vec<String> {
        let text = &self.parts["xl/workbook.xml"];
        text.split("<sheet ").skip(1).map(|one| attribute(one, "name").unwrap()).collect()
    }

    /// The cells of a sheet, from 1.
    pub(crate) fn cells(&self, sheet: usize) -> Sheet {
        let (shared, formats) = (self.shared(), self.formats());
        let text = self.text(sheet);
        let mut cells = Sheet::new();
        for one in text.split("<c ").skip(1) {
            let (head, body) = one.split_once('>').unwrap();
            let name = attribute(head, "r").unwrap();
            let style: usize = attribute(head, "s").map_or(0, |style| style.parse().unwrap());
            let format = formats[style].clone();
            let body = if head.ends_with('/') { "" } else { body.split("</c>").next().unwrap() };
            let inner = |tag: &str| {
                let (_, rest) = body.split_once(&format!("<{tag}"))?;
                let (_, rest) = rest.split_once('>')?;
                Some(plain(rest.split(&format!("</{tag}>")).next().unwrap()))
            };
            let (kind, value) = match attribute(head, "t").as_deref() {
                Some("s") => ('s', shared[inner("v").unwrap().parse::<usize>().unwrap()].clone()),
                Some("inlineStr") => ('s', inner("t").unwrap()),
                None => ('n', inner("v").unwrap_or_default()),
                Some(other) => panic!("{name}: a cell of the type {other}"),
            };
            cells.insert(name, Cell { kind, value, formula: inner("f"), format });
        }
        cells
    }

    fn shared(&self) -> Vec<String> {
        let Some(text) = self.parts.get("xl/sharedStrings.xml") else { return Vec::new() };
        text.split("<si>")
            .skip(1)
            .map(|one| {
                let (_, text) = one.split_once("<t").unwrap();
                let (_, text) = text.split_once('>').unwrap();
                plain(text.split("</t>").next().unwrap())
            })
            .collect()
    }

    /// The format of numbers of each style.
    fn formats(&self) -> Vec<String> {
        let text = &self.parts["xl/styles.xml"];
        let mut codes: BTreeMap<String, String> = [
            ("0", "General"),
            ("1", "0"),
            ("3", "#,##0"),
            ("4", "#,##0.00"),
            ("10", "0.00%"),
            ("49", "@"),
        ]
        .map(|(id, code)| (id.to_owned(), code.to_owned()))
        .into();
        for one in text.split("<numFmt ").skip(1) {
            codes
                .insert(attribute(one, "numFmtId").unwrap(), attribute(one, "formatCode").unwrap());
        }
        let styles = text.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
        styles
            .split("<xf ")
            .skip(1)
            .map(|one| codes[&attribute(one, "numFmtId").unwrap()].clone())
            .collect()
    }
}

/// The value of an attribute of the first tag in `text`.
pub(crate) fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = format!(" {}", text.split('>').next()?);
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(plain(rest.split('"').next()?))
}

/// Text without the escapes of XML.
pub(crate) fn plain(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#xA;", "\n"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escape, c)| text.replace(escape, c))
}

/// The name of a cell by its places, from 0.
pub(crate) fn cell_name(row: usize, column: usize) -> String {
    let mut letters = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap()));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}
