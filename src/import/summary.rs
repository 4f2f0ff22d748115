//! How far an import is, and what it did.

use super::findings::Findings;
use super::rounded::Rounded;
pub use super::suspect::Suspect;
use crate::domain::ids::LineKey;
use crate::domain::money::Amount;
use std::collections::BTreeMap;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows done.
    pub rows: u64,
    /// Rows of the file.
    pub of: u64,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows of the file.
    pub rows: u64,
    /// Rows left out by a filter, or blank.
    pub skipped: u64,
    /// Rows that the ledger had already.
    pub known: u64,
    /// The first of them: line, and index of their first entry.
    pub known_first: Vec<(u64, u64)>,
    /// How many of them were booked with another mapping than this one.
    pub known_of_other_mapping: u64,
    /// Rows that made entries.
    pub booked: u64,
    /// Lines that earlier lists of targets set and this one does not name, and that have money still.
    pub absent_lines: Vec<LineKey>,
    /// Such lines that were brought to zero.
    pub zeroed_lines: Vec<LineKey>,
    /// Rows that had nothing to book: no event for them, or a target that was met.
    pub without_effect: u64,
    /// Rows that went to the rejects.
    pub refused: u64,
    /// Sum of the amounts of the booked rows, minor units; `None` beyond `i128`.
    pub booked_amount: Option<Amount>,
    /// Sum of the amounts of the refused rows, minor units; `None` beyond `i128`.
    pub refused_amount: Option<Amount>,
    /// Refused rows whose amount could be read.
    pub refused_read: u64,
    /// Refused rows whose amount cannot be read.
    pub refused_unread: u64,
    /// What rounding did to the amounts of the booked rows.
    pub rounded: Rounded,
    /// Refused rows by code.
    pub refused_by_code: BTreeMap<&'static str, u64>,
    /// Entries made.
    pub entries: u64,
    /// Commands sealed.
    pub commands: u64,
    /// Figures that look like those of a program that had no room for the true ones.
    pub suspect: Suspect,
    /// Findings of the rules, to look at: one a thing and rule.
    pub findings: Findings,
}
