//! A report as a table for people: columns aligned by the width of their characters, figures to the
//! right with thousands separators, percentages with two digits, labels in the reader's language.
//!
//! Names come from strangers: what could steer a terminal or turn the reading order is written as
//! its code point. A name is cut at 40 columns; a code never is. The unit 万 rounds half to even, and
//! says so where rounded rows do not add up to the rounded total.
//!
//! A table is written as its rows come: the first thousand set the widths, and a longer table shows
//! every column that a row may use, for nobody knows what is still to come.

use super::table::{Cell, Column, Identity, Kind, Note, Shown, Table};
use crate::domain::calendar::instant_text;
use crate::domain::money::{Amount, Currency};
use crate::projection::ratio::Ratio;
use crate::words::Lang;
use std::fmt::Write;
use std::io;
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

/// How many rows set the widths of a table.
pub const MEASURED_ROWS: usize = 1_000;

/// A table that is being written.
pub(super) struct Grid<'t> {
    view: View<'t>,
    /// Rows that wait until the widths are known.
    waiting: Vec<Vec<Cell>>,
    /// The columns that are shown, with their widths, once they are known.
    set: Option<Vec<Shape>>,
    rounding: Rounding,
}

/// A column that is shown.
#[derive(Debug, Clone, Copy)]
struct Shape {
    place: usize,
    column: Column,
    width: usize,
}

impl<'t> Grid<'t> {
    /// A table of `table`'s header and columns; its own rows are not looked at.
    pub(super) fn new(table: &'t Table, lang: Lang, unit: Unit) -> Self {
        let view = View { table, lang, unit };
        let rounding = Rounding::new(table);
        Self { view, waiting: Vec::new(), set: None, rounding }
    }

    /// The next row.
    ///
    /// # Errors
    /// What the writer refuses.
    pub(super) fn row(&mut self, out: &mut dyn io::Write, cells: Vec<Cell>) -> io::Result<()> {
        if self.view.unit == Unit::Wan {
            self.rounding.add(&cells, self.view.table.header.currency);
        }
        if let Some(shapes) = &self.set {
            return out.write_all(self.view.line(&cells, shapes).as_bytes());
        }
        self.waiting.push(cells);
        if self.waiting.len() > MEASURED_ROWS {
            self.begin(out, None)?;
            out.flush()?;
        }
        Ok(())
    }

    /// The total and the notes.
    ///
    /// # Errors
    /// What the writer refuses.
    pub(super) fn end(
        mut self,
        out: &mut dyn io::Write,
        totals: Option<&Vec<Cell>>,
        notes: &[Note],
    ) -> io::Result<()> {
        if self.set.is_none() {
            self.begin(out, totals)?;
        }
        let shapes = self.set.unwrap_or_default();
        let mut text = String::new();
        if let Some(totals) = totals.filter(|_| !shapes.is_empty()) {
            let _ = writeln!(text, "{}", rule(&shapes));
            text.push_str(&self.view.labelled(totals, &shapes, "total", true));
        }
        let rounded =
            totals.and_then(|totals| self.view.rounding_note(&self.rounding, totals, &shapes));
        for note in notes.iter().chain(&rounded) {
            let _ = writeln!(text, "\n{}", safe(note.text(self.view.lang)));
        }
        out.write_all(text.as_bytes())
    }

    /// Head, labels and the rows that waited.
    fn begin(&mut self, out: &mut dyn io::Write, totals: Option<&Vec<Cell>>) -> io::Result<()> {
        let is_cut = self.waiting.len() > MEASURED_ROWS;
        let shapes = self.view.shapes(&self.waiting, totals, is_cut);
        let mut text = self.view.head(&shapes);
        if self.waiting.is_empty() {
            let _ = writeln!(text, "{}", self.view.lang.label("nothing"));
            self.set = Some(Vec::new());
            return out.write_all(text.as_bytes());
        }
        text.push_str(&self.view.labels(&shapes));
        let _ = writeln!(text, "{}", rule(&shapes));
        for row in std::mem::take(&mut self.waiting) {
            text.push_str(&self.view.line(&row, &shapes));
        }
        self.set = Some(shapes);
        out.write_all(text.as_bytes())
    }
}

fn rule(shapes: &[Shape]) -> String {
    let dashes: Vec<String> = shapes.iter().map(|shape| "─".repeat(shape.width)).collect();
    dashes.join("  ")
}

/// Sums of exact and of rounded amounts, a column each; nothing once one is beyond what can be counted.
struct Rounding(Vec<Option<(i128, i128)>>);

impl Rounding {
    fn new(table: &Table) -> Self {
        Self(vec![Some((0, 0)); table.columns.len()])
    }

    fn add(&mut self, cells: &[Cell], currency: Currency) {
        for (sum, cell) in self.0.iter_mut().zip(cells) {
            if let Cell::Amount(amount) = cell {
                *sum = sum.and_then(|(exact, rounded)| {
                    let here = hundredths(*amount, currency)?;
                    Some((exact.checked_add(amount.0)?, rounded.checked_add(here)?))
                });
            }
        }
    }

