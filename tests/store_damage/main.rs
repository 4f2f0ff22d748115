//! Damaged files of a store: never a panic, never other bytes, never a shorter store called clean; what is
//! left is given as candidates of recovery, and a rebuild throws nothing away.
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

mod index;
mod log;
#[path = "../raw/mod.rs"]
mod raw;
mod sled;

use earmark::chain::entry::{Sealed, SealedCommand};
use earmark::error::Kind;
use earmark::store::conformance::Maker;
use earmark::store::fault::{Fault, FaultMedium};
use earmark::store::sled::{Options, SledStore};
use earmark::store::{Opening, Snapshot, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn open(at: &Path) -> (SledStore, Opening) {
    SledStore::open(at, Options { segment_bytes: 65_536, ..Options::default() }).unwrap()
}

/// Commands of a ledger, and a store that holds them.
struct Filled {
    at: TempDir,
    commands: Vec<SealedCommand>,
    entries: Vec<Sealed>,
}

fn filled(sizes: &[u16], close: bool) -> Filled {
    fill(sizes, close, false)
}

/// With `release` the durability log keeps only the end, as it does once the archive has the rest.
fn fill(sizes: &[u16], close: bool, release: bool) -> Filled {
    let at = folder();
    let mut maker = Maker::new(5);
    let commands: Vec<_> = sizes.iter().map(|count| maker.command(*count, 100)).collect();
    let (mut store, _) = open(at.path());
    for command in &commands {
        let head = store.head().unwrap();
        store.append(head, std::slice::from_ref(command)).unwrap();
        if release {
            store.release(u64::MAX).unwrap();
        }
    }
    let bytes = vec![7; 30_000];
    if close {
        store.put_snapshot(&Snapshot::new(store.head().unwrap(), bytes, |_| [9; 64]), &[]).unwrap();
        store.close().unwrap();
    }
    drop(store);
    let entries = commands.iter().flat_map(|command| command.entries.clone()).collect();
    Filled { at, commands, entries }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for found in std::fs::read_dir(from).unwrap() {
        let found = found.unwrap();
        let target = to.join(found.file_name());
        if found.file_type().unwrap().is_dir() {
            copy_folder(&found.path(), &target);
        } else {
            std::fs::copy(found.path(), target).unwrap();
        }
    }
}

fn flip(path: &Path, at: usize, length: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let end = bytes.len().min(at + length);
    bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    std::fs::write(path, bytes).unwrap();
}

fn segments(at: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        std::fs::read_dir(at.join("wal")).unwrap().map(|found| found.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().len() == 20);
    paths.sort();
    paths
}

/// Where a frame of the only segment starts, by its number.
fn frame_at(segment: &Path, number: usize) -> usize {
    let bytes = std::fs::read(segment).unwrap();
    (0..number)
        .fold(16, |at, _| at + u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize)
}

/// Whatever is damaged: the store reads the true entries or says that it cannot, and what it gives for
/// recovery is true where it is not marked as damaged.
#[test]
fn full_pages_make_no_files_beside_sleds_own() {
    let at = folder();
    let (mut store, _) = open(at.path());
    let mut maker = Maker::new(9);
    for body in [128, 128, 128, 30, 200, 128] {
        for _ in 0..12 {
            store.append(store.head().unwrap(), &[maker.command(900, body)]).unwrap();
        }
    }
    let bytes = vec![1; 900_000];
    store.put_snapshot(&Snapshot::new(store.head().unwrap(), bytes, |_| [9; 64]), &[]).unwrap();
    assert_eq!(std::fs::read_dir(at.path().join("db/blobs")).unwrap().count(), 0);
}

#[test]
fn a_second_open_is_refused_and_changes_nothing() {
    let filled = filled(&[3], true);
    let at = filled.at.path();
    let (mut store, _) = open(at);
    std::fs::write(at.join("db/snap.0000000000000042.generating"), b"half").unwrap();
    let error = SledStore::open(at, Options::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Locked);
    assert_eq!(
        error.to_string(),
        format!(
            "store_locked: the store in {}/db is open in another program\n  next: wait until it has \
             finished, or end it",
            at.display()
        )
    );
    assert!(at.join("db/snap.0000000000000042.generating").exists());
    store.close().unwrap();
    let (_, opening) = open(at);
    assert!(opening.clean, "{opening:?}");
}

#[test]
fn errors_say_what_and_what_next() {
    let at = folder();
    let medium = FaultMedium::new();
    let options = Options { medium: Arc::new(medium.clone()), ..Options::default() };
    let (mut store, _) = SledStore::open(at.path(), options).unwrap();
    let mut maker = Maker::new(1);
    store.append(store.head().unwrap(), &[maker.command(1, 10)]).unwrap();
    let head = store.head().unwrap();
    let wrong = SealedCommand { id: maker.clone().command(1, 1).id, entries: Vec::new() };
    assert_eq!(
        store.append(head, std::slice::from_ref(&wrong)).unwrap_err().to_string(),
        format!(
            "append_malformed: these commands cannot be appended: command {} has 0 entries, 1 to 1000 \
             are allowed",
            wrong.id
        )
    );
    medium.fail_after(0, Fault::NoSpace);
    let path = at.path().join("wal/00000000000000000001");
    assert_eq!(
        store.append(head, &[maker.command(1, 10)]).unwrap_err().to_string(),
        format!(
            "disk_full: cannot write to the durability log {}: no storage space\n  next: make room on \
             that disk and run the same command again",
            path.display()
        )
    );
    medium.heal();
    let error = store.append(head, &[maker.command(1, 10)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "store_poisoned: an earlier write to the store failed, and a failed sync is never tried \
             again: cannot write to the durability log {}: no storage space\n  next: mend what failed \
             and open the ledger again; nothing acknowledged is lost",
            path.display()
        )
    );
    assert_eq!(store.read(0..9).unwrap().len(), 1, "what was acknowledged is still read");
    assert_eq!(store.sync().unwrap_err().code(), "store_poisoned");
    assert_eq!(store.close().unwrap_err().code(), "store_poisoned");
    assert_eq!(
        store.head().unwrap_err().to_string(),
        "store_closed: the store was closed\n  next: open the ledger again"
    );
    let (_, opening) = open(at.path());
    assert!(!opening.clean);
    assert_eq!(opening.differs, None);
}

#[test]
fn a_rebuild_can_break_off_anywhere() {
    let source = filled(&[3, 40, 5], true);
    for call in 0.. {
        let at = folder();
        copy_folder(source.at.path(), at.path());
        let medium = FaultMedium::new();
        let options = Options { medium: Arc::new(medium.clone()), ..Options::default() };
        let (mut store, opening) = SledStore::open(at.path(), options).unwrap();
        assert!(opening.clean);
        medium.fail_after(call, Fault::InputOutput);
        let outcome = store.rebuild(&mut source.commands.iter().cloned().map(Ok));
        drop(store);
        medium.heal();
        let (mut store, opening) = open(at.path());
        assert_eq!(opening.differs, None, "call {call}");
        assert_eq!(store.read(0..99).unwrap(), source.entries, "call {call}: {opening:?}");
        store.rebuild(&mut source.commands.iter().cloned().map(Ok)).unwrap();
        assert_eq!(store.read(0..99).unwrap(), source.entries, "call {call}");
        if outcome.is_ok() {
            assert!(call > 15, "only {call} calls");
            return;
        }
    }
}
