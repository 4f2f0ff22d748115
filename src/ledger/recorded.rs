//! What was recorded before, for a command that is run again: found by its id, or by the entry it made.

use super::prepare::Instruction;
use super::retry::differing_field;
use super::{Durability, Ledger, Receipt, ReceiptEntry, event_of};
use crate::chain::entry::{self, CommandId, Head, Sealed};
use crate::chain::hash::{self, Hash};
use crate::domain::calendar::Date;
use crate::domain::event::Event;
use crate::domain::rejection::Rejection;
use crate::error::{Error, Kind, Result};
use crate::store::Span;

/// The entries of a command that is recorded.
struct Stored {
    entries: Vec<ReceiptEntry>,
    command_id: CommandId,
    digest: Option<Hash>,
    recorded_at_microseconds: i64,
    head: Head,
}

impl Ledger {
    /// The event of the first entry of the command with this idempotency key, if it was recorded.
    ///
    /// # Errors
    /// As [`Ledger::event`].
    pub fn recorded(&self, command_key: &[u8]) -> Result<Option<Event>> {
        let span = self.span_of(CommandId(hash::command_id(command_key)))?;
        span.map_or(Ok(None), |span| self.event(span.first))
    }

    /// The receipt of the command that made the entry at `index`, as one that was recorded before.
    ///
    /// # Errors
    /// As [`Ledger::event`].
    pub fn receipt_at(&self, index: u64) -> Result<Receipt> {
        let sealed = self.read(index..index.saturating_add(1))?;
        let sealed = sealed.first().ok_or_else(|| {
            Error::new(Kind::Break, "entry_missing", format!("entry {index} is not there"))
                .with_detail("index", index)
        })?;
        let envelope = parsed(sealed)?;
        let first = index.saturating_sub(u64::from(envelope.place));
        Ok(self.replayed(self.stored(Span { first, count: envelope.count })?))
    }

    /// Same id and same content: the first receipt again. Same id, other content: the field.
    pub(super) fn replay(
        &self,
        instruction: &Instruction,
        digest: Hash,
        span: Span,
    ) -> Result<Receipt> {
        let stored = self.stored(span)?;
        if stored.digest != Some(digest) {
            let offset = self.facts()?.utc_offset_minutes;
            let then = Date::at(stored.recorded_at_microseconds, offset);
            let events: Vec<&Event> = stored.entries.iter().map(|entry| &entry.event).collect();
            let field = differing_field(&instruction.order, &events, stored.digest, then);
            return Err(Rejection::CommandIdReused { field, first: span.first }.into());
        }
        self.compare_fields(stored.entries.first(), instruction.confidential.as_ref())?;
        Ok(self.replayed(stored))
    }

    fn stored(&self, span: Span) -> Result<Stored> {
        let end = span.first.saturating_add(u64::from(span.count));
        let (mut entries, mut digest) = (Vec::new(), None);
        let mut command_id = CommandId::default();
        let mut recorded_at_microseconds = 0;
        let mut head = Head { size: end, hash: Hash::ZERO };
        for sealed in self.read(span.first..end)? {
            let envelope = parsed(&sealed)?;
            digest = digest.or(envelope.digest);
            (command_id, recorded_at_microseconds) =
                (envelope.command, envelope.recorded_at_microseconds);
            head.hash = sealed.hash;
            if let Some(event) = event_of(&sealed)? {
                entries.push(ReceiptEntry { index: sealed.index, id: envelope.id, event });
            }
        }
        Ok(Stored { entries, command_id, digest, recorded_at_microseconds, head })
    }

    fn replayed(&self, stored: Stored) -> Receipt {
        let Stored { entries, command_id, head, .. } = stored;
        let is_published = self.published_size() >= head.size;
        let durability = if is_published { Durability::Published } else { Durability::Recorded };
        let (replayed, dry_run, warnings) = (true, false, Vec::new());
        Receipt { entries, command_id, head, durability, replayed, dry_run, warnings }
    }
}

fn parsed(sealed: &Sealed) -> Result<entry::Envelope<'_>> {
    entry::parse(&sealed.bytes).map_err(|why| {
        let message = format!("entry {}: {why}", sealed.index);
        Error::new(Kind::Break, "entry_malformed", message)
            .with_hint("open the ledger again: the store is then compared with the log")
            .with_detail("index", sealed.index)
    })
}
