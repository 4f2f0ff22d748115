//! The contract of `trait Store` on every engine.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use earmark::store::Store;
use earmark::store::conformance::{Bench, run};
use earmark::store::memory::MemoryStore;
use earmark::store::sled::{Options, SledStore};
use tempfile::TempDir;

#[derive(Default)]
struct Memory(MemoryStore);

impl Bench for Memory {
    fn fresh(&mut self) -> Box<dyn Store> {
        self.0 = MemoryStore::new();
        Box::new(self.0.again())
    }

    fn reopen(&mut self, store: Box<dyn Store>) -> Box<dyn Store> {
        drop(store);
        Box::new(self.0.again())
    }
}

#[derive(Default)]
struct Sled {
    folders: Vec<TempDir>,
    segment_bytes: Option<u64>,
}

impl Sled {
    fn open(&self) -> Box<dyn Store> {
        let mut options = Options::default();
        if let Some(bytes) = self.segment_bytes {
            options.segment_bytes = bytes;
        }
        let folder = self.folders.last().unwrap().path();
        let (store, opening) = SledStore::open(folder, options).unwrap();
        assert_eq!(opening.differs, None);
        Box::new(store)
    }
}

impl Bench for Sled {
    fn fresh(&mut self) -> Box<dyn Store> {
        self.folders.push(tempfile::tempdir().unwrap());
        self.open()
    }

    fn reopen(&mut self, store: Box<dyn Store>) -> Box<dyn Store> {
        drop(store);
        self.open()
    }
}

#[test]
fn memory_keeps_the_contract() {
    run(&mut Memory::default()).unwrap();
}

#[test]
fn sled_keeps_the_contract() {
    run(&mut Sled::default()).unwrap();
}

#[test]
fn sled_keeps_the_contract_with_segments_that_hold_one_append() {
    run(&mut Sled { segment_bytes: Some(64), ..Sled::default() }).unwrap();
}
