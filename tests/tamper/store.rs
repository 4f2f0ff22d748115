//! Damage in sled and in the durability log: `verify --store` finds it, or the store is whole; opening
//! loses no entry that verifies, and moves what is damaged aside.

use crate::book::{entries_of, log_key, pay, start, verify_log};
use crate::house::{House, payment};
use earmark::chain::hash;
use earmark::chain::signature::Signer;
use earmark::error::{Error, Kind, Result};
use earmark::ledger::{Durability, Ledger, Media, Reader, Submission};
use earmark::store::sled::{Options, SledStore};
use earmark::verify::{StoreReport, verify_store};
use std::path::{Path, PathBuf};

/// A durability log of short segments, which are soon used again.
fn short_segments() -> Media {
    let open = |folder: &Path| {
        let options = Options { segment_bytes: 8_192, ..Options::default() };
        let (store, opening) = SledStore::open(folder, options)?;
        let store: Box<dyn earmark::store::Store> = Box::new(store);
        Ok((store, opening))
    };
    Media { store: Box::new(open), ..Media::default() }
}

/// A ledger of 95 entries. Its durability log holds `all` of them, or only the last ones.
pub(crate) fn filled_with(cleanly: bool, all: bool) -> (House, Vec<Vec<u8>>) {
    let house = House::new();
    start(&house).close().unwrap();
    let media = if all { Media::default() } else { short_segments() };
    let mut ledger = house.try_open_on(&media).unwrap();
    pay(&house, &mut ledger, 5);
    crate::book::import(&house, &mut ledger, (2, 40, 1));
    pay(&house, &mut ledger, 5);
    if !all {
        // The first segment, from before, is the last to be let go of.
        ledger.close().unwrap();
        ledger = house.try_open_on(&media).unwrap();
        pay(&house, &mut ledger, 40);
    }
    if cleanly {
        ledger.close().unwrap();
    } else {
        drop(ledger);
    }
    let entries = entries_of(&house);
    assert_eq!(entries.len(), if all { 95 } else { 135 });
    (house, entries)
}

pub(crate) fn filled(cleanly: bool) -> (House, Vec<Vec<u8>>) {
    filled_with(cleanly, true)
}

pub(crate) fn flip(path: &Path, at: usize, length: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let (at, end) = (bytes.len().min(at), bytes.len().min(at + length));
    bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    std::fs::write(path, bytes).unwrap();
}

pub(crate) fn segment(folder: &Path) -> PathBuf {
    let names = std::fs::read_dir(folder.join("wal")).unwrap().map(|name| name.unwrap().path());
    let mut names: Vec<_> = names.filter(|path| path.file_name().unwrap().len() == 20).collect();
    names.sort();
    names.pop().unwrap()
}

pub(crate) fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(folder.join("db")).unwrap().map(|name| name.unwrap().path());
    let is_snapshot =
        |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("snap.");
    names.filter(is_snapshot).collect()
}

/// The bytes of the durability log that mean something.
fn used(segment: &Path) -> usize {
    let bytes = std::fs::read(segment).unwrap();
    bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count()
}

fn aside(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("quarantine")).collect()
}

pub(crate) fn check_store(house: &House) -> Result<StoreReport> {
    let folder = house.ledger_folder();
    verify_store(&folder, Reader::open(&folder, None)?.archive())
}

/// Every entry of a ledger, read back.
fn read_all(ledger: &Ledger) -> Result<Vec<Vec<u8>>> {
    (0..ledger.head().size)
        .map(|index| Ok(ledger.entry(index)?.expect("an entry below the head").bytes))
        .collect()
}

/// Opens, and sees that everything is there, in the store and in the log, and that work goes on.
#[track_caller]
pub(crate) fn assert_healed(house: &House, entries: &[Vec<u8>], what: &str) -> Vec<String> {
    let fail = |error: Error| -> Ledger { panic!("{what}: {error}") };
    let ledger = house.try_open().unwrap_or_else(fail);
    let mut notes = ledger.notes().to_vec();
    let read = read_all(&ledger);
    let ledger = match read {
        Ok(read) => {
            assert!(read == entries, "{what}: other entries");
            ledger
        }
        Err(error) => {
            // The copies ended alike, so the store was trusted: having met damage, it never again is.
            assert_eq!(error.kind(), Kind::Break, "{what}: {error}");
            ledger.close().unwrap();
            let ledger = house.try_open().unwrap_or_else(fail);
            notes.extend(ledger.notes().iter().cloned());
            assert!(read_all(&ledger).unwrap() == entries, "{what}: other entries");
            ledger
        }
    };
    let mut ledger = ledger;
    house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
    ledger.close().unwrap();
    assert!(entries_of(house)[..entries.len()] == *entries, "{what}");
    let report = verify_log(&house.ledger_folder().join("log"), None);
    assert!(report.is_verified(), "{what}: {:#?}", report.faults);
    let store = check_store(house).unwrap();
    assert_eq!(store.faults, [], "{what}");
    notes
}

