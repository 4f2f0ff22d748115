//! Opening a ledger whose copies are damaged, missing, behind or at odds: what verifies is kept,
//! wherever it is; what is damaged is moved aside; what cannot be decided is refused.

use crate::book::{bundle, entries_of, pay, verify_log, write};
use crate::house::{House, copy_folder, payment};
use crate::store::{assert_healed, check_store, filled, filled_with, flip, segment};
use earmark::chain::body as bodies;
use earmark::chain::entry;
use earmark::chain::hash;
use earmark::chain::signature::{Signer, entry_message};
use earmark::domain::event::Body;
use earmark::domain::money::Amount;
use earmark::error::Kind;
use earmark::ledger::{Durability, Ledger, Reader, Submission};
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn remove(house: &House, folders: &[&str]) {
    for name in folders {
        std::fs::remove_dir_all(house.ledger_folder().join(name)).unwrap();
    }
}

fn record(house: &House, ledger: &mut Ledger, key: &[u8]) {
    let receipt = ledger.submit(&Submission {
        order: &payment("PD-INFO", "P-1", 1),
        confidential: None,
        signer: &house.officer(),
        command_key: Some(key),
        accept_clock: None,
        dry_run: false,
        until: Durability::Recorded,
    });
    assert_eq!(receipt.unwrap().durability, Durability::Recorded);
}

#[test]
fn any_folder_may_be_missing_as_long_as_one_copy_is_whole() {
    let cases: [&[&str]; 5] = [&["log"], &["db"], &["wal"], &["db", "wal"], &["log", "wal"]];
    for cleanly in [true, false] {
        for all in [true, false] {
            let (template, entries) = filled_with(cleanly, all);
            for missing in cases {
                let house = template.copy();
                remove(&house, missing);
                let what = format!("{missing:?} missing, clean end {cleanly}, long log {all}");
                let notes = assert_healed(&house, &entries, &what);
                assert!(!notes.is_empty() || missing == ["wal"], "{what} was healed in silence");
            }
        }
        // With a durability log that has everything, that alone is enough.
        let (house, entries) = filled(cleanly);
        remove(&house, &["log", "db"]);
        assert_healed(&house, &entries, "log and db missing");
    }
}

#[test]
fn nothing_left_is_said_and_nothing_is_made_up() {
    let (house, _) = filled(true);
    remove(&house, &["log", "db", "wal"]);
    for _ in 0..2 {
        let error = house.try_open().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "nothing_to_recover: no copy in {} has a first command that verifies\n  next: restore \
                 the folder from a copy; nothing was changed",
                house.ledger_folder().display()
            )
        );
    }
}

#[test]
fn what_was_recorded_and_not_published_is_published_by_opening() {
    let (house, mut entries) = filled(true);
    let mut ledger = house.open();
    record(&house, &mut ledger, b"one");
    record(&house, &mut ledger, b"two");
    assert_eq!((ledger.head().size, ledger.published_size()), (97, 95));
    let last = (95..97).map(|index| ledger.entry(index).unwrap().unwrap().bytes);
    entries.extend(last);
    drop(ledger);
    let ledger = house.open();
    assert_eq!((ledger.head().size, ledger.published_size()), (97, 97));
    assert_eq!(ledger.notes().last().unwrap(), "the archive was completed from entry 95 on");
    drop(ledger);
    assert_healed(&house, &entries, "recorded");
}

/// The anchor is written before the checkpoint: a crash between the two leaves it ahead.
#[test]
fn an_anchor_ahead_of_the_checkpoint_is_no_rollback() {
    let (house, _) = filled(true);
    let log = house.ledger_folder().join("log");
    let checkpoint = std::fs::read(log.join("checkpoint")).unwrap();
    let mut ledger = house.open();
    pay(&house, &mut ledger, 1);
    drop(ledger);
    let entries = entries_of(&house);
    // The rename of the checkpoint did not happen; the anchor says 96 already.
    std::fs::write(log.join("checkpoint"), checkpoint).unwrap();
    let anchor = house.outside().anchors.read(crate::house::ORIGIN).unwrap().unwrap();
    assert_eq!((anchor.size, Reader::open(&house.ledger_folder(), None).unwrap().size()), (96, 95));
    assert_healed(&house, &entries, "anchor ahead");
}

