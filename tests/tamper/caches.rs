//! A changed cache is found by the tier `projections` and never used by a reader; without caches
//! everything is the same.

use crate::book::{book, log_key, pay, start, verify_log};
use crate::house::House;
use earmark::chain::hash::cache_front;
use earmark::chain::signature::{SeedSigner, Signer, cache_message};
use earmark::ledger::Reader;
use earmark::ledger::reader::books::Books;
use earmark::ledger::reader::cache;
use earmark::verify::{Outcome, Tier};
use std::path::{Path, PathBuf};

fn caches(house: &House) -> PathBuf {
    house.ledger_folder().join("cache")
}

fn reader(house: &House) -> Reader {
    Reader::open(&house.ledger_folder(), Some(log_key().public_key())).unwrap()
}

fn cached(house: &House) -> PathBuf {
    reader(house).make_cache(&log_key()).unwrap();
    caches(house).join(cache::FILE)
}

fn fresh(house: &House) -> Books {
    let reader = Reader::open_log(&house.ledger_folder().join("log"), None, None).unwrap();
    reader.books(reader.size(), None).unwrap()
}

fn bytes<T: serde::Serialize>(part: &T) -> Vec<u8> {
    earmark::chain::body::encode_value(part).unwrap()
}

fn same(a: &Books, b: &Books) -> bool {
    bytes(a) == bytes(b)
}

fn projections(house: &House) -> (Outcome, Vec<String>) {
    let report = verify_log(&house.ledger_folder().join("log"), Some(&caches(house)));
    let (_, outcome) = report.tiers.iter().find(|(tier, _)| *tier == Tier::Projections).unwrap();
    let others = report.faults.iter().filter(|fault| fault.tier != Tier::Projections);
    assert_eq!(others.count(), 0, "{:#?}", report.faults);
    (*outcome, report.faults.iter().filter_map(|fault| fault.file.clone()).collect())
}

#[track_caller]
fn assert_useless(house: &House, expected: &Books, what: &str) {
    let (outcome, files) = projections(house);
    assert_eq!(outcome, Outcome::Broken, "{what}");
    assert!(files.iter().all(|file| file == "cache/projections") && !files.is_empty(), "{what}");
    let key = log_key().public_key();
    assert!(cache::read(&caches(house), &key, 1_000).is_none(), "{what} would be used");
    let reader = reader(house);
    assert!(same(&reader.books(reader.size(), None).unwrap(), expected), "{what} was used");
}

#[test]
fn a_cache_equals_a_fresh_run_and_deleting_it_changes_nothing() {
    let house = book(true);
    let expected = fresh(&house);
    assert_eq!(projections(&house).0, Outcome::Nothing, "no caches");
    let path = cached(&house);
    assert_eq!(projections(&house).0, Outcome::Passed);
    let with_it = reader(&house);
    assert!(same(&with_it.books(with_it.size(), None).unwrap(), &expected));
    std::fs::remove_file(path).unwrap();
    assert_eq!(projections(&house).0, Outcome::Nothing);
    let without = reader(&house);
    assert!(same(&without.books(without.size(), None).unwrap(), &expected));
}

#[test]
fn an_older_cache_is_folded_on_from() {
    let house = House::new();
    let mut ledger = start(&house);
    pay(&house, &mut ledger, 3);
    cached(&house);
    pay(&house, &mut ledger, 4);
    ledger.close().unwrap();
    assert_eq!(projections(&house).0, Outcome::Passed);
    let reader = reader(&house);
    assert!(same(&reader.books(reader.size(), None).unwrap(), &fresh(&house)));
}

#[test]
fn a_changed_cache_is_found_and_never_used() {
    let house = book(true);
    let expected = fresh(&house);
    let path = cached(&house);
    let good = std::fs::read(&path).unwrap();
    let step = (good.len() / 150).max(1);
    let places = (0..100).chain((100..good.len()).step_by(step));
    for at in places {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        std::fs::write(&path, bad).unwrap();
        assert_useless(&house, &expected, &format!("a cache with a bit of byte {at} flipped"));
    }
    for length in [0, 7, 8, 71, 72, 75, 76, 77, 200, good.len() - 1] {
        std::fs::write(&path, &good[..length]).unwrap();
        assert_useless(&house, &expected, &format!("a cache of {length} bytes"));
    }
    std::fs::write(&path, [&good[..], b"!"].concat()).unwrap();
    assert_useless(&house, &expected, "a cache with a byte more");
}

#[test]
fn a_cache_beyond_all_measure_is_not_read_to_its_end() {
    let house = book(true);
    let path = cached(&house);
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    // A hole: 1 TiB that takes no room on the disk, and would in memory.
    file.set_len(1 << 40).unwrap();
    let report = verify_log(&house.ledger_folder().join("log"), Some(&caches(&house)));
    let fault = report.faults.first().unwrap();
    assert_eq!((report.faults.len(), fault.tier), (1, Tier::Projections), "{fault}");
    assert!(fault.found.starts_with("more than 6651904 bytes, for a log of"), "{fault}");
}

