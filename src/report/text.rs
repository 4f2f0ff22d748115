//! A report as a table for people: columns aligned by the width of their characters, figures to the
//! right with thousands separators, percentages with two digits, labels in the reader's language.
//!
//! Names come from strangers: what could steer a terminal or turn the reading order is written as
//! its code point. A name is cut at 40 columns; a code never is. The unit 万 rounds half to even, and
//! says so where rounded rows do not add up to the rounded total.

use super::labels::Lang;
use super::table::{Cell, Column, Kind, Note, Shown, Table};
use crate::domain::calendar::instant_text;
use crate::domain::money::{Amount, Currency};
use crate::projection::ratio::Ratio;
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

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

/// The table.
#[must_use]
pub fn write(table: &Table, lang: Lang, unit: Unit) -> String {
    let view = View { table, lang, unit };
    let mut out = view.head();
    if table.rows.is_empty() {
        let _ = writeln!(out, "{}", lang.label("nothing"));
    } else {
        view.grid(&mut out);
    }
    let rounded = view.rounding_note();
    for note in table.notes.iter().chain(&rounded) {
        let text = match lang {
            Lang::En => &note.en,
            Lang::Zh => &note.zh,
        };
        let _ = writeln!(out, "\n{}", safe(text));
    }
    out
}

/// Text that cannot steer a terminal: control and reading-order characters as their code points.
///
/// ```
/// use earmark::report::text::safe;
/// assert_eq!(safe("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
/// assert_eq!(safe("社保卡"), "社保卡");
/// ```
#[must_use]
pub fn safe(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}'
            )
            || ('\u{202A}'..='\u{202E}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars().fold(0, |sum, c| sum.saturating_add(c.width().unwrap_or(0)))
}

/// The text, cut to `columns` with an ellipsis.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut out, mut taken) = (String::new(), 1_usize);
    for c in text.chars() {
        taken = taken.saturating_add(c.width().unwrap_or(0));
        if taken > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
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
fn wan(amount: Amount, currency: Currency) -> Option<String> {
    let digits = u32::from(currency.exponent).checked_add(4)?;
    let denominator = 10_i128.checked_pow(digits)?;
    Ratio { numerator: amount.0, denominator }.decimal(WAN_DIGITS)
}

struct View<'t> {
    table: &'t Table,
    lang: Lang,
    unit: Unit,
}

