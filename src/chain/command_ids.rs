//! The ids of the commands of a log: no two are the same (schemas/entry.md §8.9).

use super::breaks::{Break, Likely};
use super::entry::{CommandId, Envelope};
use std::collections::BTreeSet;

/// The ids of the commands so far: some 30 bytes of memory each.
#[derive(Debug, Clone, Default)]
pub struct CommandIds(BTreeSet<CommandId>);

impl CommandIds {
    /// Notes the command that begins with this entry; the break, if an earlier one has its id.
    pub(super) fn note(&mut self, first: &Envelope<'_>) -> Option<Break> {
        let is_new = self.0.insert(first.command);
        let (expected, found) = ("one that is new", first.command);
        let broken = || Break::new(first.index, "command id", expected, found, Likely::Repeated);
        (!is_new).then(broken)
    }
}