/// Damage to the published log that the tail does not show: found by verify, healed after it.
#[test]
fn a_damaged_log_is_written_anew_from_the_store() {
    type Damage = (&'static str, fn(&Path));
    let damages: [Damage; 8] = [
        ("an entry flipped", |log| flip(&log.join("tile/entries/000.p/95"), 3_000, 1)),
        ("a bundle deleted", |log| {
            std::fs::remove_file(log.join("tile/entries/000.p/95")).unwrap()
        }),
        ("a bundle emptied", |log| write(log, "tile/entries/000.p/95", b"")),
        ("a tile flipped", |log| flip(&log.join("tile/0/000.p/95"), 40, 1)),
        ("a tile deleted", |log| std::fs::remove_file(log.join("tile/0/000.p/95")).unwrap()),
        ("the checkpoint deleted", |log| std::fs::remove_file(log.join("checkpoint")).unwrap()),
        ("the checkpoint cut", |log| write(log, "checkpoint", b"example.org/pudong\n9")),
        ("the checkpoint's signature flipped", |log| {
            let path = log.join("checkpoint");
            let length = std::fs::metadata(&path).unwrap().len() as usize;
            let mut text = std::fs::read(&path).unwrap();
            text[length - 10] = if text[length - 10] == b'A' { b'B' } else { b'A' };
            std::fs::write(path, text).unwrap();
        }),
    ];
    for (what, damage) in damages {
        for cleanly in [true, false] {
            let (house, entries) = filled(cleanly);
            let what = format!("{what}, clean end {cleanly}");
            damage(&house.ledger_folder().join("log"));
            let notes = assert_healed(&house, &entries, &what);
            let moved = notes.iter().any(|note| {
                note.starts_with("the damaged archive was moved to ")
                    && note.ends_with("log.quarantine-1 and written anew")
            });
            assert!(moved, "{what}: {notes:#?}");
            assert!(names(&house.ledger_folder()).contains(&"log.quarantine-1".to_owned()));
        }
    }
}

/// Full bundles and tiles are not looked at after a clean end. `verify --store` sees them, and leaves
/// the mark of the clean end out.
#[test]
fn damage_deep_in_the_log_is_healed_once_verify_has_seen_it() {
    for file in ["tile/entries/000", "tile/0/000"] {
        let (house, _) = filled(true);
        let mut ledger = house.open();
        crate::book::import(&house, &mut ledger, (2, 100, 1));
        ledger.close().unwrap();
        let entries = entries_of(&house);
        flip(&house.ledger_folder().join("log").join(file), 5_000, 1);
        let report = verify_log(&house.ledger_folder().join("log"), None);
        assert!(report.faults.iter().any(|fault| fault.file.as_deref() == Some(file)));
        check_store(&house).unwrap();
        let notes = assert_healed(&house, &entries, file);
        assert!(notes.iter().any(|note| note.contains("written anew")), "{notes:#?}");
    }
}

#[test]
fn three_copies_damaged_at_different_entries_give_one_whole_ledger() {
    for cleanly in [true, false] {
        let (house, entries) = filled(cleanly);
        let folder = house.ledger_folder();
        // The log has lost entry 20, the durability log entry 6, and sled entry 70 and what is near it.
        let mut published = entries.clone();
        let at = published[20].len() / 2;
        published[20][at] ^= 1;
        write(&folder.join("log"), "tile/entries/000.p/95", &bundle(&published));
        let find = |path: &Path, needle: &[u8]| {
            let bytes = std::fs::read(path).unwrap();
            let at = bytes.windows(needle.len()).position(|window| window == needle);
            at.expect("the entry is there")
        };
        let log = segment(&folder);
        flip(&log, find(&log, &entries[6]) + 20, 4);
        let db = folder.join("db/db");
        let bytes = std::fs::read(&db).unwrap();
        let mut changed = bytes.clone();
        let needle = &entries[70][34..50];
        for at in 0..bytes.len() - needle.len() {
            if bytes[at..].starts_with(needle) {
                changed[at] ^= 1;
            }
        }
        assert_ne!(bytes, changed);
        std::fs::write(&db, changed).unwrap();
        let notes = assert_healed(&house, &entries, "all three");
        assert!(notes.iter().any(|note| note.contains("archive was moved")), "{notes:#?}");
        let names = names(&folder);
        for aside in ["log.quarantine-1", "db.quarantine-1", "wal.quarantine-1"] {
            assert!(names.contains(&aside.to_owned()), "{names:?}");
        }
    }
}

#[test]
fn a_damaged_store_is_recovered_from_the_log() {
    for cleanly in [true, false] {
        let (house, entries) = filled(cleanly);
        let folder = house.ledger_folder();
        flip(&segment(&folder), 16, 20_000);
        write(&folder, "db/db", b"nothing of the kind");
        let notes = assert_healed(&house, &entries, "sled and durability log");
        assert!(
            notes.iter().any(|note| note.starts_with("the damaged store was written anew: ")),
            "{notes:#?}"
        );
        let names = names(&folder);
        assert!(names.contains(&"db.quarantine-1".to_owned()));
        assert!(!std::fs::read(folder.join("db.quarantine-1/db")).unwrap().is_empty());
    }
}

/// Two ledgers that were one until entry 95.
fn forked() -> (House, House) {
    let (house, _) = filled(true);
    let other = house.copy();
    for (house, amount) in [(&house, 2), (&other, 3)] {
        let mut ledger = house.open();
        pay(house, &mut ledger, 1);
        house.submit(&mut ledger, payment("PD-INFO", "P-1", amount));
        ledger.close().unwrap();
    }
    (house, other)
}

#[test]
fn a_fork_is_refused_by_its_index_and_nothing_is_changed() {
    for unclean in [false, true] {
        let (house, other) = forked();
        let folder = house.ledger_folder();
        remove(&house, &["log"]);
        copy_folder(&other.ledger_folder().join("log"), &folder.join("log"));
        if unclean {
            std::fs::remove_file(folder.join("wal/clean")).unwrap();
        }
        let before = names(&folder);
        for _ in 0..2 {
            let error = house.try_open().unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Fork, "fork"), "{error}");
            // Ids are random, so the first of the two new entries differs already.
            assert_eq!(
                error.to_string(),
                "fork: two copies are each valid and differ at entry 95\n  next: compare both with a \
                 checkpoint from outside; nothing was changed"
            );
            assert_eq!(error.details(), [("index", "95".to_owned())]);
        }
        assert_eq!(names(&folder), before);
    }
}