/// The damage is found, or the store gives every entry all the same.
#[track_caller]
fn check_found(house: &House, entries: &[Vec<u8>], notes: &mut Vec<String>, what: &str) -> bool {
    let report = check_store(house).unwrap_or_else(|error| panic!("{what}: {error}"));
    notes.extend(report.notes);
    if !report.faults.is_empty() {
        assert!(report.faults.iter().all(|fault| fault.file.is_some()), "{what}");
        return true;
    }
    let whole = house.copy();
    let ledger = whole.open();
    assert!(read_all(&ledger).unwrap() == entries, "{what} is not seen");
    false
}

/// What is done to a ledger's folder, in words.
type Change = (String, Box<dyn Fn(&Path)>);

/// Damages copies of a ledger in turn; says how often it was found, and moved aside.
fn damage_each(changes: &[Change]) -> (usize, usize) {
    let (mut found, mut moved) = (0, 0);
    for (cleanly, all) in [(true, true), (false, true), (true, false), (false, false)] {
        let (template, entries) = filled_with(cleanly, all);
        for (what, change) in changes {
            let what = format!("{what}, clean end {cleanly}, long durability log {all}");
            // Verified first, or opened at once.
            for verified in [true, false] {
                let house = template.copy();
                change(&house.ledger_folder());
                let mut notes = Vec::new();
                if verified && check_found(&house, &entries, &mut notes, &what) {
                    found += 1;
                }
                notes.extend(assert_healed(&house, &entries, &what));
                let aside = aside(&house.ledger_folder());
                assert!(aside.is_empty() || !notes.is_empty(), "{what} was healed in silence");
                moved += usize::from(!aside.is_empty());
            }
        }
    }
    (found, moved)
}

#[test]
fn bytes_of_sled_flipped_anywhere() {
    let (house, _) = filled(true);
    let bytes = std::fs::read(house.ledger_folder().join("db/db")).unwrap();
    let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let changes: Vec<Change> = (0..24)
        .map(|number| number * used / 24)
        .map(|at| {
            let change = move |folder: &Path| flip(&folder.join("db/db"), at, 24);
            let change: Box<dyn Fn(&Path)> = Box::new(change);
            (format!("sled's file flipped from byte {at}"), change)
        })
        .collect();
    // Most of the file is what sled has replaced since: what it finds there is never used.
    let (found, moved) = damage_each(&changes);
    println!(
        "{} kinds of damage to sled's file: {found} found, {moved} moved aside",
        changes.len()
    );
}

/// Wherever these bytes are in a file, they are changed.
fn flip_all(path: &Path, needle: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    let mut any = false;
    for at in 0..bytes.len() - needle.len() {
        if bytes[at..].starts_with(needle) {
            bytes[at + needle.len() / 2] ^= 1;
            any = true;
        }
    }
    assert!(any, "the bytes are not in {}", path.display());
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn an_entry_changed_in_sled_is_found_and_never_given_out() {
    for index in [0, 1, 5, 31, 32, 60, 94] {
        for (cleanly, all) in [(true, true), (false, true), (true, false), (false, false)] {
            let (house, entries) = filled_with(cleanly, all);
            let what = format!("entry {index} changed, clean end {cleanly}, long log {all}");
            flip_all(&house.ledger_folder().join("db/db"), &entries[index][34..50]);
            let unverified = house.copy();
            let mut notes = Vec::new();
            let found = check_found(&house, &entries, &mut notes, &what);
            // Where the durability log has the entry, the store may have mended itself already.
            assert!(found || all, "{what}");
            notes.extend(assert_healed(&house, &entries, &what));
            assert!(!notes.is_empty(), "{what}");
            assert!(all || !aside(&house.ledger_folder()).is_empty(), "{what}");
            assert_healed(&unverified, &entries, &what);
        }
    }
}

#[test]
fn files_of_sled_cut_deleted_or_emptied() {
    let cut = |part: usize| {
        move |folder: &Path| {
            let path = folder.join("db/db");
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..bytes.len() * part / 8]).unwrap();
        }
    };
    let mut changes: Vec<Change> = (0..8)
        .map(|part| {
            let change: Box<dyn Fn(&Path)> = Box::new(cut(part));
            (format!("sled's file cut to {part}/8"), change)
        })
        .collect();
    let mut add = |what: &str, change: fn(&Path)| changes.push((what.to_owned(), Box::new(change)));
    add("sled's snapshots deleted", |folder| {
        snapshots(folder).iter().for_each(|path| std::fs::remove_file(path).unwrap());
    });
    add("sled's snapshots flipped", |folder| {
        snapshots(folder).iter().for_each(|path| flip(path, 10, 10));
    });
    add("sled's snapshots cut", |folder| {
        snapshots(folder).iter().for_each(|path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        });
    });
    add("sled's settings flipped", |folder| flip(&folder.join("db/conf"), 2, 8));
    add("sled's settings deleted", |folder| std::fs::remove_file(folder.join("db/conf")).unwrap());
    add("sled's file deleted", |folder| std::fs::remove_file(folder.join("db/db")).unwrap());
    let (found, moved) = damage_each(&changes);
    println!(
        "{} kinds of damage to sled's files: {found} found, {moved} moved aside",
        changes.len()
    );
    assert!(found > 0 && moved > 0);
}