impl View<'_> {
    fn head(&self) -> String {
        let (lang, header) = (self.lang, &self.table.header);
        let title = lang.label(&format!("report:{}", self.table.report)).to_owned();
        let mut lines = format!("{title} · {}\n", safe(&header.name));
        let mut facts = vec![
            format!("{} {}", header.head.size, lang.label("entries")),
            format!("{} {}", lang.label("head"), header.head.hash),
        ];
        if let Some(day) = header.as_of {
            facts.push(format!("{} {day}", lang.label("as_of")));
        }
        if let Some(size) = header.as_known_at {
            facts.push(format!("{} {size}", lang.label("as_known_at")));
        }
        if !header.filter.is_empty() {
            facts.push(format!("{} {}", lang.label("filter"), safe(&header.filter.join(" "))));
        }
        let _ = writeln!(lines, "{}", facts.join(" · "));
        if self.shown().iter().any(|(_, column)| column.kind == Kind::Amount) {
            let _ = writeln!(lines, "{}", self.unit_text());
        }
        lines.push('\n');
        lines
    }

    fn unit_text(&self) -> String {
        let (label, currency) = (self.lang.label("unit"), self.table.header.currency);
        let is_yuan = &currency.code == b"CNY";
        match (self.lang, self.unit) {
            (Lang::En, Unit::Major) => format!("{label} {currency}"),
            (Lang::En, Unit::Wan) => format!("{label} 10,000 {currency}"),
            (Lang::Zh, Unit::Major) if is_yuan => format!("{label}元"),
            (Lang::Zh, Unit::Wan) if is_yuan => format!("{label}万元"),
            (Lang::Zh, Unit::Major) => format!("{label}{currency}"),
            (Lang::Zh, Unit::Wan) => format!("{label}万 {currency}"),
        }
    }

    /// Places of the columns that are shown.
    fn shown(&self) -> Vec<(usize, &Column)> {
        let is_used = |place: usize| {
            let cells = self.table.rows.iter().chain(&self.table.totals);
            cells.filter_map(|row| row.get(place)).any(|cell| !cell.is_blank())
        };
        let columns = self.table.columns.iter().enumerate();
        columns
            .filter(|(place, column)| match (column.key, self.lang, column.shown) {
                // One name, in the reader's language.
                ("name_zh" | "title_zh", Lang::En, _)
                | ("name" | "title", Lang::Zh, _)
                | (_, _, Shown::InData) => false,
                (_, _, Shown::Always) => true,
                (_, _, Shown::WhenUsed) => is_used(*place),
            })
            .collect()
    }

    fn grid(&self, out: &mut String) {
        let shown = self.shown();
        let labels = shown.iter().map(|(_, c)| self.lang.label(c.key).to_owned()).collect();
        let mut lines: Vec<Vec<String>> = vec![labels];
        let line = |row: &Vec<Cell>| -> Vec<String> {
            shown.iter().map(|(place, column)| self.cell(row, *place, column)).collect()
        };
        for row in &self.table.rows {
            let mut cells = line(row);
            if let Some(first) = cells.first_mut().filter(|first| first.is_empty()) {
                self.lang.label("none").clone_into(first);
            }
            lines.push(cells);
        }
        if let Some(totals) = &self.table.totals {
            let mut cells = line(totals);
            if let Some(first) = cells.first_mut() {
                self.lang.label("total").clone_into(first);
            }
            lines.push(cells);
        }
        let widths: Vec<usize> = (0..shown.len())
            .map(|i| lines.iter().filter_map(|line| line.get(i)).map(|c| width(c)).max())
            .map(Option::unwrap_or_default)
            .collect();
        let rule: String = {
            let dashes: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
            dashes.join("  ")
        };
        let last = lines.len().saturating_sub(1);
        for (n, cells) in lines.iter().enumerate() {
            if n == 1 || (n == last && n > 1 && self.table.totals.is_some()) {
                let _ = writeln!(out, "{rule}");
            }
            let padded = cells.iter().zip(&shown).zip(&widths).map(|((text, (_, column)), w)| {
                let space = " ".repeat(w.saturating_sub(width(text)));
                if is_right(column.kind) {
                    format!("{space}{text}")
                } else {
                    format!("{text}{space}")
                }
            });
            let text = padded.collect::<Vec<_>>().join("  ");
            let _ = writeln!(out, "{}", text.trim_end());
        }
    }

    fn cell(&self, row: &[Cell], place: usize, column: &Column) -> String {
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
            Cell::Amount(amount) => self.amount(*amount),
            Cell::Ratio(ratio) => match ratio.percent() {
                Some(percent) => group(&percent),
                None => self.lang.label("not_applicable").to_owned(),
            },
            Cell::Date(date) => date.to_string(),
            Cell::Instant(at) => instant_text(*at),
            Cell::Count(count) => count.to_string(),
            Cell::Flag(true) if column.key == "below_zero" => "!".to_owned(),
            Cell::Flag(true) => self.lang.label("yes").to_owned(),
            Cell::Flag(false) => String::new(),
        }
    }

    fn amount(&self, amount: Amount) -> String {
        let currency = self.table.header.currency;
        match self.unit {
            Unit::Major => currency.grouped(amount),
            Unit::Wan => wan(amount, currency).map_or_else(String::new, |plain| group(&plain)),
        }
    }

    /// Columns whose exact rows add up to the total and whose rounded rows do not.
    fn rounding_note(&self) -> Option<Note> {
        let totals = self.table.totals.as_ref().filter(|_| self.unit == Unit::Wan)?;
        let off = self.shown().into_iter().filter(|(place, _)| self.is_off(totals, *place));
        let keys: Vec<&str> = off.map(|(_, column)| column.key).collect();
        if keys.is_empty() {
            return None;
        }
        let named = |lang: Lang| keys.iter().map(|key| lang.label(key)).collect::<Vec<_>>();
        Some(Note {
            en: format!(
                "Rounded to 0.01 of the unit, rows do not add up to the total in: {}. Exact: -O csv.",
                named(Lang::En).join(", ")
            ),
            zh: format!(
                "四舍六入五成双至0.01，以下各列分项之和与合计有尾差：{}。精确数见 -O csv。",
                named(Lang::Zh).join("、")
            ),
        })
    }

    fn is_off(&self, totals: &[Cell], place: usize) -> bool {
        let Some(Cell::Amount(total)) = totals.get(place) else { return false };
        let amounts: Vec<Amount> = (self.table.rows.iter())
            .filter_map(|row| match row.get(place) {
                Some(Cell::Amount(amount)) => Some(*amount),
                Some(_) | None => None,
            })
            .collect();
        // In hundredths of 万: the rounded text without its point.
        let hundredths = |amount: Amount| {
            let text = wan(amount, self.table.header.currency)?;
            text.replace('.', "").parse::<i128>().ok()
        };
        let rounded =
            amounts.iter().try_fold(0_i128, |sum, amount| sum.checked_add(hundredths(*amount)?));
        Amount::sum(amounts.iter().copied()) == Some(*total) && rounded != hundredths(*total)
    }
}

