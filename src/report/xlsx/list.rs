//! An empty list to fill in: a sheet with a column for each field, whose cells keep what is typed into them
//! (codes stay text, days are days, closed words are chosen from a list), and a sheet that says what each is.

use super::about::properties;
use super::face::{Face, Faces, amount};
use super::save::{self, Kept, kept};
use super::value::sheet_name;
use crate::domain::money::Currency;
use crate::report::text::Unit;
use crate::report::width::width;
use crate::words::Lang;
use crate::words::shown::safe;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, IgnoreError, Workbook, Worksheet,
};
use std::io;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text, codes among it.
    Text,
    /// A day.
    Day,
    /// Money.
    Amount,
    /// A year, or another whole number.
    Number,
}

/// A column to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListColumn {
    /// Its label, by which a mapping knows it.
    pub name: String,
    /// What its cells hold.
    pub holds: Holds,
    /// A row without it is refused.
    pub is_needed: bool,
    /// Its closed words: one of them is chosen.
    pub choices: &'static [&'static str],
    /// What kind of value it is, in the reader's language.
    pub kind: String,
    /// What it means, in the reader's language.
    pub meaning: String,
}

/// The last row of a sheet, from 0.
const LAST_ROW: u32 = 1_048_575;
/// A column that is filled in is no narrower than this, in characters.
const NARROWEST: usize = 14;
/// How wide the columns are that say what each field is, in characters.
const WIDTHS: [f64; 5] = [18.0, 10.0, 16.0, 30.0, 90.0];

/// Writes the list, named `title`; the same columns are the same bytes.
///
/// # Errors
/// What `out` refuses; `sheet_not_kept`, within an I/O error.
pub fn write(
    out: &mut dyn io::Write,
    title: &str,
    columns: &[ListColumn],
    lang: Lang,
) -> io::Result<()> {
    let mut book = kept(|| {
        let mut book = Workbook::new();
        let currency = Currency { code: *b"CNY", exponent: 2 };
        let faces = Faces::new(currency, Unit::Major);
        book.push_worksheet(to_fill_in(title, columns, &faces)?);
        book.push_worksheet(meanings(columns, &faces, lang)?);
        book.set_properties(&properties(title, None));
        Ok(book)
    })?;
    save::save(&mut book, out)
}

fn to_fill_in(title: &str, columns: &[ListColumn], faces: &Faces) -> Kept<Worksheet> {
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(title))?;
    for (at, column) in (0_u16..).zip(columns) {
        let number = match column.holds {
            Holds::Text => "@".to_owned(),
            Holds::Day => "yyyy-mm-dd".to_owned(),
            Holds::Amount => amount(2),
            Holds::Number => "0".to_owned(),
        };
        sheet.set_column_format(at, &Format::new().set_num_format(number))?;
        let wide = width(&column.name).saturating_add(2).max(NARROWEST);
        sheet.set_column_width(at, f64::from(u16::try_from(wide).unwrap_or(u16::MAX)))?;
        let face = if column.is_needed { Face::LabelNeeded } else { Face::Label };
        sheet.write_string_with_format(0, at, &column.name, faces.of(face))?;
        if !column.choices.is_empty() {
            let choice = DataValidation::new()
                .allow_list_strings(column.choices)?
                .set_error_style(DataValidationErrorStyle::Stop);
            sheet.add_data_validation(1, at, LAST_ROW, at, &choice)?;
        }
    }
    if let Some(last) = u16::try_from(columns.len()).ok().and_then(|count| count.checked_sub(1)) {
        sheet.ignore_error_range(1, 0, LAST_ROW, last, IgnoreError::NumberStoredAsText)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(super::A4).set_print_fit_to_pages(1, 0);
    Ok(sheet)
}

fn meanings(columns: &[ListColumn], faces: &Faces, lang: Lang) -> Kept<Worksheet> {
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(lang.label("about:sheet")))?;
    let heads = ["about:field", "about:needed", "about:kind", "about:choices", "about:meaning"];
    for (at, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, at, lang.label(head), faces.of(Face::Label))?;
    }
    for (row, column) in (1_u32..).zip(columns) {
        let needed = if column.is_needed { lang.label("yes") } else { "" };
        let name_face = if column.is_needed { Face::LabelNeeded } else { Face::Text };
        sheet.write_string_with_format(row, 0, &column.name, faces.of(name_face))?;
        let words = |word: &&str| match lang.word(word) {
            said if said == *word => (*word).to_owned(),
            said => format!("{word} {said}"),
        };
        let choices = column.choices.iter().map(words).collect::<Vec<_>>();
        let choices = choices.join(lang.choose(", ", "、"));
        let cells = [needed, column.kind.as_str(), choices.as_str(), column.meaning.as_str()];
        for (at, text) in (1_u16..).zip(cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string_with_format(row, at, safe(text), faces.of(Face::LongText))?;
        }
    }
    for (column, width) in (0_u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(super::A4).set_print_fit_to_pages(1, 0);
    Ok(sheet)
}
