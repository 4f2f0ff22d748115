//! What a cell of a report is in a sheet: a number where a double keeps it exactly, a day, or text.

use super::super::table::{Cell, Column, Kind};
use super::super::view::{Unit, View, wan};
use super::super::width::width;
use crate::domain::calendar::{Date, instant_text};
use crate::domain::money::{Amount, Currency};
use crate::words::shown::{grouped, safe};
use rust_xlsxwriter::ExcelDateTime;

/// So many digits survive in a double, and in every spreadsheet.
const DIGITS: usize = 15;
/// A cell holds no longer text, in units of UTF-16.
const LONGEST: usize = 32_767;
/// Older spreadsheets show no longer text in a cell of the format "text".
const LONG: usize = 255;

/// What is written into a cell.
pub(super) enum Value {
    /// Nothing.
    Blank,
    /// Text.
    Text(String),
    /// A word of ours, where a number could stand.
    Word(String),
    /// A number, and how wide it is shown.
    Number(f64, usize),
    /// A day.
    Day(ExcelDateTime),
}

impl Value {
    /// How wide it is, in characters.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Blank => 0,
            Self::Text(text) | Self::Word(text) => width(text),
            Self::Number(_, width) => *width,
            Self::Day(_) => 10,
        }
    }
}

/// The cells of a report in a reader's language and unit.
pub(super) struct Values<'t> {
    pub(super) view: View<'t>,
    /// Amounts in their unit: 万 has four digits more.
    currency: Currency,
}

impl<'t> Values<'t> {
    pub(super) fn new(view: View<'t>) -> Self {
        let mut currency = view.table.header.currency;
        if view.unit == Unit::Wan {
            currency.exponent = currency.exponent.saturating_add(4);
        }
        Self { view, currency }
    }

    pub(super) fn label(&self, key: &'t str) -> &'t str {
        self.view.lang.label(key)
    }

    /// The name of the sheet.
    pub(super) fn title(&self) -> String {
        let key = format!("report:{}", self.view.table.report);
        sheet_name(self.view.lang.label(&key))
    }

    /// How many minor units are one of what is shown.
    pub(super) fn minor_units(&self) -> u64 {
        10_u64.checked_pow(u32::from(self.currency.exponent)).unwrap_or(1)
    }

    /// What stands in a row's cell.
    pub(super) fn of(&self, row: &[Cell], place: usize, column: &Column) -> Value {
        let cell = row.get(place).unwrap_or(&Cell::Empty);
        let other = |key: &str| {
            let place = self.view.table.place(key);
            place
                .and_then(|place| row.get(place))
                .map_or(Value::Blank, |cell| self.one(cell, column))
        };
        match (column.key, cell) {
            // Without a Chinese name, the other one.
            ("name_zh", Cell::Empty) => other("name"),
            ("title_zh", Cell::Empty) => other("title"),
            _ => self.one(cell, column),
        }
    }

    fn one(&self, cell: &Cell, column: &Column) -> Value {
        let lang = self.view.lang;
        match cell {
            Cell::Empty => Value::Blank,
            Cell::Text(text) if column.kind == Kind::Word => text_of(lang.word(text)),
            Cell::Text(text) => text_of(text),
            Cell::Texts(texts) => text_of(&texts.join(" ")),
            Cell::Said(en, zh) => text_of(lang.choose(en, zh)),
            Cell::Amount(amount) => self.amount(*amount),
            Cell::Ratio(ratio) => match (ratio.decimal(6), ratio.percent()) {
                (Some(plain), Some(percent)) => {
                    let shown = grouped(&percent).len().saturating_add(1);
                    double(&plain).map_or(Value::Text(plain), |number| Value::Number(number, shown))
                }
                _ => Value::Word(lang.label("not_applicable").to_owned()),
            },
            Cell::Date(date) => {
                day(*date).map_or_else(|| Value::Text(date.to_string()), Value::Day)
            }
            Cell::Instant(at) => Value::Text(instant_text(*at)),
            Cell::Count(count) => {
                let plain = count.to_string();
                let width = plain.len();
                double(&plain).map_or(Value::Text(plain), |number| Value::Number(number, width))
            }
            Cell::Flag(true) if column.key == "below_zero" => Value::Word("!".to_owned()),
            Cell::Flag(true) => Value::Word(lang.label("yes").to_owned()),
            Cell::Flag(false) => Value::Blank,
        }
    }

    fn amount(&self, amount: Amount) -> Value {
        let plain = self.currency.plain(amount);
        let Some(number) = double(&plain) else { return Value::Text(plain) };
        let shown = match self.view.unit {
            Unit::Major => self.currency.grouped(amount),
            Unit::Wan => {
                let currency = self.view.table.header.currency;
                grouped(&wan(amount, currency).unwrap_or_default())
            }
        };
        Value::Number(number, shown.len())
    }
}

/// A label as the name of a sheet.
pub(super) fn sheet_name(label: &str) -> String {
    let is_refused = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    label.chars().map(|c| if is_refused(c) { ' ' } else { c }).take(31).collect()
}

fn text_of(text: &str) -> Value {
    if text.is_empty() { Value::Blank } else { Value::Text(safe(text)) }
}

/// Decimal text as a double; nothing where it has more digits than one keeps.
fn double(plain: &str) -> Option<f64> {
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    if significant > DIGITS { None } else { plain.parse().ok() }
}

/// A day as spreadsheets count it. They disagree about days before March 1900, and know none after 9999.
pub(super) fn day(date: Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    let is_counted = (1900, 3) <= (year, month) && year <= 9_999;
    ExcelDateTime::from_ymd(year, month, day).ok().filter(|_| is_counted)
}

/// The text as it fits into a cell, and whether it had to be cut.
pub(super) fn fitting(text: String) -> (String, bool) {
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return (text, false);
    }
    let (mut out, mut taken) = (String::new(), 1_usize);
    for c in text.chars() {
        taken = taken.saturating_add(c.len_utf16());
        if taken > LONGEST {
            break;
        }
        out.push(c);
    }
    out.push('…');
    (out, true)
}

