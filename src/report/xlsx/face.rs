//! How cells look: what a number means, and that text stays text.

use super::super::table::Kind;
use super::super::view::Unit;
use crate::domain::money::Currency;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The colour of what must be seen.
pub(super) const ALARM: Color = Color::RGB(0x00C0_0000);
const LABEL: Color = Color::RGB(0x00DD_E4EC);
/// The colour of a column that must be filled in.
const NEEDED: Color = Color::RGB(0x00FF_E699);

/// What a cell looks like where its column does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// The label of a column.
    Label,
    /// The label of a column of figures.
    LabelRight,
    /// The label of a column that must be filled in.
    LabelNeeded,
    /// Text.
    Text,
    /// Text over several lines, or too long for the format "text".
    LongText,
    /// A title.
    Title,
    /// What must be seen.
    Alarm,
}

/// All looks of a workbook.
#[derive(Debug)]
pub(super) struct Faces {
    label: Format,
    label_right: Format,
    label_needed: Format,
    long: Format,
    title: Format,
    alarm: Format,
    rows: Figures,
    totals: Figures,
}

/// The looks of figures, and of text among them.
#[derive(Debug)]
struct Figures {
    text: Format,
    text_right: Format,
    amount: Format,
    percent: Format,
    count: Format,
    day: Format,
}

impl Faces {
    pub(super) fn new(currency: Currency, unit: Unit) -> Self {
        let plain = Format::new().set_num_format("@");
        let label = plain.clone().set_bold().set_border_bottom(FormatBorder::Thin);
        let needed = label.clone().set_background_color(NEEDED);
        let label = label.set_background_color(LABEL);
        let total = Format::new().set_bold().set_border_top(FormatBorder::Thin);
        let digits = match unit {
            Unit::Major => usize::from(currency.exponent),
            Unit::Wan => 2,
        };
        Self {
            label_right: label.clone().set_align(FormatAlign::Right),
            label,
            label_needed: needed,
            long: Format::new().set_quote_prefix().set_text_wrap().set_align(FormatAlign::Top),
            title: plain.clone().set_bold(),
            alarm: plain.set_bold().set_font_color(ALARM),
            rows: Figures::new(&Format::new(), digits),
            totals: Figures::new(&total, digits),
        }
    }

    pub(super) fn of(&self, face: Face) -> &Format {
        match face {
            Face::Label => &self.label,
            Face::LabelRight => &self.label_right,
            Face::LabelNeeded => &self.label_needed,
            Face::Text => &self.rows.text,
            Face::LongText => &self.long,
            Face::Title => &self.title,
            Face::Alarm => &self.alarm,
        }
    }

    fn figures(&self, is_total: bool) -> &Figures {
        if is_total { &self.totals } else { &self.rows }
    }

    /// Text in a column of this kind.
    pub(super) fn text(&self, kind: Kind, is_total: bool) -> &Format {
        let figures = self.figures(is_total);
        let is_right = super::super::view::is_right(kind);
        if is_right { &figures.text_right } else { &figures.text }
    }

    /// A figure in a column of this kind.
    pub(super) fn figure(&self, kind: Kind, is_total: bool) -> &Format {
        let figures = self.figures(is_total);
        match kind {
            Kind::Amount => &figures.amount,
            Kind::Ratio | Kind::Points => &figures.percent,
            Kind::Count => &figures.count,
            Kind::Date | Kind::Instant => &figures.day,
            Kind::Code | Kind::Name | Kind::Word | Kind::Codes | Kind::Flag => &figures.text,
        }
    }
}

impl Figures {
    fn new(base: &Format, digits: usize) -> Self {
        let of = |code: &str| base.clone().set_num_format(code);
        Self {
            text: of("@"),
            text_right: of("@").set_align(FormatAlign::Right),
            amount: of(&amount(digits)),
            percent: of("0.00%"),
            count: of("0"),
            day: of("yyyy-mm-dd").set_align(FormatAlign::Left),
        }
    }
}

/// The number format of amounts with so many digits behind the point.
pub(super) fn amount(digits: usize) -> String {
    if digits == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(digits)) }
}
