//! Commands that the durability log holds and sled does not hold yet, kept in memory for the reads.
//!
//! At most as much as one batch of sled takes; it is never the only place where an entry is.

use crate::chain::entry::{
    CommandId, Head, MAX_COMMAND_BYTES, MAX_COMMAND_ENTRIES, Sealed, SealedCommand,
};
use crate::store::Span;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Whole commands in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    commands: Vec<Arc<SealedCommand>>,
    spans: BTreeMap<CommandId, Span>,
    entries: usize,
    bytes: usize,
}

/// Bytes of a command's entries together.
pub(super) fn bytes_of(command: &SealedCommand) -> usize {
    command.entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.bytes.len()))
}

impl Tail {
    /// True when `command` may go into the same batch of sled.
    pub(super) fn has_room(&self, command: &SealedCommand) -> bool {
        self.entries == 0
            || (self.entries.saturating_add(command.entries.len()) <= MAX_COMMAND_ENTRIES
                && self.bytes.saturating_add(bytes_of(command)) <= MAX_COMMAND_BYTES)
    }

    /// True when hardly any further command would fit.
    pub(super) fn is_full(&self) -> bool {
        self.entries >= MAX_COMMAND_ENTRIES
            || self.bytes.saturating_mul(10) >= MAX_COMMAND_BYTES.saturating_mul(9)
    }

    /// True when there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Adds a command.
    pub(super) fn push(&mut self, command: Arc<SealedCommand>) {
        let Some(first) = command.entries.first().map(|entry| entry.index) else { return };
        let count = u16::try_from(command.entries.len()).unwrap_or(u16::MAX);
        // Of two commands with one id the first is the one that a retry means.
        self.spans.entry(command.id).or_insert(Span { first, count });
        self.entries = self.entries.saturating_add(command.entries.len());
        self.bytes = self.bytes.saturating_add(bytes_of(&command));
        self.commands.push(command);
    }

    /// The commands, in order.
    pub(super) fn commands(&self) -> &[Arc<SealedCommand>] {
        &self.commands
    }

    /// The head after the last command.
    pub(super) fn head(&self) -> Option<Head> {
        let last = self.commands.last()?.entries.last()?;
        Some(Head { size: last.index.saturating_add(1), hash: last.hash })
    }

    /// Where the command with this id is, if it is here.
    pub(super) fn command(&self, id: CommandId) -> Option<Span> {
        self.spans.get(&id).copied()
    }

    /// Adds the entries of `range` that are here.
    pub(super) fn read(&self, range: &Range<u64>, out: &mut Vec<Sealed>) {
        for command in &self.commands {
            let within = command.entries.iter().filter(|entry| range.contains(&entry.index));
            out.extend(within.cloned());
        }
    }
}
