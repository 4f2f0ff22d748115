//! A report as a table for people: columns aligned by the width of their characters, figures to the
//! right with thousands separators, percentages with two digits, labels in the reader's language.
//!
//! Names come from strangers: what could steer a terminal or turn the reading order is written as
//! its code point. A name is cut at 40 columns; a code never is. The unit 万 rounds half to even, and
//! says so where rounded rows do not add up to the rounded total.
//!
//! A table is written as its rows come: the first thousand set the widths, and a longer table shows
//! every column that a row may use, for nobody knows what is still to come. How it fits a page that is
//! narrower is for `fit`.

use super::Style;
use super::fit::{card, fitted, shortened};
use super::table::{Cell, Identity, Kind, Note, Table};
pub use super::view::Unit;
use super::view::{Shape, View, is_right, wan};
use super::width::{folded, width};
use crate::domain::money::{Amount, Currency};
use crate::words::Lang;
use crate::words::shown::safe;
use std::fmt::Write;
use std::io;

/// How many rows set the widths of a table.
pub const MEASURED_ROWS: usize = 1_000;

/// A table that is being written.
pub(super) struct Grid<'t> {
    view: View<'t>,
    /// Rows that wait until the widths are known.
    waiting: Vec<Vec<Cell>>,
    /// The columns that are shown, with their widths, once they are known.
    set: Option<Vec<Shape>>,
    /// A card a row, for a page that is too narrow.
    in_cards: bool,
    /// What is said of how it fits.
    fit: Option<Note>,
    rounding: Rounding,
}

