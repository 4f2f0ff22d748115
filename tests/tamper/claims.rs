//! What `verify` cannot know, and must therefore not claim: a log rolled back as a whole, or written
//! anew with all keys. Only what is kept outside tells: the anchor, a pin.

use crate::book::{Log, book, entries_of, log_key, pay, start, verify_log};
use crate::both::verify;
use crate::house::{House, ORIGIN, copy_folder};
use earmark::chain::entry::LedgerId;
use earmark::chain::hash::Hash;
use earmark::chain::signature::{SeedSigner, Signer};
use earmark::edge::pins::Pin;
use earmark::error::{Error, Kind};
use earmark::ledger::reader::ahead::{Ahead, Signed};
use earmark::ledger::reader::replay::{Judge, Replay};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Identity, Outcome, Report, Tier, Trust};
use std::path::Path;

fn report(log: &Path, trust: &Trust) -> Report {
    verify(log, &Tier::ALL, trust).unwrap()
}

fn key_of(seed: u8) -> VerifierKey {
    VerifierKey::new(ORIGIN, &SeedSigner::new(&[seed; 32]).public_key()).unwrap()
}

fn trusting(key: VerifierKey) -> Trust {
    Trust { key: Some(key), pin: None }
}

/// Every file below a folder with its bytes, to show that nothing was changed.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// A ledger with the folder it had five payments ago.
fn with_past() -> (House, House) {
    let house = House::new();
    let mut ledger = start(&house);
    pay(&house, &mut ledger, 3);
    ledger.close().unwrap();
    let past = house.copy();
    let mut ledger = house.open();
    pay(&house, &mut ledger, 5);
    ledger.close().unwrap();
    (house, past)
}

fn figures(error: &Error) -> Vec<(&'static str, String)> {
    error.details().to_vec()
}

#[test]
fn a_rollback_of_everything_is_an_honest_smaller_log_until_the_anchor_is_asked() {
    let (house, past) = with_past();
    let folder = house.ledger_folder();
    std::fs::remove_dir_all(&folder).unwrap();
    copy_folder(&past.ledger_folder(), &folder);
    // The log by itself: all of it holds, and the report says of which size, no more.
    let log = folder.join("log");
    let honest = report(&log, &trusting(key_of(2)));
    assert!(honest.is_verified());
    assert_eq!((honest.size, honest.identity), (8, Identity::KeyGiven));
    assert_eq!(honest.not_read, ["db", "wal", "cache"], "what was not looked at is said");
    // The anchor outside knows better, whether the last end was clean or not.
    for unclean in [false, true] {
        if unclean {
            std::fs::remove_file(folder.join("wal/clean")).ok();
        }
        let error = house.try_open().unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (
                Kind::Fork,
                "shorter_than_anchor: the ledger has 8 entries, but 13 were published before\n  \
                 next: the folder was rolled back: restore a copy with all entries"
                    .to_owned()
            )
        );
        assert_eq!(figures(&error), [("expected", "13".to_owned()), ("found", "8".to_owned())]);
    }
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(
        names.iter().all(|name| {
            !name.as_ref().unwrap().file_name().to_string_lossy().contains("quarantine")
        }),
        "nothing was moved"
    );
}

/// Whoever takes the anchor away as well must not get a new one made in silence.
#[test]
fn a_missing_anchor_is_an_error_and_nothing_is_changed() {
    let (house, past) = with_past();
    let (folder, anchors) = (house.ledger_folder(), house.folder.path().join("home/anchors"));
    std::fs::remove_dir_all(&folder).unwrap();
    copy_folder(&past.ledger_folder(), &folder);
    std::fs::remove_dir_all(&anchors).unwrap();
    let before = contents(&folder.join("log"));
    for unclean in [false, true] {
        if unclean {
            std::fs::remove_file(folder.join("wal/clean")).ok();
        }
        let error = house.try_open().unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::NotPinned, "anchor_missing"));
        let text = error.to_string().replace(error.details()[0].1.as_str(), "ANCHOR");
        assert_eq!(
            text,
            "anchor_missing: the log was published, and this machine has its key, but not its \
             anchor ANCHOR: nothing outside the ledger says how long it was\n  next: bring anchors/ \
             along from where the keys came; if it is lost, compare the ledger with a checkpoint \
             that somebody else kept, then earmark anchor adopt CHECKPOINT"
        );
        assert!(!anchors.exists(), "none was made anew");
    }
    assert_eq!(contents(&folder.join("log")), before, "nothing was changed");
    // A checkpoint that cannot be read was there all the same.
    std::fs::write(folder.join("log/checkpoint"), "spoilt").unwrap();
    assert_eq!(house.try_open().unwrap_err().code(), "anchor_missing");
}