/// A valid frame of the durability log beyond a damaged one: its entries verify, and nothing leads to
/// them any more.
#[test]
fn entries_beyond_a_gap_are_kept_aside_and_said_once() {
    let (house, entries) = filled(true);
    let folder = house.ledger_folder();
    let mut ledger = house.open();
    for key in [&b"one"[..], b"two", b"three", b"four"] {
        record(&house, &mut ledger, key);
    }
    let lost = ledger.entry(96).unwrap().unwrap().bytes;
    let kept = ledger.entry(97).unwrap().unwrap().bytes;
    drop(ledger);
    let log = segment(&folder);
    let bytes = std::fs::read(&log).unwrap();
    let at = bytes.windows(lost.len()).position(|window| window == lost).unwrap();
    flip(&log, at + 10, 1);
    let error = house.try_open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "entries_set_aside: entry 96 is in no copy, but entries from 97 on are; they were kept in the \
         ledger's folders named quarantine\n  next: restore a copy that has the missing entry, or open \
         again to go on without them"
    );
    assert_eq!(
        (error.kind(), error.details()),
        (Kind::Break, &[("missing", "96".to_owned()), ("kept", "97".to_owned())][..])
    );
    let aside = std::fs::read(folder.join("wal.quarantine-1").join(log.file_name().unwrap()));
    assert!(aside.unwrap().windows(kept.len()).any(|window| window == kept), "never deleted");
    // Said once; what leads on is there, and work goes on.
    let ledger = house.open();
    assert_eq!(ledger.head().size, 96);
    drop(ledger);
    let entries: Vec<_> = entries.into_iter().chain([entries_of(&house)[95].clone()]).collect();
    assert_healed(&house, &entries, "after the gap");
}

