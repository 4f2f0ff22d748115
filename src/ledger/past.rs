//! What an import asks the entries before it begins: the rows that were imported, and the names of
//! things. One pass over the log, in which most entries are told by two fixed bytes.

use super::reader::bodies::read_event;
use super::{Batch, Ledger};
use crate::chain::entry::{self, IMPORTED, Row};
use crate::domain::event::Event;
use crate::error::{Error, Kind, Result};
use std::collections::BTreeSet;

/// Types of entries that name a fund, a project or a payee, and payments, which refunds name
/// (schemas/entry.md §6).
const NAMING: [u16; 4] = [10, 21, 35, 45];

/// An entry of the past: an imported one, a payment, or one that names something.
#[derive(Debug)]
pub struct Past<'a> {
    /// Its index.
    pub index: u64,
    /// The row it was imported from.
    pub row: Option<Row<'a>>,
    /// Its place in its command.
    pub place: u16,
    bytes: &'a [u8],
}

impl Past<'_> {
    /// What it says; `None` for a type that this release does not know.
    ///
    /// # Errors
    /// `entry_malformed` (`Kind::Break`).
    pub fn event(&self) -> Result<Option<Event>> {
        read_event(self.bytes).map_err(|found| malformed(self.index, &found))
    }
}

fn malformed(index: u64, found: &entry::Malformed) -> Error {
    Error::new(Kind::Break, "entry_malformed", format!("entry {index}: {found}"))
        .with_hint("run `earmark verify --store`")
        .with_detail("index", index)
}

impl Ledger {
    /// The first entry of the command that `entry` belongs to, if that has the id of an earlier one.
    ///
    /// # Errors
    /// `Kind::Break` or `Kind::Io` when the entries cannot be read.
    pub fn repeated(&self, entry: u64) -> Result<Option<u64>> {
        let page = self.store.read(entry..entry.saturating_add(1))?;
        let Some(sealed) = page.first() else { return Ok(None) };
        let envelope = entry::parse(&sealed.bytes).map_err(|found| malformed(entry, &found))?;
        let first = entry.saturating_sub(u64::from(envelope.place));
        let earliest = self.store.command(envelope.command)?;
        Ok(earliest.filter(|span| span.first < first).map(|_| first))
    }

    /// Tells `each` every entry that was imported, is a payment or names something, in order.
    ///
    /// # Errors
    /// `Kind::Break` or `Kind::Io` when the entries cannot be read; the errors of `each`.
    pub fn look_back(&self, each: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()> {
        let mut at = 0_u64;
        while at < self.head.size {
            let page = self.store.read(at..at.saturating_add(1_000))?;
            for (index, sealed) in (at..).zip(&page) {
                let bytes = &sealed.bytes;
                let imported = bytes.get(9).is_some_and(|flags| flags & IMPORTED != 0);
                let kind = bytes.get(5..7).and_then(|kind| <[u8; 2]>::try_from(kind).ok());
                let names = kind.is_some_and(|kind| NAMING.contains(&u16::from_le_bytes(kind)));
                if imported || names {
                    let envelope = entry::parse(bytes).map_err(|found| malformed(index, &found))?;
                    each(&Past { index, row: envelope.row, place: envelope.place, bytes })?;
                }
            }
            if page.is_empty() {
                break;
            }
            at = at.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    /// The row keys that entries of this source carry, reversed or not.
    ///
    /// # Errors
    /// As [`Ledger::look_back`].
    pub fn known_rows(&self, source: &str) -> Result<BTreeSet<[u8; 16]>> {
        let mut known = BTreeSet::new();
        self.look_back(&mut |past| {
            known.extend(past.row.as_ref().filter(|row| row.source == source).map(|row| row.key));
            Ok(())
        })?;
        Ok(known)
    }
}

impl Batch<'_> {
    /// As [`Ledger::look_back`]: what was recorded before this import.
    ///
    /// # Errors
    /// As [`Ledger::look_back`].
    pub fn look_back(&self, each: &mut dyn FnMut(&Past<'_>) -> Result<()>) -> Result<()> {
        self.ledger.look_back(each)
    }

    /// The entry at `index` with the row it was imported from.
    ///
    /// # Errors
    /// As [`Ledger::look_back`].
    pub fn with_entry<T>(
        &self,
        index: u64,
        read: &mut dyn FnMut(&Past<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let page = self.ledger.store.read(index..index.saturating_add(1))?;
        let Some(sealed) = page.first() else { return Ok(None) };
        let bytes = &sealed.bytes;
        let envelope = entry::parse(bytes).map_err(|found| malformed(index, &found))?;
        read(&Past { index, row: envelope.row, place: envelope.place, bytes }).map(Some)
    }
}
