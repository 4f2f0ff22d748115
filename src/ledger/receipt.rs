//! What a submitted command gives back.

use crate::chain::entry::{CommandId, EntryId, Head};
use crate::domain::event::Event;
use crate::domain::finding::Finding;

/// How far an acknowledged entry has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Durable in the store.
    Recorded,
    /// Durable in the archive too, where every reader sees it.
    Published,
}

impl Durability {
    /// `recorded` or `published`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Published => "published",
        }
    }
}

/// An entry that a command made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptEntry {
    /// Its index.
    pub index: u64,
    /// Its id; all zero in a dry run.
    pub id: EntryId,
    /// What it says.
    pub event: Event,
}

/// What a submitted command gives back: the promise that nothing of it is ever lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entries; none when there was nothing to change.
    pub entries: Vec<ReceiptEntry>,
    /// The command's id.
    pub command_id: CommandId,
    /// The head after the command (before it, in a dry run).
    pub head: Head,
    /// How far the entries have got.
    pub durability: Durability,
    /// The command had been submitted before; this is what it made then.
    pub replayed: bool,
    /// Nothing was written.
    pub dry_run: bool,
    /// What a soft rule looks at.
    pub warnings: Vec<Finding>,
}