impl<'t> Grid<'t> {
    /// A table of `table`'s header and columns; its own rows are not looked at.
    pub(super) fn new(table: &'t Table, style: Style) -> Self {
        let Style { lang, unit, columns: limit, .. } = style;
        let view = View { table, lang, unit, limit };
        let rounding = Rounding::new(table);
        Self { view, waiting: Vec::new(), set: None, in_cards: false, fit: None, rounding }
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
            let space = if self.in_cards { "\n" } else { "" };
            let line = self.view.line(&cells, shapes, self.in_cards);
            return out.write_all(format!("{space}{line}").as_bytes());
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
            if self.in_cards {
                text.push('\n');
                text.push_str(&card(&self.view, totals, &shapes, "total", true));
            } else {
                let _ = writeln!(text, "{}", rule(&shapes));
                text.push_str(&self.view.labelled(totals, &shapes, "total", true));
            }
        }
        let rounded =
            totals.and_then(|totals| self.view.rounding_note(&self.rounding, totals, &shapes));
        for note in notes.iter().chain(&rounded).chain(&self.fit) {
            let words = safe(note.text(self.view.lang));
            let _ = writeln!(text, "\n{}", folded(&words, self.view.limit));
        }
        out.write_all(text.as_bytes())
    }

    /// Head, labels and the rows that waited.
    fn begin(&mut self, out: &mut dyn io::Write, totals: Option<&Vec<Cell>>) -> io::Result<()> {
        let is_cut = self.waiting.len() > MEASURED_ROWS;
        let fitted = fitted(&self.view, &self.waiting, totals, is_cut);
        let (shapes, in_cards) = (fitted.shapes, fitted.in_cards);
        let mut text = self.view.head(&shapes);
        if self.waiting.is_empty() {
            let _ = writeln!(text, "{}", self.view.lang.label("nothing"));
            self.set = Some(Vec::new());
            return out.write_all(text.as_bytes());
        }
        (self.in_cards, self.fit) = (in_cards, fitted.note);
        if !in_cards {
            text.push_str(&self.view.labels(&shapes));
            let _ = writeln!(text, "{}", rule(&shapes));
        }
        for (n, row) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            text.push_str(if in_cards && n > 0 { "\n" } else { "" });
            text.push_str(&self.view.line(&row, &shapes, in_cards));
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

impl View<'_> {
    fn head(&self, shapes: &[Shape]) -> String {
        let (lang, header) = (self.lang, &self.table.header);
        let title = lang.label(&format!("report:{}", self.table.report)).to_owned();
        let name = folded(&format!("{title} · {}", safe(&header.name)), self.limit);
        let mut lines = format!("{name}\n");
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
        let _ = writeln!(lines, "{}", self.lines_of(&facts));
        if header.identity == Identity::NotPinned {
            let words = folded(lang.label("identity:not_pinned"), self.limit);
            let _ = writeln!(lines, "{words}");
        }
        for note in &header.breaches {
            let _ = writeln!(lines, "{}", folded(note.text(lang), self.limit));
        }
        if shapes.iter().any(|shape| shape.column.kind == Kind::Amount) {
            let _ = writeln!(lines, "{}", self.unit_text());
        }
        lines.push('\n');
        lines
    }

    /// Facts beside each other as far as the page goes.
    fn lines_of(&self, facts: &[String]) -> String {
        let limit = self.limit.unwrap_or(usize::MAX);
        let mut lines: Vec<String> = Vec::new();
        for fact in facts {
            let fits = |line: &&mut String| {
                width(line).saturating_add(width(fact)).saturating_add(3) <= limit
            };
            match lines.last_mut().filter(fits) {
                Some(line) => line.push_str(&format!(" · {fact}")),
                None => lines.push(folded(fact, self.limit)),
            }
        }
        lines.join("\n")
    }

    fn unit_text(&self) -> String {
        let space = self.lang.choose(" ", "");
        format!("{}{space}{}", self.lang.label("unit"), self.unit_name())
    }

    fn labels(&self, shapes: &[Shape]) -> String {
        let labels = shapes.iter().map(|shape| self.lang.label(shape.column.key).to_owned());
        aligned(labels, shapes)
    }

    /// A row; one without a key says so. One that is wider than the page, as those are not that were
    /// measured, is a card.
    fn line(&self, row: &[Cell], shapes: &[Shape], in_cards: bool) -> String {
        if in_cards {
            return card(self, row, shapes, "none", false);
        }
        let line = self.labelled(row, shapes, "none", false);
        let is_wide = self.limit.is_some_and(|limit| width(line.trim_end()) > limit);
        if is_wide { card(self, row, shapes, "none", false) } else { line }
    }

    /// A row whose first cell is a label, `always` or where it is empty.
    fn labelled(&self, row: &[Cell], shapes: &[Shape], label: &str, always: bool) -> String {
        let cells = shapes.iter().enumerate().map(|(n, shape)| {
            let text = self.cell(row, shape.place, &shape.column);
            let is_label = n == 0 && (always || text.is_empty());
            if is_label {
                self.lang.label(label).to_owned()
            } else {
                shortened(text, shape, self.limit)
            }
        });
        aligned(cells, shapes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::entry::Head;
    use crate::projection::ratio::Ratio;
    use crate::report::table::Column;
    use crate::report::table::{Header, Spec};
    use crate::report::width::cut;

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
            recorded_at: None,
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
        let style = crate::report::Style { lang, unit, ..crate::report::Style::default() };
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

    fn narrow(table: &Table, unit: Unit, columns: usize) -> String {
        let columns = Some(columns);
        let style = crate::report::Style { unit, columns, ..crate::report::Style::default() };
        crate::report::write(table, crate::report::Format::Table, style)
    }

    #[test]
    fn on_a_narrower_page_names_are_shorter() {
        let name = "A special fund for informatization";
        let table = table(&[("PD", name, "", 123_456_789)]);
        let full = write(&table, Lang::En, Unit::Major);
        assert_eq!(body(&narrow(&table, Unit::Major, 67)), body(&full));
        let text = narrow(&table, Unit::Major, 50);
        let row = body(&text)[2];
        assert_eq!(row, "PD     A special fund f…  1,234,567.89    1,234.57");
        assert!(!text.contains("A field a line"), "{text}");
    }

    #[test]
    fn columns_of_zeros_are_left_out_and_named() {
        let table = table(&[("PD", "A special fund", "", 0), ("X", "Another", "", 0)]);
        let text = narrow(&table, Unit::Major, 40);
        assert!(text.ends_with("\n\nLeft out to fit, 0 in every row:\nAvailable.\n"), "{text}");
        assert!(body(&text)[0].starts_with("Fund   Name            Executed %"), "{text}");
        assert!(write(&table, Lang::En, Unit::Major).contains("Available"));
    }

    #[test]
    fn what_does_not_fit_is_on_cards() {
        let table = table(&[("PD-INFO-2002", "Fund", "", 123_456_789_000), ("", "None", "", -500)]);
        let text = narrow(&table, Unit::Major, 52);
        let cards = [
            "PD-INFO-2002",
            "  Name        Fund",
            "  Available   1,234,567,890.00",
            "  Executed %      1,234,567.89",
            "",
            "(none)",
            "  Name        None",
            "  Available              -5.00",
            "  Executed %              0.00",
            "  !           !",
            "",
            "Total",
            "  Available   1,234,567,885.00",
            "  Executed %               n/a",
            "",
            "A field a line, for the table is 53 columns wide and",
            "this page 52; with --unit wan it is a table that",
            "fits.",
        ];
        assert_eq!(body(&text), cards);
        assert!(!narrow(&table, Unit::Wan, 52).contains("A field a line"));
        let text = narrow(&table, Unit::Major, 20);
        assert!(text.replace('\n', " ").contains("wider, it is a table."), "{text}");
        // A figure is whole, wherever it stands.
        assert!(text.contains("\n  Available\n    1,234,567,890.00\n"), "{text}");
    }

    #[test]
    fn a_row_that_was_not_measured_is_a_card_where_it_does_not_fit() {
        let mut all = table(&[("A", "a", "", 100)]);
        let row = all.rows[0].clone();
        all.rows = vec![row; MEASURED_ROWS + 1];
        let wide = "W".repeat(60);
        all.rows.push(table(&[(&wide, "b", "", 200)]).rows[0].clone());
        let text = narrow(&all, Unit::Major, 60);
        assert!(text.contains(&format!("\n{wide}\n  Name")), "{text}");
        assert!(text.lines().all(|line| width(line) <= 60), "{text}");
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let text = write(&table(&[]), Lang::En, Unit::Major);
        assert!(text.ends_with("\nno rows\n"), "{text}");
    }
}
