//! A verification that goes on from a bookmark sees what one from the first entry on would see, and
//! a log that was written anew since.

use crate::book::{bundle, entries_of, log_key, pay, start};
use crate::both::{judge, verify};
use crate::house::{House, ORIGIN, payment};
use crate::large::{Forged, key_of, large};
use earmark::ledger::Reader;
use earmark::verify::{Bookmark, Outcome, Report, Resumption, Tier, Trust, verify_on};
use std::path::{Path, PathBuf};

/// Where one auditor keeps the place.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: crate::house::folder() }
    }

    fn verify(&self, log: &Path, caches: Option<&Path>) -> Report {
        let reader = Reader::open_log(log, None, None).unwrap();
        let bookmark = Bookmark::of(self.folder.path(), ORIGIN, &Tier::ALL, 1_000_000);
        let trust = Trust { key: Some(key_of(&log_key())), pin: None };
        let report =
            verify_on(&reader, caches, &Tier::ALL, &trust, &bookmark, &mut |_| {}).unwrap();
        judge(log, &trust, &report);
        report
    }
}

fn whole(log: &Path) -> Report {
    let trust = Trust { key: Some(key_of(&log_key())), pin: None };
    verify(log, &Tier::ALL, &trust).unwrap()
}

fn from(report: &Report) -> u64 {
    match report.resumption {
        Some(Resumption::From { size, at_microseconds: 1_000_000 }) => size,
        ref other => panic!("not resumed: {other:?}"),
    }
}

fn anew(report: &Report) -> &str {
    match &report.resumption {
        Some(Resumption::Anew(words)) => words,
        other => panic!("not begun anew: {other:?}"),
    }
}

/// The same but for where it began.
#[track_caller]
fn assert_same(resumed: &Report, whole: &Report) {
    let resumed = Report { resumption: None, ..resumed.clone() };
    assert_eq!(format!("{resumed:#?}"), format!("{whole:#?}"));
}

fn log_of(house: &House) -> PathBuf {
    house.ledger_folder().join("log")
}

#[test]
fn a_run_that_ended_early_is_gone_on_with() {
    let house = large();
    let (log, desk) = (log_of(&house), Desk::new());
    let bundle = log.join("tile/entries/006");
    let good = std::fs::read(&bundle).unwrap();
    let mut bad = good.clone();
    bad[9_000] ^= 1;
    std::fs::write(&bundle, bad).unwrap();
    let broken = desk.verify(&log, None);
    assert!(!broken.is_whole());
    assert_eq!(broken.resumption, Some(Resumption::First));
    std::fs::write(&bundle, good).unwrap();
    let resumed = desk.verify(&log, None);
    assert!(resumed.is_verified(), "{:#?}", resumed.faults);
    let began_at = from(&resumed);
    assert!((1_000..1_600).contains(&began_at), "{began_at}: before what was spoiled");
    assert_same(&resumed, &whole(&log));
    let again = desk.verify(&log, None);
    assert_eq!(from(&again), 2_000);
    assert_same(&again, &whole(&log));
}

#[test]
fn a_log_that_grows_is_gone_on_with() {
    let house = House::new();
    let mut ledger = start(&house);
    let (log, desk) = (log_of(&house), Desk::new());
    assert_eq!(desk.verify(&log, None).resumption, Some(Resumption::First));
    for size in [5, 7, 9] {
        pay(&house, &mut ledger, 2);
        let resumed = desk.verify(&log, None);
        assert_eq!(from(&resumed), size);
        assert!(resumed.is_verified());
        assert_same(&resumed, &whole(&log));
    }
    ledger.close().unwrap();
}

#[test]
fn what_is_changed_below_a_bookmark_is_seen() {
    let house = large();
    let (log, desk) = (log_of(&house), Desk::new());
    assert!(desk.verify(&log, None).is_verified());
    let entries = entries_of(&house);
    for index in (0..entries.len()).step_by(97) {
        // A bundle changed where it lies.
        let number = index / 256;
        let path = match number {
            7 => log.join("tile/entries/007.p/208"),
            _ => log.join(format!("tile/entries/{number:03}")),
        };
        let mut spoiled = entries.clone();
        let at = (index * 31) % spoiled[index].len();
        spoiled[index][at] ^= 1;
        let end = entries.len().min((number + 1) * 256);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, bundle(&spoiled[number * 256..end])).unwrap();
        let report = desk.verify(&log, None);
        assert!(!report.is_whole(), "entry {index} passes");
        let found = &report.faults;
        assert!(
            found.iter().any(|fault| fault.index.is_some_and(|i| i >= index as u64)),
            "{found:#?}"
        );
        std::fs::write(&path, good).unwrap();
    }
    assert_eq!(from(&desk.verify(&log, None)), 2_000, "what does not hold leaves no bookmark");
}

