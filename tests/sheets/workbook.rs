//! Workbooks as small as they can be, part by part, so that every oddity can be made.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A cell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// Nothing at all.
    None,
    /// Nothing, with a format.
    Blank,
    /// Text among the shared ones.
    Text(&'a str),
    /// Text in the cell.
    Inline(&'a str),
    /// A number, as the file writes it.
    Number(&'a str),
    /// A number in the format of this index: 1 a day, 2 a day with a time, 3 two places, 4 a length of time.
    Styled(&'a str, usize),
    /// A formula with a number.
    Formula(&'a str, &'a str),
    /// A formula with a text.
    FormulaText(&'a str, &'a str),
    /// A formula that nobody worked out.
    Unvalued(&'a str),
    /// An error.
    Error(&'a str),
    /// A truth.
    Bool(bool),
    /// A day as text of ISO 8601.
    Iso(&'a str),
}

/// A sheet.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    name: String,
    state: &'static str,
    rows: String,
    behind: String,
    next: usize,
}

impl Sheet {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), state: "visible", next: 1, ..Self::default() }
    }

    pub(crate) fn hidden(mut self) -> Self {
        self.state = "hidden";
        self
    }

    /// Rows one below the other, from the next one on.
    pub(crate) fn rows(mut self, rows: &[&[Cell<'_>]]) -> Self {
        for cells in rows {
            let next = self.next;
            self = self.row_at(next, cells);
        }
        self
    }

    /// A row at a place of its own.
    pub(crate) fn row_at(mut self, row: usize, cells: &[Cell<'_>]) -> Self {
        let cells: String = cells
            .iter()
            .enumerate()
            .map(|(column, one)| cell(*one, &format!("{}{row}", letters(column))))
            .collect();
        self.rows.push_str(&format!("<row r=\"{row}\">{cells}</row>"));
        self.next = row + 1;
        self
    }

    /// XML in the place of rows.
    pub(crate) fn raw(mut self, xml: &str) -> Self {
        self.rows.push_str(xml);
        self
    }

    pub(crate) fn merged(mut self, places: &[&str]) -> Self {
        let all: String =
            places.iter().map(|place| format!("<mergeCell ref=\"{place}\"/>")).collect();
        self.behind = format!("<mergeCells>{all}</mergeCells>");
        self
    }
}

fn letters(column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column % 26).unwrap());
    if column < 26 { letter.to_string() } else { format!("{}{letter}", letters(column / 26 - 1)) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn cell(cell: Cell<'_>, at: &str) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Blank => format!("<c r=\"{at}\" s=\"3\"/>"),
        Cell::Text(text) => format!("<c r=\"{at}\" t=\"s\"><v>@{}@</v></c>", escaped(text)),
        Cell::Inline(text) => format!(
            "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            escaped(text)
        ),
        Cell::Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
        Cell::Styled(number, style) => format!("<c r=\"{at}\" s=\"{style}\"><v>{number}</v></c>"),
        Cell::Formula(formula, value) => {
            format!("<c r=\"{at}\"><f>{}</f><v>{value}</v></c>", escaped(formula))
        }
        Cell::FormulaText(formula, value) => format!(
            "<c r=\"{at}\" t=\"str\"><f>{}</f><v>{}</v></c>",
            escaped(formula),
            escaped(value)
        ),
        Cell::Unvalued(formula) => format!("<c r=\"{at}\"><f>{}</f></c>", escaped(formula)),
        Cell::Error(error) => format!("<c r=\"{at}\" t=\"e\"><v>{error}</v></c>"),
        Cell::Bool(truth) => format!("<c r=\"{at}\" t=\"b\"><v>{}</v></c>", u8::from(truth)),
        Cell::Iso(text) => format!("<c r=\"{at}\" t=\"d\"><v>{text}</v></c>"),
    }
}

/// A workbook.
#[derive(Debug, Default)]
pub(crate) struct Book {
    sheets: Vec<Sheet>,
    since_1904: bool,
    /// Parts that stand instead of ours, or beside them.
    parts: Vec<(String, Vec<u8>)>,
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

impl Book {
    pub(crate) fn of(sheets: impl IntoIterator<Item = Sheet>) -> Self {
        Self { sheets: sheets.into_iter().collect(), ..Self::default() }
    }

    /// One sheet with these rows.
    pub(crate) fn rows(rows: &[&[Cell<'_>]]) -> Self {
        Self::of([Sheet::new("Sheet1").rows(rows)])
    }

    pub(crate) fn since_1904(mut self) -> Self {
        self.since_1904 = true;
        self
    }

    /// A part of its own; instead of ours, where there is one of that name.
    pub(crate) fn part(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.parts.push((name.to_owned(), bytes.into()));
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        zipped(&self.parts())
    }

    /// What is in it: names and bytes.
    pub(crate) fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let mut shared = Vec::new();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        let (mut names, mut relations) = (String::new(), String::new());
        for (sheet, number) in self.sheets.iter().zip(1..) {
            let rows = with_shared(&sheet.rows, &mut shared);
            let text = format!(
                "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData>{}</worksheet>",
                sheet.behind
            );
            parts.push((format!("xl/worksheets/sheet{number}.xml"), text.into_bytes()));
            names.push_str(&format!(
                "<sheet name=\"{}\" sheetId=\"{number}\" state=\"{}\" r:id=\"rId{number}\"/>",
                escaped(&sheet.name),
                sheet.state
            ));
            relations.push_str(&format!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            ));
        }
        let epoch = if self.since_1904 { "<workbookPr date1904=\"1\"/>" } else { "<workbookPr/>" };
        let shared: String = shared
            .iter()
            .map(|text| format!("<si><t xml:space=\"preserve\">{text}</t></si>"))
            .collect();
        let text =
            |name: &str, text: String| (name.to_owned(), format!("{HEAD}{text}").into_bytes());
        parts.extend([
            text("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>".to_owned()),
            text("_rels/.rels", format!("<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")),
            text("xl/workbook.xml", format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{epoch}<sheets>{names}</sheets></workbook>")),
            text("xl/_rels/workbook.xml.rels", format!("<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>")),
            text("xl/sharedStrings.xml", format!("<sst xmlns=\"{MAIN}\">{shared}</sst>")),
            text("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/><numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellXfs count=\"5\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"22\"/><xf numFmtId=\"4\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>")),
        ]);
        for (name, bytes) in &self.parts {
            parts.retain(|(other, _)| other != name);
            parts.push((name.clone(), bytes.clone()));
        }
        parts
    }
}

/// The rows with numbers of shared texts, which stand between `@` until here.
fn with_shared(rows: &str, shared: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = rows;
    while let Some((front, behind)) = rest.split_once("<v>@") {
        let (text, behind) = behind.split_once("@</v>").unwrap();
        let known = shared.iter().position(|other| other == text);
        let at = known.unwrap_or_else(|| {
            shared.push(text.to_owned());
            shared.len() - 1
        });
        out.push_str(&format!("{front}<v>{at}</v>"));
        rest = behind;
    }
    out + rest
}

/// A zip file of these parts.
pub(crate) fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
