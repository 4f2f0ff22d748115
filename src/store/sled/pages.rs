//! Entries and the head in sled's one tree, with the command ids (`index`) that go with them (schemas/storage.md §4).
//!
//! It reads strictly, and for recovery leniently; it has no opinion on which copy is right.

mod survey;

pub(super) use self::survey::{next_held, survey, words_of_damage};
use super::engine::{Engine, damaged};
use super::head;
use super::index::{self, Index};
use super::page::{PAGE_ENTRIES, VALUE_BYTES, VERSION, decode, first_of, page_key};
use super::wal::malformed;
use crate::chain::entry::{self, CommandId, Head, Sealed, SealedCommand};
use crate::chain::hash::Hash;
use crate::error::{Error, Kind, Result};
use crate::store::Span;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The last page, which the next batch goes on filling.
#[derive(Debug)]
struct OpenPage {
    first: u64,
    count: u8,
    /// Version, count and entries; no checksum yet.
    bytes: Vec<u8>,
}

impl OpenPage {
    fn new(first: u64) -> Self {
        let mut bytes = Vec::with_capacity(VALUE_BYTES);
        bytes.extend([VERSION, 0]);
        Self { first, count: 0, bytes }
    }

    fn has_room(&self, entry: &[u8]) -> bool {
        let longer = self.bytes.len().saturating_add(entry.len()).saturating_add(6);
        self.count == 0 || (self.count < PAGE_ENTRIES && longer <= VALUE_BYTES)
    }

    fn push(&mut self, entry: &[u8]) -> Result<()> {
        let length = u16::try_from(entry.len())
            .map_err(|_| malformed("an entry of more than 65,535 bytes"))?;
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend_from_slice(entry);
        self.count = self.count.saturating_add(1);
        if let Some(count) = self.bytes.get_mut(1) {
            *count = self.count;
        }
        Ok(())
    }

    fn put(&mut self, batch: &mut ::sled::Batch) {
        let key = page_key(self.first);
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&key), &self.bytes);
        self.bytes.extend(checksum.to_le_bytes());
        batch.insert(&key, self.bytes.as_slice());
        self.bytes.truncate(self.bytes.len().saturating_sub(4));
    }
}

/// The index of command ids, shared by what writes to it and what looks an id up.
pub(super) type SharedIndex = Arc<Mutex<Index>>;

/// Writes entries to sled, after its head.
#[derive(Debug)]
pub(super) struct Pages {
    engine: Arc<Engine>,
    head: Head,
    page: OpenPage,
    index: SharedIndex,
    /// A database of the first version: its index has no sums yet.
    lacks_sums: bool,
}

impl Pages {
    /// Reads the head and the last page, which must agree.
    ///
    /// # Errors
    /// `Kind::Break` when they do not.
    pub(super) fn load(engine: Arc<Engine>) -> Result<Self> {
        let found = head::get(&engine)?;
        let head = found.head;
        let last = engine.call("read", |tree| tree.get_lt(head::KEY))?;
        let last = last.filter(|(key, _)| first_of(key).is_some());
        let page = match last {
            None if head == Head::default() => OpenPage::new(0),
            None => {
                return Err(damaged(format!(
                    "the head says {} entries, no page has one",
                    head.size
                )));
            }
            Some((key, value)) => {
                let (first, entries) = decode(&key, &value).map_err(damaged)?;
                let last = entries.last().map_or(0, |e| e.index.saturating_add(1));
                let hash = entries.last().map_or(Hash::ZERO, |entry| entry.hash);
                let found = Head { size: last, hash };
                if found != head {
                    return Err(damaged(format!(
                        "the head says {} entries ending in {}, the pages {} ending in {}",
                        head.size, head.hash, found.size, found.hash
                    )));
                }
                let mut page = OpenPage::new(first);
                entries.iter().try_for_each(|entry| page.push(&entry.bytes))?;
                page
            }
        };
        let index =
            found.index_root.map_or(Ok(Index::empty()), |root| Index::load(&engine, root))?;
        let lacks_sums = found.index_root.is_none() && head != Head::default();
        Ok(Self { engine, head, page, index: Arc::new(Mutex::new(index)), lacks_sums })
    }

