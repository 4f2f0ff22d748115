//! CSV for people with a spreadsheet (`--excel`, schemas/report.md): the mark of UTF-8, labels and words in the
//! reader's language, and a wider guard than that of CSV for programs.
//!
//! Text is always in quotes, so that a spreadsheet that also parts cells at `;` or tabs finds none in it. A
//! text gets a leading `'` where the first character that can be seen is one that a spreadsheet would run, in
//! whichever width it is written, and where a tab or line break stands before it.

use super::table::{Cell, Column, Kind, Table};
use super::view::is_in_language;
use super::{csv, data_text};
use crate::words::Lang;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The mark of UTF-8, without which a spreadsheet takes the text for another encoding.
const MARK: char = '\u{feff}';

/// Rows of a table, as a spreadsheet takes them.
#[derive(Debug)]
pub(super) struct Rows<'t> {
    table: &'t Table,
    lang: Lang,
}

impl<'t> Rows<'t> {
    pub(super) fn new(table: &'t Table, lang: Lang) -> Self {
        Self { table, lang }
    }

    /// The columns that there are: all but the name in the other language.
    fn columns(&self) -> impl Iterator<Item = (usize, &'t Column)> {
        let lang = self.lang;
        let columns = self.table.columns.iter().enumerate();
        columns.filter(move |(_, column)| is_in_language(column.key, lang))
    }

    /// The mark and the labels.
    pub(super) fn head(&self) -> String {
        let labels = self.columns().map(|(_, column)| text(self.lang.label(column.key)));
        format!("{MARK}{}", csv::joined(labels))
    }

    /// A row.
    pub(super) fn row(&self, cells: &[Cell]) -> String {
        csv::joined(self.columns().map(|(place, column)| self.cell(cells, place, column)))
    }

    fn cell(&self, cells: &[Cell], place: usize, column: &Column) -> String {
        let at = |place: Option<usize>| place.and_then(|place| cells.get(place));
        let other = |key: &str| at(self.table.place(key)).unwrap_or(&Cell::Empty);
        let cell = match (column.key, at(Some(place)).unwrap_or(&Cell::Empty)) {
            // Without a Chinese name, the other one.
            ("name_zh", Cell::Empty) => other("name"),
            ("title_zh", Cell::Empty) => other("title"),
            (_, cell) => cell,
        };
        match cell {
            Cell::Text(word) if column.kind == Kind::Word => text(self.lang.word(word)),
            Cell::Text(one) => text(one),
            Cell::Texts(texts) => text(&texts.join(" ")),
            Cell::Said(en, zh) => text(self.lang.choose(en, zh)),
            Cell::Flag(true) => text(self.lang.label("yes")),
            Cell::Flag(false) => String::new(),
            Cell::Empty
            | Cell::Amount(_)
            | Cell::Ratio(_)
            | Cell::Date(_)
            | Cell::Instant(_)
            | Cell::Count(_) => data_text(cell, self.table.header.currency).unwrap_or_default(),
        }
    }
}

/// Text in quotes, with its guard.
fn text(text: &str) -> String {
    if text.is_empty() { String::new() } else { csv::quoted(&guarded(text)) }
}

/// The text with a `'` in front where a spreadsheet would run it.
fn guarded(text: &str) -> Cow<'_, str> {
    let seen = text.trim_start_matches(is_passed_over);
    let passed = text.get(..text.len().saturating_sub(seen.len())).unwrap_or_default();
    if seen.starts_with(is_running) || passed.contains(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// True for a character that begins a formula, in whichever width.
fn is_running(c: char) -> bool {
    c == '\u{2212}' || std::iter::once(c).nfkc().all(|c| matches!(c, '=' | '+' | '-' | '@'))
}

/// True for what may stand before the first character that counts: apostrophes, blanks, and what cannot be seen.
fn is_passed_over(c: char) -> bool {
    let category = c.general_category();
    c == '\''
        || c.is_whitespace()
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
        || matches!(
            category,
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::SpaceSeparator
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::NonspacingMark
                | GeneralCategory::EnclosingMark
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_run_in_whichever_width_and_behind_whatever() {
        let starts =
            ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁼", "₊", "−"];
        let fronts = [
            "",
            " ",
            "'",
            "''",
            "\u{feff}",
            "\u{200b}",
            "\u{ad}",
            "\u{a0}",
            "\u{3000}",
            "\u{202e}",
            "\u{2060}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{1}",
            "\u{180e} \u{200d}'",
        ];
        for front in fronts {
            for start in starts {
                let hostile = format!("{front}{start}1+1");
                assert_eq!(guarded(&hostile), format!("'{hostile}"), "{hostile:?}");
            }
        }
        for hostile in ["\t=1", "\rx", " \tx", "\nx", "\u{200b}\tx"] {
            assert_eq!(guarded(hostile), format!("'{hostile}"), "{hostile:?}");
        }
        for plain in ["PD-INFO", "沪财〔2002〕15号", "a=1", "1-2", "a;=1+1", "", "“＝”", "é"]
        {
            assert_eq!(guarded(plain), plain);
        }
    }

    #[test]
    fn text_is_in_quotes_and_figures_are_not() {
        assert_eq!(text("a;=1+1"), "\"a;=1+1\"");
        assert_eq!(text("say \"x\"\t=2"), "\"say \"\"x\"\"\t=2\"");
        assert_eq!(text(""), "");
    }

    /// A label that stood twice could not be told apart.
    #[test]
    fn labels_of_a_report_are_different() {
        for spec in super::super::REPORTS {
            for lang in [Lang::En, Lang::Zh] {
                let columns = spec.keys.iter().chain(spec.columns);
                let shown = columns.filter(|column| is_in_language(column.key, lang));
                let mut labels: Vec<&str> = shown.map(|column| lang.label(column.key)).collect();
                labels.sort_unstable();
                let twice = labels.windows(2).find(|two| two[0] == two[1]);
                assert_eq!(twice, None, "{} {lang:?}", spec.name);
            }
        }
    }
}