fn is_right(kind: Kind) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::entry::Head;
    use crate::report::table::{Header, Spec};

    const SPEC: Spec = Spec {
        name: "balance",
        keys: &[],
        columns: &[
            Column::new("fund", Kind::Code),
            Column::new("name", Kind::Name),
            Column::new("name_zh", Kind::Name),
            Column::new("available", Kind::Amount),
            Column::used("lapsed", Kind::Amount),
            Column::new("execution_rate", Kind::Ratio),
            Column::used("below_zero", Kind::Flag),
            Column::data("officer", Kind::Code),
        ],
    };

    fn table(rows: &[(&str, &str, &str, i128)]) -> Table {
        let header = Header {
            ledger: "07".to_owned(),
            name: "Pudong 浦东".to_owned(),
            head: Head { size: 3, ..Head::default() },
            as_of: None,
            as_known_at: None,
            filter: vec!["fund:PD".to_owned()],
            currency: Currency::named("CNY").unwrap(),
        };
        let mut table = SPEC.table(&[], header);
        for (fund, name, zh, amount) in rows {
            let zh = Some(*zh).filter(|zh| !zh.is_empty());
            let rate = Ratio { numerator: *amount, denominator: 10_000_000 };
            table.rows.push(vec![
                (*fund).into(),
                (*name).into(),
                zh.into(),
                Amount(*amount).into(),
                Amount::ZERO.into(),
                rate.into(),
                (*amount < 0).into(),
                "hidden".into(),
            ]);
        }
        let sum = Amount(rows.iter().fold(0, |sum, row| sum.saturating_add(row.3)));
        table.set_totals(vec![
            ("available", sum.into()),
            ("execution_rate", Ratio::NOT_APPLICABLE.into()),
        ]);
        table
    }

    fn body(text: &str) -> Vec<&str> {
        text.lines().skip_while(|line| !line.is_empty()).skip(1).collect()
    }

    #[test]
    fn wide_characters_line_up() {
        let table = table(&[
            ("PD", "Special fund", "信息化专项", 123_456_789),
            ("沪财〔2002〕", "X", "", -5),
        ]);
        let text = write(&table, Lang::Zh, Unit::Major);
        assert!(text.starts_with("余额表 · Pudong 浦东\n3 条目 · 链头 000000"), "{text}");
        assert!(text.contains("筛选 fund:PD\n单位：元\n\n"), "{text}");
        assert_eq!(
            body(&text),
            [
                "资金          名称                可用   执行率%  ！",
                "────────────  ──────────  ────────────  ────────  ──",
                "PD            信息化专项  1,234,567.89  1,234.57",
                "沪财〔2002〕  X                  -0.05      0.00  !",
                "────────────  ──────────  ────────────  ────────  ──",
                "合计                      1,234,567.84    不适用",
            ]
        );
    }

    #[test]
    fn hostile_text_cannot_steer_the_terminal() {
        let table = table(&[("A", "\u{1b}[31m\u{202e}evil\n", "", 1)]);
        let text = write(&table, Lang::En, Unit::Major);
        assert!(text.contains("\\u{1b}[31m\\u{202e}evil\\u{a}"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn long_names_are_cut_and_codes_are_not() {
        assert_eq!(cut("信息化建设专项资金", 10), "信息化建…");
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        let long = "名".repeat(60);
        let text = write(&table(&[(&long, &long, "", 1)]), Lang::En, Unit::Major);
        assert!(text.contains(&long) && text.contains(&format!("{}…", "名".repeat(19))), "{text}");
    }

    #[test]
    fn ten_thousands_say_when_rounding_shows() {
        // 0.5 + 0.5 fen-hundredths: 50.00 each is 0.00 万 (half to even), the total 100.00 is 0.01.
        let uneven = table(&[("A", "a", "", 5_000), ("B", "b", "", 5_000)]);
        let text = write(&uneven, Lang::En, Unit::Wan);
        assert!(text.contains("amounts in 10,000 CNY"), "{text}");
        assert!(text.contains("rows do not add up to the total in: Available."), "{text}");
        let zh = write(&uneven, Lang::Zh, Unit::Wan);
        assert!(zh.contains("单位：万元") && zh.contains("尾差：可用"), "{zh}");
        let even = table(&[("A", "a", "", 1_000_000_000), ("B", "b", "", 2_000_000)]);
        let text = write(&even, Lang::En, Unit::Wan);
        assert!(text.contains("1,000.00") && !text.contains("add up"), "{text}");
        assert!(!write(&uneven, Lang::En, Unit::Major).contains("add up"));
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let text = write(&table(&[]), Lang::En, Unit::Major);
        assert!(text.ends_with("\nno rows\n"), "{text}");
    }
}