/// The last recorded entry is there, but not as it was signed.
#[test]
fn a_last_entry_that_does_not_verify_is_kept_aside_and_said() {
    let (house, _) = filled(false);
    let folder = house.ledger_folder();
    // A payment signed by nobody, published by whoever holds the log key, beyond the anchor.
    let mut entries = entries_of(&house);
    let last = entries.last().unwrap().clone();
    entries.push(crate::book::remade(&last, None, |envelope| {
        envelope.index = 95;
        envelope.previous = hash::entry(&last);
        envelope.recorded_at_microseconds += 1;
        envelope.id = entry::EntryId::new(envelope.recorded_at_microseconds, 7).unwrap();
    }));
    let log = crate::book::Log::new();
    log.publish(&entries, &crate::book::log_key());
    remove(&house, &["log"]);
    copy_folder(&log.path(), &folder.join("log"));
    let error = house.try_open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "entries_set_aside: entry 95 does not verify in any copy; what there is of it and after it was \
         kept in the ledger's folders named quarantine\n  next: restore a copy that has the missing \
         entry, or open again to go on without them"
    );
    assert_eq!(house.open().head().size, 95);
    entries.pop();
    assert_healed(&house, &entries, "without the unsigned one");
}

/// Once published, the anchor knows of the missing entry: nothing is set aside, opening refuses.
#[test]
fn a_published_entry_that_no_copy_has_is_not_gone_on_without() {
    let (house, entries) = filled(true);
    let folder = house.ledger_folder();
    let mut published = entries.clone();
    published[90][60] ^= 1;
    // Also in the partial bundles that are kept for slow readers, each of which would do.
    for width in 91..=95 {
        let file = format!("tile/entries/000.p/{width}");
        write(&folder.join("log"), &file, &bundle(&published[..width]));
    }
    remove(&house, &["db", "wal"]);
    let before = names(&folder.join("log"));
    for _ in 0..2 {
        let error = house.try_open().unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Fork, "shorter_than_anchor"), "{error}");
        assert_eq!(error.details()[1], ("found", "90".to_owned()));
    }
    assert_eq!(names(&folder.join("log")), before);
    // A copy from elsewhere with that entry mends it.
    let whole = Reader::open(&filled(true).0.ledger_folder(), None).unwrap();
    assert_eq!(whole.size(), 95);
    write(&folder.join("log"), "tile/entries/000.p/95", &bundle(&entries));
    assert_healed(&house, &entries, "the bundle put back");
}

