//! One thing on a page: its fields below each other, labels aligned by the width of their characters.

use crate::domain::calendar::instant_text;
use crate::domain::money::Currency;
use crate::report::table::{Cell, Column, Kind, Table};
use crate::words::shown::for_terminal;
use crate::words::{self, Lang};
use unicode_width::UnicodeWidthStr;

/// Fields with their labels.
#[derive(Debug, Default)]
pub(super) struct Card {
    lines: Vec<(String, String)>,
}

impl Card {
    /// Adds a field; one without a value is left out.
    pub(super) fn add(&mut self, label: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.lines.push((label.to_owned(), value));
        }
    }

    /// Adds every field of a row of a report.
    pub(super) fn add_row(&mut self, table: &Table, row: &[Cell], lang: Lang) {
        for (column, cell) in table.columns.iter().zip(row) {
            self.add(lang.label(column.key), text(cell, column, table.header.currency, lang));
        }
    }

    /// The text, each line two columns in.
    pub(super) fn text(&self) -> String {
        let widest = self.lines.iter().map(|(label, _)| label.width()).max().unwrap_or_default();
        let mut out = String::new();
        for (label, value) in &self.lines {
            let space = " ".repeat(widest.saturating_sub(label.width()));
            for (place, value) in value.lines().enumerate() {
                let label = if place == 0 { label.clone() } else { " ".repeat(label.width()) };
                out.push_str(&format!("  {label}{space}  {}\n", for_terminal(value)));
            }
        }
        out
    }
}

fn text(cell: &Cell, column: &Column, currency: Currency, lang: Lang) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) if column.kind == Kind::Word => lang.word(text).to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Texts(texts) => texts.join(" "),
        Cell::Said(en, zh) => lang.choose(en, zh).clone(),
        Cell::Amount(amount) => words::money(&currency.money(*amount), lang),
        Cell::Ratio(ratio) => {
            ratio.percent().unwrap_or_else(|| lang.label("not_applicable").to_owned())
        }
        Cell::Date(date) => date.to_string(),
        Cell::Instant(at) => instant_text(*at),
        Cell::Count(count) => count.to_string(),
        Cell::Flag(true) => lang.label("yes").to_owned(),
        Cell::Flag(false) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_aligned_by_their_width_and_values_cannot_move_a_terminal() {
        let mut card = Card::default();
        card.add("资金", "PD-INFO");
        card.add("empty", "");
        card.add("name", "a\u{1b}[2J");
        card.add("moves", "one\ntwo");
        assert_eq!(
            card.text(),
            "  资金   PD-INFO\n  name   a\\u{1b}[2J\n  moves  one\n         two\n"
        );
    }
}
