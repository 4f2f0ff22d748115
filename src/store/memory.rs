//! The model: a store in memory that does what the contract says in the plainest way.
//!
//! Nothing in it is durable; a reopen is the same value. Tests compare the real engines with it.

use super::{Appended, Copy, Part, Parts, Snapshot, Span, Store};
use crate::chain::entry::{
    CommandId, Head, MAX_COMMAND_BYTES, MAX_COMMAND_ENTRIES, MAX_ENTRY_BYTES, Sealed, SealedCommand,
};
use crate::error::{Error, Kind, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A store in memory. Its contents live as long as one of the stores that share them.
#[derive(Debug, Default)]
pub struct MemoryStore {
    contents: Arc<Mutex<Contents>>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Contents {
    entries: Vec<Sealed>,
    commands: BTreeMap<CommandId, Span>,
    snapshot: Option<Snapshot>,
    parts: BTreeMap<(u64, bool), Vec<u8>>,
}

/// Reads as long as the contents are there: a store in memory has nothing to close.
#[derive(Debug)]
struct Reading(Arc<Mutex<Contents>>);

impl Parts for Reading {
    fn part(&self, number: u64, is_second: bool, length: u32) -> Result<Option<Vec<u8>>> {
        let contents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = contents.parts.get(&(number, is_second)).cloned();
        Ok(found.filter(|bytes| u32::try_from(bytes.len()) == Ok(length)))
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another store on the same contents: what a reopen is elsewhere.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { contents: Arc::clone(&self.contents), closed: false }
    }

    fn contents(&self) -> Result<MutexGuard<'_, Contents>> {
        if self.closed {
            return Err(Error::new(Kind::Io, "store_closed", "the store was closed")
                .with_hint("open the ledger again"));
        }
        Ok(self.contents.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Contents {
    fn add(&mut self, command: &SealedCommand) {
        let Some(first) = command.entries.first() else { return };
        let count = u16::try_from(command.entries.len()).unwrap_or(u16::MAX);
        self.commands.entry(command.id).or_insert(Span { first: first.index, count });
        self.entries.extend(command.entries.iter().cloned());
    }

    fn check_new(&self, commands: &[SealedCommand]) -> Result<()> {
        let mut ids = BTreeSet::new();
        let is_new = |id| !self.commands.contains_key(&id);
        match commands.iter().map(|command| command.id).find(|id| !is_new(*id) || !ids.insert(*id))
        {
            None => Ok(()),
            Some(id) => Err(malformed(id)),
        }
    }

    fn head(&self) -> Head {
        let size = |entry: &Sealed| entry.index.saturating_add(1);
        self.entries.last().map_or(Head::default(), |e| Head { size: size(e), hash: e.hash })
    }

    fn within(&self, range: &Range<u64>) -> Vec<Sealed> {
        self.entries.iter().filter(|entry| range.contains(&entry.index)).cloned().collect()
    }
}

fn check(head: Head, commands: &[SealedCommand]) -> Result<()> {
    let mut next = head.size;
    for command in commands {
        let bytes: usize = command.entries.iter().map(|entry| entry.bytes.len()).sum();
        let lengths = 1..=MAX_ENTRY_BYTES;
        let in_order = command.entries.iter().all(|entry| {
            let is_next = entry.index == next && lengths.contains(&entry.bytes.len());
            next = next.saturating_add(1);
            is_next
        });
        let counts = 1..=MAX_COMMAND_ENTRIES;
        if !in_order || bytes > MAX_COMMAND_BYTES || !counts.contains(&command.entries.len()) {
            return Err(malformed(command.id));
        }
    }
    Ok(())
}

fn malformed(id: CommandId) -> Error {
    let words = format!("these commands cannot be appended: see command {id}");
    Error::new(Kind::Usage, "append_malformed", words)
}

impl Store for MemoryStore {
    fn head(&self) -> Result<Head> {
        Ok(self.contents()?.head())
    }

    fn append(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        let mut contents = self.contents()?;
        let found = contents.head();
        if expected != found {
            return Ok(Appended::Conflict { expected, found });
        }
        check(found, commands)?;
        contents.check_new(commands)?;
        commands.iter().for_each(|command| contents.add(command));
        Ok(Appended::Done(contents.head()))
    }

    fn complete(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        let mut contents = self.contents()?;
        let found = contents.head();
        if expected != found {
            return Ok(Appended::Conflict { expected, found });
        }
        check(found, commands)?;
        commands.iter().for_each(|command| contents.add(command));
        Ok(Appended::Done(contents.head()))
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        Ok(self.contents()?.within(&range))
    }

    fn command(&self, id: CommandId) -> Result<Option<Span>> {
        Ok(self.contents()?.commands.get(&id).copied())
    }

    fn snapshot(&self) -> Result<Option<Snapshot>> {
        Ok(self.contents()?.snapshot.clone())
    }

    fn parts(&self) -> Result<Arc<dyn Parts>> {
        drop(self.contents()?);
        Ok(Arc::new(Reading(Arc::clone(&self.contents))))
    }

    fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
        let mut contents = self.contents()?;
        contents.snapshot = Some(snapshot.clone());
        let put = parts.iter().map(|part| ((part.number, part.is_second), part.bytes.clone()));
        contents.parts.extend(put);
        Ok(())
    }

    fn forget_snapshot(&mut self) -> Result<()> {
        let mut contents = self.contents()?;
        contents.snapshot = None;
        contents.parts.clear();
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        self.contents().map(drop)
    }

    fn release(&mut self, _published: u64) -> Result<()> {
        self.contents().map(drop)
    }

    fn next_held(&self, from: u64) -> Result<Option<u64>> {
        let size = self.contents()?.head().size;
        Ok((from < size).then_some(from))
    }

    fn copies(&self, range: Range<u64>) -> Result<Vec<Copy>> {
        let entries = self.contents()?.within(&range);
        Ok(vec![Copy { name: "memory", entries, damage: Vec::new() }])
    }

    fn rebuild(
        &mut self,
        commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
    ) -> Result<String> {
        drop(self.contents()?);
        let mut fresh = Contents::default();
        for command in commands {
            let command = command?;
            check(fresh.head(), std::slice::from_ref(&command))?;
            fresh.add(&command);
        }
        *self.contents()? = fresh;
        Ok("nowhere: memory keeps no files".to_owned())
    }

    fn distrust(&self) -> Result<()> {
        self.contents().map(drop)
    }

    fn close(&mut self) -> Result<()> {
        self.closed = true;
        Ok(())
    }
}
