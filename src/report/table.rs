//! What every report is: columns of one kind each, rows, a total, and a header that says of which
//! ledger, at which size and day, through which filter. Knows no format; formats know no report.

use crate::chain::entry::Head;
use crate::domain::calendar::{Date, Year};
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::money::{Amount, Currency};
use crate::projection::ratio::Ratio;
use crate::words::Lang;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A code or other text that is never cut.
    Code,
    /// A name or title; a table may cut it.
    Name,
    /// One of a few words, like a stage; a table shows it in its own language.
    Word,
    /// Several codes.
    Codes,
    /// Money, minor units.
    Amount,
    /// An exact fraction.
    Ratio,
    /// A difference of two fractions: percentage points.
    Points,
    /// A day.
    Date,
    /// An instant, microseconds since 1970 in UTC.
    Instant,
    /// A whole number.
    Count,
    /// Yes or no; in a table a mark.
    Flag,
}

/// When a table shows a column. Data formats have every column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Always.
    Always,
    /// Where a row has something in it.
    WhenUsed,
    /// Never: for programs.
    InData,
}

/// A column. Its key is the name in JSON and CSV, and leads to its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name in data.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// When a table shows it.
    pub shown: Shown,
}

impl Column {
    /// A column that is always shown.
    #[must_use]
    pub const fn new(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, shown: Shown::Always }
    }

    /// A column that is shown where a row has something in it.
    #[must_use]
    pub const fn used(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, shown: Shown::WhenUsed }
    }

    /// A column for programs.
    #[must_use]
    pub const fn data(key: &'static str, kind: Kind) -> Self {
        Self { key, kind, shown: Shown::InData }
    }
}

/// A report's contract: its name, the columns that every row has, and the keys of which a row has
/// those it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The name, as in `schemas/report.<name>.json`.
    pub name: &'static str,
    /// What rows may be for.
    pub keys: &'static [Column],
    /// What every row has.
    pub columns: &'static [Column],
}

/// What a cell holds; its column says what that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// Texts.
    Texts(Vec<String>),
    /// A sentence in English and in Chinese; data formats have the English one.
    Said(String, String),
    /// Minor units.
    Amount(Amount),
    /// A fraction.
    Ratio(Ratio),
    /// A day.
    Date(Date),
    /// Microseconds since 1970.
    Instant(i64),
    /// A whole number.
    Count(i128),
    /// Yes or no.
    Flag(bool),
}

macro_rules! from {
    ($($from:ty => |$value:ident| $cell:expr,)+) => {$(
        impl From<$from> for Cell {
            fn from($value: $from) -> Self { $cell }
        }
    )+};
}
from! {
    &str => |text| Self::Text(text.to_owned()),
    String => |text| Self::Text(text),
    &Code => |code| Self::Text(code.to_string()),
    &Text => |text| Self::Text(text.to_string()),
    &Tag => |tag| Self::Text(tag.to_string()),
    &LineKey => |line| Self::Text(line.to_string()),
    Amount => |amount| Self::Amount(amount),
    Ratio => |ratio| Self::Ratio(ratio),
    Date => |date| Self::Date(date),
    Year => |year| Self::Count(i128::from(year)),
    u64 => |count| Self::Count(i128::from(count)),
    u32 => |count| Self::Count(i128::from(count)),
    bool => |flag| Self::Flag(flag),
    Vec<String> => |texts| Self::Texts(texts),
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Cell {
    /// True if it says nothing: no text, zero, no.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) | Self::Said(text, _) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Amount(amount) => amount.is_zero(),
            Self::Ratio(ratio) => !ratio.applies(),
            Self::Flag(flag) => !flag,
            Self::Date(_) | Self::Instant(_) | Self::Count(_) => false,
        }
    }
}

/// Whether anybody outside a log says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The log is the one that is pinned on this machine.
    Pinned,
    /// Nothing from outside says whose log it is.
    NotPinned,
}

impl Identity {
    /// The word for it in data.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::NotPinned => "not_pinned",
        }
    }
}

/// Of which ledger, when, and what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Whether anybody outside says whose log it is.
    pub identity: Identity,
    /// The commands that the rules refuse and nobody acknowledged, where they are known.
    pub breaches: Vec<Note>,
    /// The ledger's id.
    pub ledger: String,
    /// The ledger's name.
    pub name: String,
    /// Size and hash of what was read.
    pub head: Head,
    /// When the last entry of it was recorded, microseconds since 1970; nothing where there is none.
    pub recorded_at: Option<i64>,
    /// Only what happened on or before this day.
    pub as_of: Option<Date>,
    /// The size that was asked for; `None`: all that is published.
    pub as_known_at: Option<u64>,
    /// The words of the filter.
    pub filter: Vec<String>,
    /// The ledger's currency.
    pub currency: Currency,
}

/// Something to say below a table, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Note {
    /// In a language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// A report, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The report's name.
    pub report: &'static str,
    /// Of which ledger, when, and what was asked for.
    pub header: Header,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// The total, one cell a column; what cannot be added up is empty.
    pub totals: Option<Vec<Cell>>,
    /// Notes.
    pub notes: Vec<Note>,
}

impl Spec {
    /// An empty table with the keys named and all columns.
    #[must_use]
    pub fn table(&self, keys: &[&str], header: Header) -> Table {
        let chosen = self.keys.iter().filter(|column| keys.contains(&column.key));
        let columns = chosen.chain(self.columns).copied().collect();
        let (rows, notes) = (Vec::new(), Vec::new());
        Table { report: self.name, header, columns, rows, totals: None, notes }
    }
}

impl Table {
    /// The place of a column.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    /// Sets the total from cells by key; the other columns stay empty.
    pub fn set_totals(&mut self, cells: Vec<(&'static str, Cell)>) {
        let mut totals = vec![Cell::Empty; self.columns.len()];
        for (key, cell) in cells {
            if let Some(total) = self.place(key).and_then(|place| totals.get_mut(place)) {
                *total = cell;
            }
        }
        self.totals = Some(totals);
    }
}
