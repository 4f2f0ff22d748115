//! A table in a reader's language and unit: which columns are shown, how wide they are, and what stands in a
//! cell.

use super::table::{Cell, Column, Kind, Shown, Table};
use super::width::{cut, width};
use crate::domain::calendar::instant_text;
use crate::domain::money::{Amount, Currency};
use crate::projection::ratio::Ratio;
use crate::words::Lang;
use crate::words::shown::safe;
use std::fmt::Write;

/// The display unit of amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// The currency's major unit.
    #[default]
    Major,
    /// 万: ten thousand of them.
    Wan,
}

const NAME_COLUMNS: usize = 40;
/// Digits after the point in 万.
const WAN_DIGITS: u32 = 2;

/// A column that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) place: usize,
    pub(super) column: Column,
    pub(super) width: usize,
}

/// A table in a reader's language and unit.
pub(super) struct View<'t> {
    pub(super) table: &'t Table,
    pub(super) lang: Lang,
    pub(super) unit: Unit,
    /// Columns of the page; nothing for one without an end.
    pub(super) limit: Option<usize>,
}

impl View<'_> {
    /// The same table in another unit.
    pub(super) fn in_unit(&self, unit: Unit) -> Self {
        Self { table: self.table, lang: self.lang, unit, limit: self.limit }
    }

    /// The columns that are shown for these rows, and how wide they are; `all`: whatever a row may use.
    pub(super) fn shapes(
        &self,
        rows: &[Vec<Cell>],
        totals: Option<&Vec<Cell>>,
        all: bool,
    ) -> Vec<Shape> {
        let is_used = |place: usize| {
            let cells = rows.iter().chain(totals);
            all || cells.filter_map(|row| row.get(place)).any(|cell| !cell.is_blank())
        };
        let columns = self.table.columns.iter().enumerate();
        let shown = columns.filter(|(place, column)| match column.shown {
            _ if !is_in_language(column.key, self.lang) => false,
            Shown::InData => false,
            Shown::Always => true,
            Shown::WhenUsed => is_used(*place),
        });
        let shapes = shown.enumerate().map(|(n, (place, column))| {
            let rows = rows.iter().map(|row| {
                let width = width(&self.cell(row, place, column));
                // What stands in the first column of a row without a key.
                if n == 0 && width == 0 { self.width_of("none") } else { width }
            });
            let totals = totals.map(|row| width(&self.cell(row, place, column)));
            let total = totals.filter(|_| n > 0).or(totals.map(|_| self.width_of("total")));
            let label = self.width_of(column.key);
            let width = rows.chain(total).fold(label, usize::max);
            Shape { place, column: *column, width }
        });
        shapes.collect()
    }

    pub(super) fn width_of(&self, label: &str) -> usize {
        width(self.lang.label(label))
    }

    pub(super) fn cell(&self, row: &[Cell], place: usize, column: &Column) -> String {
        let cell = row.get(place).unwrap_or(&Cell::Empty);
        match (column.key, cell) {
            // Without a Chinese name, the other one.
            ("name_zh", Cell::Empty) => self.other(row, "name", column),
            ("title_zh", Cell::Empty) => self.other(row, "title", column),
            _ => self.text(cell, column),
        }
    }

    fn other(&self, row: &[Cell], key: &str, column: &Column) -> String {
        let place = self.table.place(key).and_then(|place| row.get(place));
        place.map_or_else(String::new, |cell| self.text(cell, column))
    }

    fn text(&self, cell: &Cell, column: &Column) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => match column.kind {
                Kind::Word => safe(self.lang.word(text)),
                Kind::Name => cut(&safe(text), NAME_COLUMNS),
                Kind::Code
                | Kind::Codes
                | Kind::Amount
                | Kind::Ratio
                | Kind::Points
                | Kind::Date
                | Kind::Instant
                | Kind::Count
                | Kind::Flag => safe(text),
            },
            Cell::Texts(texts) => safe(&texts.join(" ")),
            Cell::Said(en, zh) => safe(self.lang.choose(en, zh)),
            Cell::Amount(amount) => self.amount(*amount),
            Cell::Ratio(ratio) => match ratio.percent() {
                Some(percent) => group(&percent),
                None => self.lang.label("not_applicable").to_owned(),
            },
            Cell::Date(date) => date.to_string(),
            Cell::Instant(at) => instant_text(*at),
            Cell::Count(count) if column.key == "reversed_by" => {
                format!("{} @{count}", self.lang.label("word:reversed"))
            }
            Cell::Count(count) => count.to_string(),
            Cell::Flag(true) if column.key == "below_zero" => "!".to_owned(),
            Cell::Flag(true) => self.lang.label("yes").to_owned(),
            Cell::Flag(false) => String::new(),
        }
    }

    /// The name of the unit: `CNY`, `万元`.
    pub(super) fn unit_name(&self) -> String {
        let currency = self.table.header.currency;
        let is_yuan = &currency.code == b"CNY";
        match (self.lang, self.unit) {
            (Lang::En, Unit::Major) => currency.to_string(),
            (Lang::En, Unit::Wan) => format!("10,000 {currency}"),
            (Lang::Zh, Unit::Major) if is_yuan => "元".to_owned(),
            (Lang::Zh, Unit::Wan) if is_yuan => "万元".to_owned(),
            (Lang::Zh, Unit::Major) => currency.to_string(),
            (Lang::Zh, Unit::Wan) => format!("万 {currency}"),
        }
    }

    fn amount(&self, amount: Amount) -> String {
        let currency = self.table.header.currency;
        match self.unit {
            Unit::Major => currency.grouped(amount),
            Unit::Wan => wan(amount, currency).map_or_else(String::new, |plain| group(&plain)),
        }
    }
}

/// False for the name in the other language: a reader sees one.
pub(super) fn is_in_language(key: &str, lang: Lang) -> bool {
    !matches!((key, lang), ("name_zh" | "title_zh", Lang::En) | ("name" | "title", Lang::Zh))
}

/// `digits` with thousands separators: `-1234.50` → `-1,234.50`.
fn group(plain: &str) -> String {
    let (sign, rest) = plain.strip_prefix('-').map_or(("", plain), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut out = sign.to_owned();
    for (i, digit) in whole.chars().enumerate() {
        if i != 0 && whole.len().saturating_sub(i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        let _ = write!(out, ".{fraction}");
    }
    out
}

/// An amount in 万, rounded half to even, without separators.
pub(super) fn wan(amount: Amount, currency: Currency) -> Option<String> {
    let digits = u32::from(currency.exponent).checked_add(4)?;
    let denominator = 10_i128.checked_pow(digits)?;
    Ratio { numerator: amount.0, denominator }.decimal(WAN_DIGITS)
}

pub(super) fn is_right(kind: Kind) -> bool {
    match kind {
        Kind::Amount | Kind::Ratio | Kind::Points | Kind::Count => true,
        Kind::Code
        | Kind::Name
        | Kind::Word
        | Kind::Codes
        | Kind::Date
        | Kind::Instant
        | Kind::Flag => false,
    }
}