fn put(folder: &Path, change: impl FnOnce(&mut cache::Cache), signer: &dyn Signer) {
    let mut cache = cache::read(folder, &log_key().public_key(), 1_000).unwrap();
    change(&mut cache);
    cache::write(folder, &cache, signer).unwrap();
}

#[test]
fn a_cache_of_a_stranger_is_not_used_whatever_it_says() {
    let house = book(true);
    let expected = fresh(&house);
    cached(&house);
    put(&caches(&house), |_| {}, &SeedSigner::new(&[66; 32]));
    assert_useless(&house, &expected, "a true cache under another key");
}

/// A read takes what it asks for and nothing else: a part that is damaged is none, and all is folded.
#[test]
fn a_part_is_used_only_with_the_hash_in_the_front() {
    let house = book(true);
    let path = cached(&house);
    let good = std::fs::read(&path).unwrap();
    let right = |reader: &Reader| {
        let shelf = reader.shelf(reader.size(), None).unwrap();
        [
            bytes(shelf.totals().unwrap()),
            bytes(shelf.names().unwrap()),
            bytes(shelf.balances().unwrap()),
            bytes(shelf.leverage().unwrap()),
            bytes(shelf.state().unwrap()),
        ]
    };
    let bare = Reader::open_log(&house.ledger_folder().join("log"), None, None).unwrap();
    let expected = right(&bare);
    assert_eq!(right(&reader(&house)), expected);
    let parts_at = good.len() - expected.iter().map(Vec::len).sum::<usize>();
    let mut at = parts_at;
    for (part, length) in expected.iter().map(Vec::len).enumerate() {
        for place in [at, at + length / 2, at + length - 1] {
            let mut bad = good.clone();
            bad[place] ^= 1;
            std::fs::write(&path, bad).unwrap();
            assert_eq!(right(&reader(&house)), expected, "part {part}, byte {place}");
        }
        at += length;
    }
    assert_eq!(at, good.len());
}

/// A ledger of 0.5.0 has its cache under another name and in another form: it is read by nobody, is no fault, and goes
/// when ours is written.
#[test]
fn a_cache_of_a_former_form_is_no_break_and_goes_with_the_next() {
    let house = book(true);
    let former = caches(&house).join("books");
    std::fs::create_dir_all(caches(&house)).unwrap();
    std::fs::write(&former, b"EARMCACH and what 0.5.0 wrote").unwrap();
    assert_eq!(projections(&house), (Outcome::Nothing, Vec::new()));
    let with_it = reader(&house);
    assert!(same(&with_it.books(with_it.size(), None).unwrap(), &fresh(&house)));
    cached(&house);
    assert!(!former.exists());
    assert_eq!(projections(&house), (Outcome::Passed, Vec::new()));
}

/// What another release made is told from what was changed by its signature.
#[test]
fn a_cache_of_another_release_is_no_break_and_not_used() {
    let house = book(true);
    let expected = fresh(&house);
    let path = cached(&house);
    let mut bytes = std::fs::read(&path).unwrap();
    let newest = || cache::newest_size(&caches(&house), 1_000);
    assert_eq!(newest(), reader(&house).size());
    // The format is the first byte of the front.
    bytes[76] += 1;
    std::fs::write(&path, &bytes).unwrap();
    // The next write makes a new one, however young this one is.
    assert_eq!(newest(), 0);
    assert_useless(&house, &expected, "a cache whose version was changed");
    let front = u32::from_le_bytes(bytes[72..76].try_into().unwrap()) as usize;
    let signature = log_key().sign(&cache_message(&cache_front(&bytes[76..76 + front])));
    bytes[8..72].copy_from_slice(&signature);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(projections(&house), (Outcome::Nothing, Vec::new()));
    assert!(cache::read(&caches(&house), &log_key().public_key(), 1_000).is_none());
    let reader = reader(&house);
    assert!(same(&reader.books(reader.size(), None).unwrap(), &expected));
}

/// Whoever holds the log key can sign a false cache; a reader of the caches is then misled, which is
/// what the tier is for.
#[test]
fn a_false_cache_under_the_log_key_is_found() {
    let house = book(true);
    cached(&house);
    let other = House::new();
    let mut ledger = start(&other);
    pay(&other, &mut ledger, 9);
    let false_books = fresh(&other);
    put(&caches(&house), |cache| cache.books = false_books, &log_key());
    assert_eq!(projections(&house), (Outcome::Broken, vec!["cache/projections".to_owned()]));

    // Of a head that is not in the log: not even used.
    let expected = fresh(&house);
    cached(&house);
    put(&caches(&house), |cache| cache.head.hash = earmark::chain::hash::Hash([3; 32]), &log_key());
    assert_eq!(projections(&house).0, Outcome::Broken);
    let reader = reader(&house);
    assert!(same(&reader.books(reader.size(), None).unwrap(), &expected));

    // Beyond the log, or inside a command.
    for size in [1_000, 199] {
        cached(&house);
        put(&caches(&house), |cache| cache.head.size = size, &log_key());
        assert_eq!(projections(&house), (Outcome::Broken, vec!["cache/projections".to_owned()]));
    }
}