#[test]
fn the_durability_log_flipped_cut_or_deleted() {
    let (house, _) = filled(true);
    let used = used(&segment(&house.ledger_folder()));
    let mut changes: Vec<Change> = (0..16)
        .map(|number| number * used / 16 + 3)
        .map(|at| {
            let change = move |folder: &Path| flip(&segment(folder), at, 5);
            let change: Box<dyn Fn(&Path)> = Box::new(change);
            (format!("the durability log flipped from byte {at}"), change)
        })
        .collect();
    for length in [0, 8, 16, 100, used / 2, used - 1] {
        let change = move |folder: &Path| {
            let path = segment(folder);
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..length]).unwrap();
        };
        changes.push((format!("the durability log cut to {length} bytes"), Box::new(change)));
    }
    let mut add = |what: &str, change: fn(&Path)| changes.push((what.to_owned(), Box::new(change)));
    add("a segment deleted", |folder| std::fs::remove_file(segment(folder)).unwrap());
    add("a mark that lies", |folder| {
        std::fs::write(folder.join("wal/clean"), "earmark clean end 1\nsize 3\n").unwrap();
    });
    let (found, moved) = damage_each(&changes);
    println!(
        "{} kinds of damage to the durability log: {found} found, {moved} moved aside",
        changes.len()
    );
    assert!(found > 0 && moved > 0);
}

/// A page of sled rewritten so that its checksum holds: only hashes can tell.
#[test]
fn a_store_of_another_history_is_found_and_refused() {
    // Two ledgers of the same length with the same keys, that differ in one payment; the second's
    // store is put beside the first's log.
    let with = |amount| {
        let house = House::new();
        let mut ledger = start(&house);
        house.submit(&mut ledger, payment("PD-INFO", "P-1", amount));
        ledger.close().unwrap();
        house
    };
    let (house, other) = (with(1), with(2));
    assert_eq!(entries_of(&house).len(), entries_of(&other).len());
    for name in ["db", "wal"] {
        let folder = house.ledger_folder().join(name);
        std::fs::remove_dir_all(&folder).unwrap();
        crate::house::copy_folder(&other.ledger_folder().join(name), &folder);
    }
    let report = check_store(&house).unwrap();
    let indexes: Vec<_> = report.faults.iter().filter_map(|fault| fault.index).collect();
    assert!(indexes.iter().all(|index| *index == 5) && !indexes.is_empty(), "{report:#?}");
    // Both are signed: nobody but the officer can say which one is right.
    let error = house.try_open().unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Fork, "fork"));
    assert_eq!(error.details(), [("index", "5".to_owned())]);
    assert_eq!(hash::entry(&entries_of(&house)[4]), hash::entry(&entries_of(&other)[4]));
}

#[test]
fn what_is_recorded_and_not_published_is_compared_too() {
    let (house, _) = filled(true);
    let mut ledger = house.open();
    for key in [&b"one"[..], b"two"] {
        ledger
            .submit(&Submission {
                order: &payment("PD-INFO", "P-1", 1),
                confidential: None,
                signer: &house.officer(),
                command_key: Some(key),
                accept_clock: None,
                dry_run: false,
                until: Durability::Recorded,
            })
            .unwrap();
    }
    drop(ledger);
    let report = check_store(&house).unwrap();
    assert_eq!(report.faults, []);
    assert!(report.read.iter().any(|(name, count)| name == "sled" && *count == 97), "{report:?}");
    assert_eq!(house.open().published_size(), 97);
    assert_eq!(log_key().public_key(), house.log_signer().public_key());
}
