//! Every file operation of the durability log fails in turn, and the power goes at each of them: nothing
//! acknowledged is lost, no command is cut, and the store opens again.
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

use earmark::chain::entry::{Head, Sealed, SealedCommand};
use earmark::error::{Error, Kind};
use earmark::store::conformance::Maker;
use earmark::store::fault::{Fault, FaultMedium, Kept};
use earmark::store::sled::{Options, SledStore};
use earmark::store::{Appended, Opening, Part, Snapshot, Store};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// A folder in memory where there is one: what is durable is simulated here.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn options(medium: &FaultMedium) -> Options {
    Options { segment_bytes: 8_192, medium: Arc::new(medium.clone()) }
}

fn open(at: &Path, medium: &FaultMedium) -> Result<(SledStore, Opening), Error> {
    SledStore::open(at, options(medium))
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

/// What the caller of the store was told.
#[derive(Default)]
struct Told {
    acknowledged: Head,
    snapshots: Vec<Snapshot>,
    /// Number of `snapshots` that were acknowledged.
    kept_snapshots: usize,
    /// Whether the last `release` covered everything acknowledged so far: then sled holds it.
    released: u64,
}

/// All entries that the script will ever append.
fn script_commands() -> Vec<Vec<SealedCommand>> {
    let mut maker = Maker::new(77);
    let sizes: [&[(u16, usize)]; 12] = [
        &[(1, 100)],
        &[(3, 200), (1, 50)],
        &[(20, 300)],
        &[(1, 7_000)],
        &[(1, 10)],
        &[(60, 100)],
        &[(1, 100)],
        &[(2, 100), (2, 100), (2, 100)],
        &[(1_000, 100)],
        &[(1, 100)],
        &[(1, 100)],
        &[(1, 100)],
    ];
    sizes
        .iter()
        .map(|group| group.iter().map(|(count, body)| maker.command(*count, *body)).collect())
        .collect()
}

fn snapshot(head: Head, number: usize) -> Snapshot {
    Snapshot::new(head, vec![number as u8; 20_000], |_| [9; 64])
}

/// The part of the snapshot that was put as the so manieth: in the place that the one before does not use.
fn part_of(snapshot: &Snapshot, put: usize) -> Part {
    let bytes = vec![snapshot.bytes[0] + 100; 10_000];
    Part { number: 5, is_second: put.is_multiple_of(2), bytes }
}

/// Opens, appends, releases, snapshots, closes, opens again and goes on, until something fails.
fn play(
    at: &Path,
    medium: &FaultMedium,
    groups: &[Vec<SealedCommand>],
    told: &mut Told,
    saved: &Path,
) -> Result<(), Error> {
    let (mut store, _) = open(at, medium)?;
    save(at, saved, medium);
    for (number, group) in groups.iter().enumerate() {
        match store.append(told.acknowledged, group)? {
            Appended::Done(head) => told.acknowledged = head,
            conflict => panic!("{conflict:?}"),
        }
        match number {
            2 | 6 | 9 => {
                store.release(told.acknowledged.size)?;
                told.released = told.acknowledged.size;
                save(at, saved, medium);
            }
            3 | 7 => {
                told.snapshots.push(snapshot(told.acknowledged, number));
                let part = part_of(told.snapshots.last().unwrap(), told.snapshots.len());
                store.put_snapshot(told.snapshots.last().unwrap(), &[part])?;
                told.kept_snapshots = told.snapshots.len();
            }
            5 => {
                store.close()?;
                store = open(at, medium)?.0;
            }
            8 => {
                drop(store);
                store = open(at, medium)?.0;
            }
            // After a clean end: sessions that only look, closed and not, and one that only snapshots.
            10 => {
                store.close()?;
                for closes in [true, false] {
                    let (mut looking, opening) = open(at, medium)?;
                    assert!(opening.clean, "{opening:?}");
                    looking.read(0..u64::MAX)?;
                    looking.release(told.acknowledged.size)?;
                    if closes {
                        looking.close()?;
                    }
                }
                let (mut looking, opening) = open(at, medium)?;
                assert!(opening.clean, "{opening:?}");
                told.snapshots.push(snapshot(told.acknowledged, number));
                let part = part_of(told.snapshots.last().unwrap(), told.snapshots.len());
                looking.put_snapshot(told.snapshots.last().unwrap(), &[part])?;
                told.kept_snapshots = told.snapshots.len();
                drop(looking);
                store = open(at, medium)?.0;
            }
            _ => {}
        }
    }
    store.close()
}

/// Keeps sled's folder as it is durably after a release.
fn save(at: &Path, saved: &Path, medium: &FaultMedium) {
    if !medium.is_dead() {
        drop(std::fs::remove_dir_all(saved));
        copy_folder(&at.join("db"), saved);
    }
}

fn check(at: &Path, medium: &FaultMedium, all: &[Sealed], told: &Told, case: &str, whole_db: bool) {
    let (mut store, opening) = open(at, medium).unwrap_or_else(|e| panic!("{case}: {e}"));
    assert_eq!(opening.differs, None, "{case}: {opening:?}");
    let head = store.head().unwrap();
    assert!(head.size >= told.acknowledged.size, "{case}: {head:?} after {opening:?}");
    if let Some(sound) = opening.sound {
        let last = &all[sound.size as usize - 1];
        assert_eq!(last.hash, sound.hash, "{case}: {opening:?}");
        assert!(sound.size <= told.acknowledged.size, "{case}: {opening:?}");
    }
    let entries = store.read(0..u64::MAX).unwrap();
    assert_eq!(entries, all[..entries.len()], "{case}");
    assert_eq!(entries.len() as u64, head.size, "{case}");
    let last = earmark::chain::entry::parse(&entries.last().unwrap_or(&all[all.len() - 1]).bytes);
    let last = last.unwrap();
    assert_eq!(last.place + 1, last.count, "{case}: a cut command");
    if whole_db {
        let found = store.snapshot().unwrap();
        let kept = told.kept_snapshots.checked_sub(1).map(|last| &told.snapshots[last..]);
        match &found {
            Some(found) => {
                assert!(
                    kept.unwrap_or(&told.snapshots).contains(found),
                    "{case}: a mixed snapshot"
                );
                let place = told.snapshots.iter().position(|told| told == found).unwrap();
                let part = part_of(found, place + 1);
                let reading = store.parts().unwrap();
                let read = reading.part(part.number, part.is_second, part.bytes.len() as u32);
                assert_eq!(read.unwrap(), Some(part.bytes), "{case}: its part is another's");
            }
            None => assert_eq!(told.kept_snapshots, 0, "{case}: the snapshot is gone"),
        }
    }
    for copy in store.copies(0..u64::MAX).unwrap() {
        assert_eq!(copy.damage, Vec::<String>::new(), "{case}: {}", copy.name);
    }
    let mut maker = Maker::new(77);
    while maker.head().size < head.size {
        // The script's own sizes, replayed up to the head.
        let parsed = earmark::chain::entry::parse(&all[maker.head().size as usize].bytes).unwrap();
        let (count, body) = (parsed.count, parsed.body.len());
        maker.command(count, body);
    }
    let next = maker.command(2, 50);
    assert!(matches!(store.append(head, &[next]).unwrap(), Appended::Done(_)), "{case}");
    store.close().unwrap();
    let (_, opening) = open(at, medium).unwrap();
    assert!(opening.clean, "{case}: {opening:?}");
}

fn entries(groups: &[Vec<SealedCommand>]) -> Vec<Sealed> {
    groups.iter().flatten().flat_map(|command| command.entries.clone()).collect()
}

fn count_calls(groups: &[Vec<SealedCommand>]) -> usize {
    let (at, saved) = (folder(), folder());
    let medium = FaultMedium::new();
    let mut told = Told::default();
    play(at.path(), &medium, groups, &mut told, &saved.path().join("db")).unwrap();
    let calls = medium.calls().len();
    check(at.path(), &medium, &entries(groups), &told, "no fault", true);
    calls
}

#[test]
fn each_call_fails_in_turn() {
    let groups = script_commands();
    let all = entries(&groups);
    let calls = count_calls(&groups);
    assert!(calls > 100, "the script makes only {calls} calls");
    for fault in [Fault::NoSpace, Fault::ReadOnly, Fault::InputOutput, Fault::ShortWrite] {
        let mut silent = 0;
        for call in 0..calls {
            let (at, saved) = (folder(), folder());
            let medium = FaultMedium::new();
            medium.fail_after(call, fault);
            let mut told = Told::default();
            let outcome = play(at.path(), &medium, &groups, &mut told, &saved.path().join("db"));
            let case = format!("{fault:?} at call {call}");
            match outcome {
                Err(error) => assert_eq!(error.kind(), Kind::Io, "{case}: {error}"),
                // sled fell behind on its own thread just before a drop; the log had everything.
                Ok(()) => silent += 1,
            }
            medium.heal();
            check(at.path(), &medium, &all, &told, &case, true);
        }
        assert!(silent <= 2, "{fault:?}: {silent} faults were never said");
    }
}

#[test]
fn the_power_goes_at_each_call() {
    let groups = script_commands();
    let all = entries(&groups);
    let calls = count_calls(&groups);
    for kept in [Kept::Synced, Kept::Everything, Kept::EverySecondSector] {
        for (call, old_db) in (0..calls).flat_map(|call| [(call, false), (call, true)]) {
            let (at, saved) = (folder(), folder());
            let saved = saved.path().join("db");
            let medium = FaultMedium::new();
            medium.fail_after(call, Fault::PowerLoss);
            let mut told = Told::default();
            let outcome = play(at.path(), &medium, &groups, &mut told, &saved);
            assert!(outcome.is_err(), "call {call} was not the last");
            medium.lose_power(kept).unwrap();
            if old_db && saved.exists() {
                // sled kept nothing since the last release: the durability log has all that is newer.
                std::fs::remove_dir_all(at.path().join("db")).unwrap();
                copy_folder(&saved, &at.path().join("db"));
            }
            let case = format!("{kept:?} at call {call}, old db: {old_db}");
            check(at.path(), &medium, &all, &told, &case, !old_db);
        }
    }
}

/// A file system of a few megabytes in memory; unmounted at the end.
struct Small(TempDir);

impl Small {
    fn mount(kilobytes: u32) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k");
        let mut mount = std::process::Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }

    fn grow(&self) {
        let mut mount = std::process::Command::new("mount");
        let grown = mount.args(["-o", "remount,size=64m"]).arg(self.0.path()).output().unwrap();
        assert!(grown.status.success(), "{grown:?}");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(std::process::Command::new("umount").arg(self.0.path()).output());
    }
}

