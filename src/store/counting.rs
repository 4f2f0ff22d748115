//! A store that counts the calls it gets and passes them on: shows where a caller reads from.

use super::{Appended, Copy, Part, Parts, Snapshot, Span, Store};
use crate::chain::entry::{CommandId, Head, Sealed, SealedCommand};
use crate::error::Result;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Calls so far, shared with whoever looks.
#[derive(Debug, Default)]
pub struct Counts {
    head: AtomicU64,
    append: AtomicU64,
    read: AtomicU64,
    command: AtomicU64,
    snapshot: AtomicU64,
    put_snapshot: AtomicU64,
    parts_read: AtomicU64,
    bytes_read: AtomicU64,
    parts_put: AtomicU64,
    bytes_put: AtomicU64,
    sync: AtomicU64,
    release: AtomicU64,
    copies: AtomicU64,
}

/// The calls counted at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// Calls of [`Store::head`].
    pub head: u64,
    /// Calls of [`Store::append`].
    pub append: u64,
    /// Calls of [`Store::read`].
    pub read: u64,
    /// Calls of [`Store::command`].
    pub command: u64,
    /// Calls of [`Store::snapshot`].
    pub snapshot: u64,
    /// Calls of [`Store::put_snapshot`].
    pub put_snapshot: u64,
    /// Parts of snapshots read.
    pub parts_read: u64,
    /// Bytes of snapshots read, tops and parts.
    pub bytes_read: u64,
    /// Parts of snapshots put.
    pub parts_put: u64,
    /// Bytes of snapshots put, tops and parts.
    pub bytes_put: u64,
    /// Calls of [`Store::sync`].
    pub sync: u64,
    /// Calls of [`Store::release`].
    pub release: u64,
    /// Calls of [`Store::copies`].
    pub copies: u64,
}

impl Counts {
    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Calls {
            head: get(&self.head),
            append: get(&self.append),
            read: get(&self.read),
            command: get(&self.command),
            snapshot: get(&self.snapshot),
            put_snapshot: get(&self.put_snapshot),
            parts_read: get(&self.parts_read),
            bytes_read: get(&self.bytes_read),
            parts_put: get(&self.parts_put),
            bytes_put: get(&self.bytes_put),
            sync: get(&self.sync),
            release: get(&self.release),
            copies: get(&self.copies),
        }
    }
}

/// A store around another one.
#[derive(Debug)]
pub struct CountingStore {
    inner: Box<dyn Store>,
    counts: Arc<Counts>,
}

impl CountingStore {
    /// Wraps `inner`; the counts can be watched while the store is in use.
    #[must_use]
    pub fn new(inner: Box<dyn Store>) -> (Self, Arc<Counts>) {
        let counts = Arc::new(Counts::default());
        (Self { inner, counts: Arc::clone(&counts) }, counts)
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn count_bytes(counter: &AtomicU64, bytes: &[u8]) {
    counter.fetch_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

#[derive(Debug)]
struct CountingParts {
    inner: Arc<dyn Parts>,
    counts: Arc<Counts>,
}

impl Parts for CountingParts {
    fn part(&self, number: u64, is_second: bool, length: u32) -> Result<Option<Vec<u8>>> {
        let found = self.inner.part(number, is_second, length)?;
        count(&self.counts.parts_read);
        count_bytes(&self.counts.bytes_read, found.as_deref().unwrap_or_default());
        Ok(found)
    }
}

impl Store for CountingStore {
    fn head(&self) -> Result<Head> {
        count(&self.counts.head);
        self.inner.head()
    }

    fn append(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        count(&self.counts.append);
        self.inner.append(expected, commands)
    }

    fn complete(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        count(&self.counts.append);
        self.inner.complete(expected, commands)
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        count(&self.counts.read);
        self.inner.read(range)
    }

    fn command(&self, id: CommandId) -> Result<Option<Span>> {
        count(&self.counts.command);
        self.inner.command(id)
    }

    fn snapshot(&self) -> Result<Option<Snapshot>> {
        count(&self.counts.snapshot);
        let found = self.inner.snapshot()?;
        let bytes = found.as_ref().map(|snapshot| snapshot.bytes.as_slice());
        count_bytes(&self.counts.bytes_read, bytes.unwrap_or_default());
        Ok(found)
    }

    fn parts(&self) -> Result<Arc<dyn Parts>> {
        let (inner, counts) = (self.inner.parts()?, Arc::clone(&self.counts));
        Ok(Arc::new(CountingParts { inner, counts }))
    }

    fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
        count(&self.counts.put_snapshot);
        count_bytes(&self.counts.bytes_put, &snapshot.bytes);
        for part in parts {
            count(&self.counts.parts_put);
            count_bytes(&self.counts.bytes_put, &part.bytes);
        }
        self.inner.put_snapshot(snapshot, parts)
    }

    fn forget_snapshot(&mut self) -> Result<()> {
        self.inner.forget_snapshot()
    }

    fn sync(&mut self) -> Result<()> {
        count(&self.counts.sync);
        self.inner.sync()
    }

    fn release(&mut self, published: u64) -> Result<()> {
        count(&self.counts.release);
        self.inner.release(published)
    }

    fn next_held(&self, from: u64) -> Result<Option<u64>> {
        self.inner.next_held(from)
    }

    fn copies(&self, range: Range<u64>) -> Result<Vec<Copy>> {
        count(&self.counts.copies);
        self.inner.copies(range)
    }

    fn rebuild(
        &mut self,
        commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
    ) -> Result<String> {
        self.inner.rebuild(commands)
    }

    fn distrust(&self) -> Result<()> {
        self.inner.distrust()
    }

    fn close(&mut self) -> Result<()> {
        self.inner.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::Maker;
    use crate::store::memory::MemoryStore;

    #[test]
    fn each_call_is_counted_and_passed_on() {
        let (mut store, counts) = CountingStore::new(Box::new(MemoryStore::new()));
        let mut maker = Maker::new(1);
        let command = maker.command(2, 10);
        store.append(Head::default(), std::slice::from_ref(&command)).unwrap();
        assert_eq!(store.head().unwrap(), maker.head());
        assert_eq!(store.read(0..9).unwrap(), command.entries);
        assert_eq!(store.command(command.id).unwrap(), Some(Span { first: 0, count: 2 }));
        assert_eq!(store.snapshot().unwrap(), None);
        let part = Part { number: 1, is_second: true, bytes: vec![1, 2] };
        let snapshot = Snapshot::new(maker.head(), vec![1], |_| [9; 64]);
        store.put_snapshot(&snapshot, std::slice::from_ref(&part)).unwrap();
        assert_eq!(store.parts().unwrap().part(1, true, 2).unwrap(), Some(part.bytes));
        assert!(store.snapshot().unwrap().is_some());
        store.sync().unwrap();
        store.release(2).unwrap();
        assert_eq!(store.copies(0..9).unwrap().len(), 1);
        let expected = Calls {
            head: 1,
            append: 1,
            read: 1,
            command: 1,
            snapshot: 2,
            put_snapshot: 1,
            parts_read: 1,
            bytes_read: 3,
            parts_put: 1,
            bytes_put: 3,
            sync: 1,
            release: 1,
            copies: 1,
        };
        assert_eq!(counts.calls(), expected);
        store.forget_snapshot().unwrap();
        assert_eq!(store.snapshot().unwrap(), None);
        store.rebuild(&mut std::iter::empty()).unwrap();
        assert_eq!(store.head().unwrap(), Head::default());
        store.close().unwrap();
        assert!(store.head().is_err());
    }
}