#[test]
fn a_home_that_moved_with_its_anchors_opens_the_ledger() {
    let (house, _) = with_past();
    let moved = house.folder.path().join("elsewhere");
    std::fs::rename(house.folder.path().join("home"), &moved).unwrap();
    let mut outside = house.outside();
    outside.anchors = earmark::edge::anchors::Anchors::at(moved.join("anchors"));
    let ledger = earmark::ledger::Ledger::open(&house.ledger_folder(), outside).unwrap();
    assert_eq!((ledger.head().size, ledger.notes().len()), (13, 0));
}

#[test]
fn a_rollback_of_the_log_alone_is_healed_from_the_store() {
    let (house, past) = with_past();
    let log = house.ledger_folder().join("log");
    std::fs::remove_dir_all(&log).unwrap();
    copy_folder(&past.ledger_folder().join("log"), &log);
    let ledger = house.open();
    assert_eq!((ledger.head().size, ledger.published_size()), (13, 13));
    assert!(
        ledger.notes().iter().any(|note| note == "the archive was completed from entry 8 on"),
        "{:?}",
        ledger.notes()
    );
    ledger.close().unwrap();
    assert!(report(&log, &trusting(key_of(2))).is_verified());
}

#[test]
fn an_older_checkpoint_alone_is_replaced_again() {
    let (house, past) = with_past();
    let checkpoint = house.ledger_folder().join("log/checkpoint");
    std::fs::copy(past.ledger_folder().join("log/checkpoint"), &checkpoint).unwrap();
    assert_eq!(report(checkpoint.parent().unwrap(), &trusting(key_of(2))).size, 8);
    house.open().close().unwrap();
    let healed = report(checkpoint.parent().unwrap(), &trusting(key_of(2)));
    assert!(healed.is_verified() && healed.size == 13);
}

#[test]
fn a_rewrite_with_all_keys_verifies_and_only_the_anchor_objects() {
    let (house, _) = with_past();
    // The same keys, the same genesis, another history, longer than the first.
    let other = House::new();
    let mut ledger = start(&other);
    pay(&other, &mut ledger, 1);
    crate::book::import(&other, &mut ledger, (1, 10, 1));
    ledger.close().unwrap();
    let folder = house.ledger_folder();
    std::fs::remove_dir_all(&folder).unwrap();
    copy_folder(&other.ledger_folder(), &folder);
    let rewritten = report(&folder.join("log"), &trusting(key_of(2)));
    assert!(rewritten.is_verified(), "who holds all keys can do this: {:#?}", rewritten.faults);
    let before = contents(&folder.join("log"));
    for unclean in [false, true] {
        if unclean {
            std::fs::remove_file(folder.join("wal/clean")).ok();
        }
        let error = house.try_open().unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Fork, "differs_from_anchor"));
        let text = error.to_string();
        assert!(
            text.starts_with("differs_from_anchor: at size 13 the ledger's root is "),
            "{text}"
        );
        let figures = figures(&error);
        let [(_, expected), (_, found), ..] = &figures[..] else { panic!("{error:?}") };
        assert!(expected.len() == 44 && found.len() == 44 && expected != found);
    }
    assert_eq!(contents(&folder.join("log")), before, "nothing was changed");
}

#[test]
fn nothing_is_called_verified_without_a_key_from_outside() {
    let house = book(false);
    let log = house.ledger_folder().join("log");
    let unpinned = report(&log, &Trust::default());
    assert!(unpinned.is_whole() && !unpinned.is_verified());
    assert_eq!(unpinned.identity, Identity::NotPinned);
    // The key that the ledger names is shown, not trusted.
    assert_eq!(unpinned.claimed_key.as_ref(), Some(&key_of(2)));
    assert!(unpinned.genesis.is_some() && unpinned.ledger == Some(LedgerId([9; 16])));
}

#[test]
fn another_key_from_outside_is_not_met() {
    let house = book(false);
    let wrong = report(&house.ledger_folder().join("log"), &trusting(key_of(3)));
    assert!(!wrong.is_whole() && !wrong.is_verified());
    let fields: Vec<_> = wrong.faults.iter().map(|fault| fault.field.as_str()).collect();
    assert!(fields.contains(&"log key") && fields.contains(&"signature"), "{:#?}", wrong.faults);
}