    /// True if exact rows add up to the total and rounded ones do not.
    fn is_off(&self, place: usize, total: Amount, currency: Currency) -> bool {
        let sums = self.0.get(place).copied().flatten();
        sums.is_some_and(|(exact, rounded)| {
            exact == total.0 && Some(rounded) != hundredths(total, currency)
        })
    }
}

/// Hundredths of 万: the rounded text without its point.
fn hundredths(amount: Amount, currency: Currency) -> Option<i128> {
    wan(amount, currency)?.replace('.', "").parse().ok()
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
    fn head(&self, shapes: &[Shape]) -> String {
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
        if header.identity == Identity::NotPinned {
            let _ = writeln!(lines, "{}", lang.label("identity:not_pinned"));
        }
        for note in &header.breaches {
            let _ = writeln!(lines, "{}", note.text(lang));
        }
        if shapes.iter().any(|shape| shape.column.kind == Kind::Amount) {
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

    /// The columns that are shown for these rows, and how wide they are; `all`: whatever a row may use.
    fn shapes(&self, rows: &[Vec<Cell>], totals: Option<&Vec<Cell>>, all: bool) -> Vec<Shape> {
        let is_used = |place: usize| {
            let cells = rows.iter().chain(totals);
            all || cells.filter_map(|row| row.get(place)).any(|cell| !cell.is_blank())
        };
        let columns = self.table.columns.iter().enumerate();
        let shown = columns.filter(|(place, column)| match (column.key, self.lang, column.shown) {
            // One name, in the reader's language.
            ("name_zh" | "title_zh", Lang::En, _)
            | ("name" | "title", Lang::Zh, _)
            | (_, _, Shown::InData) => false,
            (_, _, Shown::Always) => true,
            (_, _, Shown::WhenUsed) => is_used(*place),
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

    fn width_of(&self, label: &str) -> usize {
        width(self.lang.label(label))
    }

    fn labels(&self, shapes: &[Shape]) -> String {
        let labels = shapes.iter().map(|shape| self.lang.label(shape.column.key).to_owned());
        aligned(labels, shapes)
    }

    /// A row; one without a key says so.
    fn line(&self, row: &[Cell], shapes: &[Shape]) -> String {
        self.labelled(row, shapes, "none", false)
    }

    /// A row whose first cell is a label, `always` or where it is empty.
    fn labelled(&self, row: &[Cell], shapes: &[Shape], label: &str, always: bool) -> String {
        let cells = shapes.iter().enumerate().map(|(n, shape)| {
            let text = self.cell(row, shape.place, &shape.column);
            let is_label = n == 0 && (always || text.is_empty());
            if is_label { self.lang.label(label).to_owned() } else { text }
        });
        aligned(cells, shapes)
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

    fn amount(&self, amount: Amount) -> String {
        let currency = self.table.header.currency;
        match self.unit {
            Unit::Major => currency.grouped(amount),
            Unit::Wan => wan(amount, currency).map_or_else(String::new, |plain| group(&plain)),
        }
    }

    /// Columns whose exact rows add up to the total and whose rounded rows do not.
    fn rounding_note(
        &self,
        rounding: &Rounding,
        totals: &[Cell],
        shapes: &[Shape],
    ) -> Option<Note> {
        let currency = self.table.header.currency;
        let is_off = |shape: &&Shape| match totals.get(shape.place) {
            Some(Cell::Amount(total)) => rounding.is_off(shape.place, *total, currency),
            Some(_) | None => false,
        };
        let off = shapes.iter().filter(|_| self.unit == Unit::Wan).filter(is_off);
        let keys: Vec<&str> = off.map(|shape| shape.column.key).collect();
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
}

/// Cells in their columns, as one line.
fn aligned(cells: impl Iterator<Item = String>, shapes: &[Shape]) -> String {
    let mut out = String::new();
    for (n, (text, shape)) in cells.zip(shapes).enumerate() {
        if n > 0 {
            out.push_str("  ");
        }
        let space = shape.width.saturating_sub(width(&text));
        if is_right(shape.column.kind) {
            out.extend(std::iter::repeat_n(' ', space));
            out.push_str(&text);
        } else {
            out.push_str(&text);
            out.extend(std::iter::repeat_n(' ', space));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
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
            identity: Identity::Pinned,
            breaches: Vec::new(),
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

    fn write(table: &Table, lang: Lang, unit: Unit) -> String {
        let style = crate::report::Style { lang, unit, raw: false };
        crate::report::write(table, crate::report::Format::Table, style)
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
        assert!(text.starts_with("指标余额表 · Pudong 浦东\n3 条目 · 末条指纹 000000"), "{text}");
        assert!(text.contains("筛选 fund:PD\n单位：元\n\n"), "{text}");
        assert_eq!(
            body(&text),
            [
                "资金          名称            可用指标   执行率%  ！",
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
        assert!(zh.contains("单位：万元") && zh.contains("尾差：可用指标"), "{zh}");
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