#[test]
fn a_full_disk_loses_nothing_acknowledged() {
    for (number, kilobytes) in (2_000..6_000).step_by(370).enumerate() {
        let Some(small) = Small::mount(kilobytes) else {
            println!(
                "full disk: through the fault wrapper only; mounting a tmpfs does not work here"
            );
            return;
        };
        let at = small.0.path();
        let options = || Options { segment_bytes: 1 << 18, ..Options::default() };
        let (mut store, _) = SledStore::open(at, options()).unwrap();
        let mut maker = Maker::new(1);
        let mut acknowledged = Vec::new();
        let count = if number % 2 == 0 { 1_000 } else { 37 };
        let error = loop {
            let command = maker.command(count, 100);
            match store.append(store.head().unwrap(), std::slice::from_ref(&command)) {
                Ok(_) => acknowledged.extend(command.entries),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), Kind::Io);
        assert!(error.to_string().to_lowercase().contains("no s"), "{error}");
        assert!(acknowledged.len() > 1_000, "{kilobytes} KiB: {}", acknowledged.len());
        assert!(store.close().is_err());
        drop(store);
        small.grow();
        let (mut store, opening) = SledStore::open(at, options()).unwrap();
        assert_eq!(opening.differs, None, "{opening:?}");
        let found = store.read(0..u64::MAX).unwrap();
        assert_eq!(found[..acknowledged.len()], acknowledged[..], "{kilobytes} KiB");
        store.close().unwrap();
    }
    println!("full disk: on a small tmpfs and through the fault wrapper");
}