#[test]
fn a_log_of_another_log_key_is_seen_by_its_first_entry() {
    // Somebody without the log key publishes the right entries under a key of their own.
    let log = Log::new();
    log.publish(&entries_of(&book(false)), &SeedSigner::new(&[55; 32]));
    let unpinned = report(&log.path(), &Trust::default());
    assert!(!unpinned.is_whole(), "the ledger's first entry names another log key");
    assert_eq!(unpinned.faults[0].file.as_deref(), Some("checkpoint"));
    assert_eq!(unpinned.faults[0].likely, "changed");
    // And is believed to nobody who trusts that key.
    assert!(!report(&log.path(), &trusting(key_of(55))).is_whole());
}

#[test]
fn a_pin_tells_another_ledger_under_the_same_key() {
    let house = book(false);
    let log = house.ledger_folder().join("log");
    let known = report(&log, &trusting(key_of(2)));
    let pin = Pin {
        origin: ORIGIN.to_owned(),
        ledger: known.ledger.unwrap(),
        genesis: known.genesis.unwrap(),
        vkey: key_of(2).to_string(),
    };
    let pinned = Trust { key: Some(key_of(2)), pin: Some(pin.clone()) };
    let right = report(&log, &pinned);
    assert!(right.is_verified() && right.identity == Identity::Pinned);

    for (field, other) in [
        ("genesis hash", Pin { genesis: Hash([1; 32]), ..pin.clone() }),
        ("ledger id", Pin { ledger: LedgerId([8; 16]), ..pin.clone() }),
    ] {
        let wrong = report(&log, &Trust { key: Some(key_of(2)), pin: Some(other) });
        assert!(!wrong.is_whole() && !wrong.is_verified());
        let fault = &wrong.faults[0];
        assert_eq!((fault.field.as_str(), fault.index), (field, Some(0)), "{fault}");
        assert_eq!(fault.likely, "another log");
    }
    // A pin stands for its key, also when none is given beside it.
    let stranger = Pin { vkey: key_of(3).to_string(), ..pin.clone() };
    assert!(!report(&log, &Trust { key: None, pin: Some(stranger) }).is_whole());
    assert!(report(&log, &Trust { key: None, pin: Some(pin) }).is_verified());
}

#[test]
fn a_tier_that_was_not_asked_for_is_not_passed() {
    let house = book(false);
    let log = house.ledger_folder().join("log");
    let report = verify(&log, &[Tier::Chain], &trusting(key_of(2))).unwrap();
    assert_eq!(report.tiers[0], (Tier::Chain, Outcome::Passed));
    assert!(report.tiers[1..].iter().all(|(_, outcome)| *outcome == Outcome::NotAsked));
    assert!(report.is_whole() && !report.is_verified(), "the checkpoint was not looked at");
    assert!(verify_log(&log, None).is_verified());
    assert_eq!(log_key().public_key(), house.log_signer().public_key());
}

/// What other threads found out about a signature is believed only under the key of the position.
#[test]
fn a_signature_found_good_under_another_key_counts_for_nothing() {
    let house = book(false);
    let entries = entries_of(&house);
    let officer = house.officer().public_key();
    let last = entries.len() - 1;
    let found = |flip: u8, key: [u8; 32], verifies: bool| {
        let mut replay = Replay::new(None, Judge::Everything);
        let mut outcome = None;
        for (index, entry) in entries.iter().enumerate() {
            let mut entry = entry.clone();
            let mut ahead = Ahead::of(&entry);
            if index == last {
                *entry.last_mut().unwrap() ^= flip;
                ahead = Ahead { signed: Some(Signed { key, verifies }), ..Ahead::of(&entry) };
            }
            let stepped = replay.step_ahead(&entry, ahead, &mut |_| Ok(None), &mut |_| {});
            outcome = stepped.unwrap().or(outcome);
        }
        outcome.unwrap().signature.map_err(|broken| broken.index)
    };
    let other = SeedSigner::new(&[77; 32]).public_key();
    assert_eq!(found(1, other, true), Err(last as u64), "broken, whatever is said of another key");
    assert_eq!(found(0, other, false), Ok(()), "good, whatever is said of another key");
    assert_eq!(found(0, officer, true), Ok(()));
    assert_eq!(found(1, officer, false), Err(last as u64));
}
