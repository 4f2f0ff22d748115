//! An open store at work: the durability log commits, sled follows on a thread of its own.
//!
//! Acknowledged commands that sled does not hold yet are in at most two tails: `pending`, which the
//! next batch takes, and `flying`, which the thread is applying. It has no clock: a batch goes when
//! it is full, or when the caller syncs.

use super::engine::Engine;
use super::index::{self, Index};
use super::page;
use super::pages::{self, Pages, SharedIndex};
use super::snapshot;
use super::tail::{Tail, bytes_of};
use super::wal::{self, Wal};
use crate::chain::entry::{
    CommandId, Head, MAX_COMMAND_BYTES, MAX_COMMAND_ENTRIES, MAX_ENTRY_BYTES, Sealed, SealedCommand,
};
use crate::error::{Error, Kind, Result};
use crate::store::{Appended, Part, Parts, Snapshot, Span};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, MutexGuard};
use std::thread::JoinHandle;

#[derive(Debug)]
enum Hands {
    Here(Pages),
    Away(JoinHandle<(Pages, Result<()>)>),
    Lost,
}

/// The state of a store that reads and writes.
#[derive(Debug)]
pub(super) struct Live {
    engine: Arc<Engine>,
    index: SharedIndex,
    hands: Hands,
    wal: Wal,
    head: Head,
    /// Entries below are in sled, durably.
    applied: u64,
    flying: Tail,
    pending: Tail,
    /// Why no further write is allowed.
    failed: Option<String>,
    /// The mark of a clean end stands: nothing of ours was written since it was put there.
    marked: Cell<bool>,
    /// A read met damage: the next open must look at everything.
    suspect: Cell<bool>,
}

impl Live {
    /// A store whose sled and durability log agree; `marked`: as the mark of a clean end, which is
    /// still there, says.
    pub(super) fn new(pages: Pages, wal: Wal, marked: bool) -> Self {
        let head = pages.head();
        Self {
            engine: Arc::clone(pages.engine()),
            index: Arc::clone(pages.index()),
            hands: Hands::Here(pages),
            wal,
            head,
            applied: head.size,
            flying: Tail::default(),
            pending: Tail::default(),
            failed: None,
            marked: Cell::new(marked),
            suspect: Cell::new(false),
        }
    }

    /// Takes the mark of a clean end away, durably, before the first write of ours.
    fn unmark(&mut self) -> Result<()> {
        if self.marked.get() {
            self.wal.unmark().inspect_err(|error| {
                self.failed = Some(error.message().to_owned());
            })?;
            self.marked.set(false);
        }
        Ok(())
    }

    pub(super) fn head(&self) -> Head {
        self.head
    }

    pub(super) fn wal(&self) -> &Wal {
        &self.wal
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The index of command ids as sled holds it, kept still meanwhile.
    pub(super) fn index(&self) -> MutexGuard<'_, Index> {
        pages::locked(&self.index)
    }

    pub(super) fn append(
        &mut self,
        expected: Head,
        commands: &[SealedCommand],
    ) -> Result<Appended> {
        self.check_writable()?;
        if expected == self.head {
            self.check_new(commands)?;
        }
        self.complete(expected, commands)
    }

    /// [`Live::append`] of what a log has already: of two commands with one id the first is indexed.
    pub(super) fn complete(
        &mut self,
        expected: Head,
        commands: &[SealedCommand],
    ) -> Result<Appended> {
        self.check_writable()?;
        if expected != self.head {
            return Ok(Appended::Conflict { expected, found: self.head });
        }
        let after = check(expected, commands)?;
        if commands.is_empty() {
            return Ok(Appended::Done(after));
        }
        self.unmark()?;
        let entries = commands.iter().flat_map(|command| &command.entries);
        self.wal.append(expected, after, entries).inspect_err(|error| {
            self.failed = Some(error.message().to_owned());
        })?;
        self.head = after;
        // The append is done. What goes wrong from here on is said by the next write.
        for command in commands {
            if !self.pending.has_room(command) {
                self.dispatch();
            }
            self.pending.push(Arc::new(command.clone()));
        }
        if self.pending.is_full() {
            self.dispatch();
        }
        Ok(Appended::Done(after))
    }

