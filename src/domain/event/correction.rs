//! Bodies of types 80 and 81: corrections are new entries; nothing is edited or deleted.

use super::{Filing, Text};
use serde::{Deserialize, Serialize};

/// Type 80: an entry is undone by its exact inverse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryReversed {
    /// Index of the entry.
    pub entry: u64,
    /// Why.
    pub reason: Text,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 81: documents are added to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentAttached {
    /// Index of the entry.
    pub entry: u64,
    /// The documents and file number.
    pub filing: Filing,
}