/// An interrupted rebuild of the archive is finished or taken back, whatever point it got to.
#[test]
fn an_interrupted_rebuild_of_the_log_is_finished_or_taken_back() {
    let (template, entries) = filled(true);
    type Interruption = (&'static str, fn(&Path));
    let cases: [Interruption; 3] = [
        // Between the two renames.
        ("finished a rebuild of the archive that was interrupted", |folder| {
            std::fs::rename(folder.join("log"), folder.join("log.rebuilding")).unwrap();
        }),
        // Whole, but the old one is still in its place.
        ("removed a rebuild of the archive that was not finished", |folder| {
            copy_folder(&folder.join("log"), &folder.join("log.rebuilding"));
        }),
        // Half made.
        ("removed a rebuild of the archive that was not finished", |folder| {
            write(folder, "log.rebuilding/tile/entries/000.p/3", b"half");
        }),
    ];
    for (note, interrupt) in cases {
        let house = template.copy();
        interrupt(&house.ledger_folder());
        let notes = assert_healed(&house, &entries, note);
        assert_eq!(notes.first().map(String::as_str), Some(note));
        assert!(!names(&house.ledger_folder()).contains(&"log.rebuilding".to_owned()));
    }
}

#[test]
fn an_opening_by_another_origin_or_log_key_changes_nothing() {
    let (house, _) = filled(false);
    let folder = house.ledger_folder();
    flip(&folder.join("log/tile/0/000.p/95"), 9, 1);
    let before = names(&folder);
    let mut outside = house.outside();
    outside.log_signer = Box::new(earmark::chain::signature::SeedSigner::new(&[8; 32]));
    let error = Ledger::open(&folder, outside).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            Kind::NotPinned,
            "log_key_differs: the log key on this machine is not the one that the ledger was opened \
             with\n  next: use the machine, or the $EARMARK_HOME, that the ledger was made \
             with; where its key is lost: earmark key rotate-log --lost"
                .to_owned()
        )
    );
    let config = std::fs::read_to_string(folder.join("ledger.toml")).unwrap();
    std::fs::write(folder.join("ledger.toml"), config.replace("pudong", "puxi")).unwrap();
    let error = house.try_open().unwrap_err();
    assert_eq!(
        error.to_string(),
        "origin_differs: ledger.toml says origin example.org/puxi, the log's first entry says \
         example.org/pudong\n  next: put the ledger's own ledger.toml back"
    );
    let after = names(&folder);
    assert_eq!(before, after, "nothing was moved or written anew");
}

/// What an officer signed and the rules refuse is no damage: it is not left out, it is refused.
#[test]
fn a_signed_command_that_the_rules_refuse_is_not_dropped_in_silence() {
    let (house, mut entries) = filled(true);
    let folder = house.ledger_folder();
    // The officer signs a payment of more than there is, past the rules, and publishes it.
    let last = entries.last().unwrap().clone();
    let envelope = entry::parse(&last).unwrap();
    let payment = bodies::decode(envelope.event_type, envelope.event_version, envelope.body);
    let Ok(Some(Body::DisbursementRecorded(mut payment))) = payment else { panic!("a payment") };
    payment.splits[0].amount = Amount(999_999_999_999);
    let body = bodies::encode(&Body::DisbursementRecorded(payment)).unwrap();
    let recorded_at = envelope.recorded_at_microseconds + 1;
    let mut forged = entry::Envelope {
        index: 95,
        previous: hash::entry(&last),
        recorded_at_microseconds: recorded_at,
        id: entry::EntryId::new(recorded_at, 7).unwrap(),
        command: entry::CommandId([77; 16]),
        body: &body,
        ..envelope
    }
    .prefix()
    .unwrap();
    let message = entry_message(envelope.ledger, &hash::signing(&forged));
    forged.extend(house.officer().sign(&message));
    entries.push(forged);
    let log = crate::book::Log::new();
    log.publish(&entries, &crate::book::log_key());
    assert_eq!(log.verify().faults[0].tier, earmark::verify::Tier::Rules);
    remove(&house, &["log"]);
    copy_folder(&log.path(), &folder.join("log"));
    let mut ledger = house.open();
    let error = house.submit_as(&mut ledger, &crate::house::payee("P-9"), None).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Break, "read_only_ledger"), "{error}");
    let words = "the command of entry 95 is signed, and the rules of its time refuse it";
    assert!(error.message().starts_with(words), "{error}");
    ledger.close().unwrap();
    assert_eq!(Reader::open(&folder, None).unwrap().size(), 96, "it is kept");
}