    /// No two commands have the same id.
    fn check_new(&self, commands: &[SealedCommand]) -> Result<()> {
        let mut ids = BTreeSet::new();
        for id in commands.iter().map(|command| command.id) {
            let waits = self.flying.command(id).or_else(|| self.pending.command(id));
            let found = match waits {
                None => index::get(&self.engine, id).inspect_err(|error| self.suspect(error))?,
                waits => waits,
            };
            if let Some(span) = found {
                let words = format!("command {id} was appended before, at entry {}", span.first);
                return Err(malformed(&words));
            }
            if !ids.insert(id) {
                return Err(malformed(&format!("command {id} is there twice")));
            }
        }
        Ok(())
    }

    fn check_writable(&self) -> Result<()> {
        match &self.failed {
            None => Ok(()),
            Some(cause) => Err(wal::poisoned(cause)),
        }
    }

    /// Gives the pending commands to the thread; a failure forbids further writes.
    fn dispatch(&mut self) {
        if self.settle().is_err() {
            return;
        }
        match std::mem::replace(&mut self.hands, Hands::Lost) {
            Hands::Here(mut pages) => {
                self.flying = std::mem::take(&mut self.pending);
                let commands = self.flying.commands().to_vec();
                let thread = std::thread::Builder::new().name("store apply".to_owned());
                match thread.spawn(move || {
                    let outcome = pages.apply(&commands);
                    (pages, outcome)
                }) {
                    Ok(handle) => self.hands = Hands::Away(handle),
                    Err(error) => self.failed = Some(format!("cannot start a thread: {error}")),
                }
            }
            other @ (Hands::Away(_) | Hands::Lost) => self.hands = other,
        }
    }

    /// Waits for the thread.
    fn settle(&mut self) -> Result<()> {
        let outcome = match std::mem::replace(&mut self.hands, Hands::Lost) {
            Hands::Here(pages) => {
                self.hands = Hands::Here(pages);
                return self.check_writable();
            }
            Hands::Away(handle) => handle.join().map_err(|_| lost()),
            Hands::Lost => return self.check_writable().and(Err(lost())),
        };
        match outcome {
            Ok((pages, Ok(()))) => {
                self.applied = pages.head().size;
                self.flying = Tail::default();
                self.hands = Hands::Here(pages);
                self.check_writable()
            }
            Ok((_, Err(error))) | Err(error) => {
                self.failed = Some(error.message().to_owned());
                Err(error)
            }
        }
    }

    pub(super) fn sync(&mut self) -> Result<()> {
        self.check_writable()?;
        self.settle()?;
        if self.pending.is_empty() {
            return Ok(());
        }
        let Hands::Here(pages) = &mut self.hands else { return Err(lost()) };
        match pages.apply(self.pending.commands()) {
            Ok(()) => {
                self.applied = pages.head().size;
                self.pending = Tail::default();
                Ok(())
            }
            Err(error) => {
                self.hands = Hands::Lost;
                self.failed = Some(error.message().to_owned());
                Err(error)
            }
        }
    }

    pub(super) fn release(&mut self, published: u64) -> Result<()> {
        self.sync()?;
        // Since the clean end nothing was appended that could be let go of.
        if self.marked.get() {
            return Ok(());
        }
        let recycled = self.wal.recycle(published.min(self.applied)).and_then(|()| {
            // What sled holds durably and the archive has published, to the last entry.
            let is_all = published == self.head.size && !self.suspect.get();
            if is_all { self.wal.mark_sound(self.head) } else { Ok(()) }
        });
        recycled.inspect_err(|error| {
            self.failed = Some(error.message().to_owned());
        })
    }

