//! What an import is asked for.

use super::mapping::{Mapping, Source};
use super::survey::Expected;
use super::table::Input;
use crate::domain::event::DocumentRef;
use crate::error::Result;

/// What is imported, and how.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The table.
    pub input: Input<'a>,
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The source of the table's rows.
    pub source: &'a Source,
    /// Whether rows that are booked for another list are booked anew.
    pub again: bool,
    /// Whether what rows name and the ledger does not know is created.
    pub create_missing: bool,
    /// What the file must come to, beside what the mapping says.
    pub expected: Expected,
    /// The file and its mapping as documents (hash, name without a folder), attached to the first entry
    /// of each command. Asked for once the file was looked through: what is no table is not hashed.
    pub documents: &'a dyn Fn() -> Result<Vec<DocumentRef>>,
}

impl std::fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("input", &self.input).finish_non_exhaustive()
    }
}