#[test]
fn a_log_written_anew_by_whoever_has_all_keys_is_seen_only_by_who_was_there_before() {
    let (house, forger, desk) = (House::new(), House::new(), Desk::new());
    let mut ledger = start(&house);
    pay(&house, &mut ledger, 3);
    ledger.close().unwrap();
    let log = log_of(&house);
    assert!(desk.verify(&log, None).is_verified());
    // The same office writes another history, which holds in itself.
    let mut ledger = start(&forger);
    forger.submit(&mut ledger, payment("PD-INFO", "P-1", 77));
    pay(&forger, &mut ledger, 4);
    ledger.close().unwrap();
    let forged = log_of(&forger);
    assert!(whole(&forged).is_verified());
    let report = desk.verify(&forged, None);
    assert!(!report.is_whole() && !report.is_verified());
    assert_eq!(report.faults.len(), 1);
    let fault = report.faults.first().unwrap();
    assert_eq!((fault.tier, fault.field.as_str()), (Tier::Chain, "head"), "{fault}");
    assert!(fault.expected.contains("at size 8, as an earlier run on this machine"), "{fault}");
    assert_eq!(report.tiers[0], (Tier::Chain, Outcome::Broken));
    assert_eq!(anew(&report), "the first 8 entries are not those of before");
    // It goes on to be said, and the true log goes on to be known.
    assert!(!desk.verify(&forged, None).is_whole());
    assert_eq!(from(&desk.verify(&log, None)), 8);
}

#[test]
fn an_older_copy_is_verified_and_takes_no_bookmark_away() {
    let house = large();
    let (log, desk) = (log_of(&house), Desk::new());
    assert!(desk.verify(&log, None).is_verified());
    let older = Forged::new(&entries_of(&house)[..7], &log_key());
    let report = desk.verify(&older.path(), None);
    assert!(report.is_verified(), "{:#?}", report.faults);
    assert_eq!(anew(&report), "the bookmark is at 2000 entries, and this copy has 7");
    assert_eq!(from(&desk.verify(&log, None)), 2_000);
}

#[test]
fn caches_are_compared_beside_a_bookmark_too() {
    let house = House::new();
    let mut ledger = start(&house);
    let (log, caches, desk) = (log_of(&house), house.ledger_folder().join("cache"), Desk::new());
    let make = || {
        let key = log_key();
        let public = earmark::chain::signature::Signer::public_key(&key);
        let reader = Reader::open(&house.ledger_folder(), Some(public)).unwrap();
        reader.make_cache(&key).unwrap();
    };
    let projections = |report: &Report| report.tiers[4].1;
    let look = || desk.verify(&log, Some(&caches));
    assert_eq!(projections(&look()), Outcome::Nothing);
    // One made beyond the bookmark.
    pay(&house, &mut ledger, 2);
    make();
    let report = look();
    assert_eq!((from(&report), projections(&report)), (5, Outcome::Passed), "{:#?}", report.faults);
    // The same one, below it now.
    pay(&house, &mut ledger, 1);
    for size in [7, 8] {
        let report = look();
        assert_eq!((from(&report), projections(&report)), (size, Outcome::Passed));
    }
    // Another one below it, which nobody compared.
    std::fs::remove_dir_all(&caches).unwrap();
    make();
    let report = look();
    assert!(anew(&report).starts_with("the cache was made anew"), "{}", anew(&report));
    assert_eq!(projections(&report), Outcome::Passed);
    assert_eq!(from(&look()), 8);
    // A spoiled one is no cache at all.
    let path = caches.join("projections");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(projections(&look()), Outcome::Broken);
    ledger.close().unwrap();
}