/// True for text that not every spreadsheet shows in a cell of the format "text".
pub(super) fn is_long(text: &str) -> bool {
    text.len() > LONG && text.encode_utf16().count() > LONG
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_where_a_double_keeps_all_its_digits() {
        for (plain, number) in [
            ("0.00", Some(0.0)),
            ("-1234567.89", Some(-1_234_567.89)),
            ("9999999999999.99", Some(9_999_999_999_999.99)),
            ("99999999999999.99", None),
            ("123456789012345000.00", Some(123_456_789_012_345_000.0)),
            ("1234567890123456.00", None),
            ("0.000000000000001", Some(1e-15)),
        ] {
            assert_eq!(double(plain), number, "{plain}");
            if let Some(number) = number {
                let back: f64 = number.to_string().parse().unwrap();
                assert_eq!(back, number);
            }
        }
    }

    #[test]
    fn a_day_that_spreadsheets_count_otherwise_is_text() {
        let is_day = |text| day(Date::parse(text).unwrap()).is_some();
        assert!(is_day("1900-03-01") && is_day("2002-02-28") && is_day("9999-12-31"));
        assert!(!is_day("1900-02-28") && !is_day("1899-12-31") && !is_day("0001-01-01"));
    }

    #[test]
    fn a_text_that_is_longer_than_a_cell_is_cut_between_characters() {
        assert_eq!(fitting("浦东".to_owned()), ("浦东".to_owned(), false));
        let whole = "名".repeat(LONGEST);
        assert_eq!(fitting(whole.clone()), (whole, false));
        let (cut, is_cut) = fitting("\u{20000}".repeat(20_000));
        assert!(
            is_cut && cut.ends_with('…') && cut.encode_utf16().count() == LONGEST,
            "{}",
            cut.len()
        );
    }

    #[test]
    fn a_name_of_a_sheet_is_one_that_spreadsheets_take() {
        assert_eq!(sheet_name("预算执行情况表"), "预算执行情况表");
        assert_eq!(sheet_name("a/b:c'"), "a b c ");
        assert_eq!(sheet_name(&"x".repeat(40)).len(), 31);
    }
}