    pub(super) fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        let range = range.start..range.end.min(self.head.size);
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let mut entries = page::read(&self.engine, range.start..range.end.min(self.applied))
            .inspect_err(|error| self.suspect(error))?;
        self.flying.read(&range, &mut entries);
        self.pending.read(&range, &mut entries);
        Ok(entries)
    }

    pub(super) fn command(&self, id: CommandId) -> Result<Option<Span>> {
        match self.flying.command(id).or_else(|| self.pending.command(id)) {
            Some(span) => Ok(Some(span)),
            None => {
                let index = self.index();
                index.command(&self.engine, id).inspect_err(|error| self.suspect(error))
            }
        }
    }

    pub(super) fn snapshot(&self) -> Result<Option<Snapshot>> {
        let found = snapshot::get(&self.engine)?;
        Ok(found.filter(|snapshot| snapshot.head.size <= self.head.size))
    }

    pub(super) fn parts(&self) -> Arc<dyn Parts> {
        Arc::new(snapshot::Reading::of(&self.engine))
    }

    pub(super) fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
        self.write_snapshot(|engine| snapshot::put(engine, snapshot, parts))
    }

    pub(super) fn forget_snapshot(&mut self) -> Result<()> {
        self.write_snapshot(snapshot::forget)
    }

    fn write_snapshot(&mut self, write: impl FnOnce(&Engine) -> Result<()>) -> Result<()> {
        self.sync()?;
        self.unmark()?;
        write(&self.engine).inspect_err(|error| {
            self.failed = Some(error.message().to_owned());
            self.suspect(error);
        })
    }

    fn suspect(&self, error: &Error) {
        if error.kind() == Kind::Break {
            // Tried again by the close; killed before it, the next open meets the damage as this one did.
            drop(self.distrust());
        }
    }

    /// The next open looks at everything.
    pub(super) fn distrust(&self) -> Result<()> {
        self.suspect.set(true);
        self.wal.distrust()?;
        self.marked.set(false);
        Ok(())
    }

    /// Syncs, and marks that this is a clean end; without the mark where damage was met. Where nothing
    /// was written since the last one, its mark stands.
    pub(super) fn mark_clean(&mut self) -> Result<()> {
        self.sync()?;
        if self.suspect.get() {
            return self.distrust();
        }
        if self.marked.get() {
            return Ok(());
        }
        self.wal.mark_clean(self.head)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // What the thread did or did not do is found again at the next open.
        drop(self.settle());
    }
}

/// The head after `commands`, if they may follow `head`.
pub(super) fn check(head: Head, commands: &[SealedCommand]) -> Result<Head> {
    let mut head = head;
    for command in commands {
        let id = command.id;
        let (count, bytes) = (command.entries.len(), bytes_of(command));
        if count == 0 || count > MAX_COMMAND_ENTRIES {
            let words =
                format!("command {id} has {count} entries, 1 to {MAX_COMMAND_ENTRIES} are allowed");
            return Err(malformed(&words));
        }
        if bytes > MAX_COMMAND_BYTES {
            let words = format!("command {id} has {bytes} bytes, {MAX_COMMAND_BYTES} are allowed");
            return Err(malformed(&words));
        }
        for entry in &command.entries {
            let length = entry.bytes.len();
            if entry.index != head.size {
                let words =
                    format!("command {id} has entry {}, expected {}", entry.index, head.size);
                return Err(malformed(&words));
            }
            if length == 0 || length > MAX_ENTRY_BYTES {
                let words = format!(
                    "entry {} has {length} bytes, 1 to {MAX_ENTRY_BYTES} are allowed",
                    entry.index
                );
                return Err(malformed(&words));
            }
            head = Head { size: head.size.saturating_add(1), hash: entry.hash };
        }
    }
    Ok(head)
}

fn lost() -> Error {
    wal::poisoned("the thread that writes to sled is gone")
}

fn malformed(words: &str) -> Error {
    wal::malformed(words)
}