    /// True for a database of the first version, which needs [`Pages::make_index`] before it is written to.
    pub(super) fn lacks_sums(&self) -> bool {
        self.lacks_sums
    }

    /// Makes the sums of the index from the entries, once in the life of a database of the first version.
    ///
    /// # Errors
    /// `Kind::Break` when the entries cannot be read; `Kind::Io`.
    pub(super) fn make_index(&mut self) -> Result<()> {
        let mut batch = ::sled::Batch::default();
        let index = Index::make(&self.engine, self.head.size, &mut batch)?;
        batch.insert(&head::KEY, head::encode(self.head, index.root()));
        self.engine.apply(batch)?;
        *locked(&self.index) = index;
        self.lacks_sums = false;
        Ok(())
    }

    /// The index of command ids.
    pub(super) fn index(&self) -> &SharedIndex {
        &self.index
    }

    /// The database written to.
    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// The head that sled holds durably.
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// Applies whole commands in one batch, durably. After an error nothing may be applied any more.
    ///
    /// Of commands with one id the first is in the index: that there are no others is for the callers to
    /// see to, except where a log has them already.
    pub(super) fn apply(&mut self, commands: &[impl Borrow<SealedCommand>]) -> Result<()> {
        let mut batch = ::sled::Batch::default();
        let mut new: BTreeMap<CommandId, Span> = BTreeMap::new();
        for command in commands {
            let command: &SealedCommand = command.borrow();
            let Some(first) = command.entries.first() else { continue };
            for entry in &command.entries {
                self.add(entry, &mut batch)?;
            }
            let count = u16::try_from(command.entries.len())
                .map_err(|_| malformed("a command of more than 65,535 entries"))?;
            let span = Span { first: first.index, count };
            if !new.contains_key(&command.id) && index::get(&self.engine, command.id)?.is_none() {
                new.insert(command.id, span);
            }
        }
        if self.page.count > 0 {
            self.page.put(&mut batch);
        }
        let new: Vec<(CommandId, Span)> = new.into_iter().collect();
        // Whoever looks an id up meanwhile sees the sums and the keys of before, or those of after.
        let mut index = locked(&self.index);
        index.add(&new, &mut batch);
        batch.insert(&head::KEY, head::encode(self.head, index.root()));
        self.engine.write(batch)?;
        drop(index);
        self.engine.flush_pair()
    }

    fn add(&mut self, entry: &Sealed, batch: &mut ::sled::Batch) -> Result<()> {
        if !self.page.has_room(&entry.bytes) {
            self.page.put(batch);
            self.page = OpenPage::new(entry.index);
        }
        self.page.push(&entry.bytes)?;
        self.head = Head { size: entry.index.saturating_add(1), hash: entry.hash };
        Ok(())
    }
}

pub(super) fn locked(index: &SharedIndex) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts entries back into the commands they belong to.
///
/// # Errors
/// `Kind::Break` when the entries are not whole commands.
pub(super) fn commands(entries: Vec<Sealed>) -> Result<Vec<SealedCommand>> {
    let mut commands: Vec<SealedCommand> = Vec::new();
    let mut open = 0;
    for entry in entries {
        let broken = |why: String| {
            Error::new(Kind::Break, "entry_malformed", format!("entry {}: {why}", entry.index))
                .with_detail("index", entry.index)
        };
        let envelope = entry::parse(&entry.bytes).map_err(|why| broken(why.to_string()))?;
        let (id, count) = (envelope.command, envelope.count);
        if open == 0 {
            commands.push(SealedCommand { id, entries: Vec::with_capacity(usize::from(count)) });
            open = count;
        }
        let Some(command) = commands.last_mut() else { continue };
        if command.id != id || open != count.saturating_sub(envelope.place) {
            return Err(broken(format!("does not go on with command {}", command.id)));
        }
        command.entries.push(entry);
        open = open.saturating_sub(1);
    }
    match commands.last() {
        Some(command) if open > 0 => Err(Error::new(
            Kind::Break,
            "command_incomplete",
            format!("command {} lacks its last {open} entries", command.id),
        )
        .with_detail("missing", open)),
        _ => Ok(commands),
    }
}
