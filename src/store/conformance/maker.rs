//! Entries for tests of stores: well formed and chained, and else arbitrary.

use crate::chain::entry::{
    CommandId, EntryId, Envelope, Head, LedgerId, MAX_ENTRY_BYTES, SIGNED, Sealed, SealedCommand,
};
use crate::chain::hash::{self, Hash};

/// Makes commands that go on with one another.
#[derive(Debug, Clone)]
pub struct Maker {
    head: Head,
    commands: u64,
    salt: u64,
}

impl Maker {
    /// From index 0; another `salt` gives another chain.
    #[must_use]
    pub fn new(salt: u64) -> Self {
        Self { head: Head::default(), commands: 0, salt }
    }

    /// The head after the last command made.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// The next command, of `count` entries (1 to 1,000) with bodies of `body_bytes` each.
    pub fn command(&mut self, count: u16, body_bytes: usize) -> SealedCommand {
        self.commands = self.commands.saturating_add(1);
        let seed = [self.salt.to_le_bytes(), self.commands.to_le_bytes()].concat();
        let id = CommandId(hash::command_id(&seed));
        let entries = (0..count).map(|place| self.entry(id, place, count, body_bytes)).collect();
        SealedCommand { id, entries }
    }

    fn entry(&mut self, command: CommandId, place: u16, count: u16, body_bytes: usize) -> Sealed {
        let index = self.head.size;
        let recorded = i64::try_from(index).unwrap_or(0).saturating_add(1_000_000_000_000_000);
        let salt = self.salt.to_le_bytes();
        let body: Vec<u8> = salt
            .iter()
            .chain(&index.to_le_bytes())
            .chain(&[b'x'; MAX_ENTRY_BYTES])
            .take(body_bytes)
            .copied()
            .collect();
        let is_last = place.saturating_add(1) == count;
        let envelope = Envelope {
            event_type: 1,
            event_version: 1,
            flags: if is_last { SIGNED } else { 0 },
            ledger: LedgerId::default(),
            index,
            id: EntryId::new(recorded, index).unwrap_or_default(),
            previous: self.head.hash,
            recorded_at_microseconds: recorded,
            occurred_on_days: 0,
            officer: 0,
            command,
            place,
            count,
            digest: (place == 0).then_some(Hash::ZERO),
            row: None,
            body: &body,
            commitment: None,
            signature: None,
        };
        let mut bytes = envelope.prefix().unwrap_or_default();
        if is_last {
            bytes.extend([0; 64]);
        }
        let sealed = Sealed::new(index, bytes);
        self.head = Head { size: index.saturating_add(1), hash: sealed.hash };
        sealed
    }
}
