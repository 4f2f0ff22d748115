//! Every file operation of the store and of the archive fails in turn, full, read-only or broken: a
//! clear error, nothing half-written, and once the disk is well again everything acknowledged is there
//! and the next command works.

use crate::house::{House, ORIGIN, allocation, fund, payee, payment};
use crate::whole::{assert_whole, undisturbed};
use earmark::archive::medium::{Disk, Faulty, Medium};
use earmark::archive::reader::ArchiveReader;
use earmark::edge::config::LedgerConfig;
use earmark::error::{Error, Kind, Result};
use earmark::ledger::{Durability, Ledger, Media, Receipt, Submission};
use earmark::store::fault::{Fault, FaultMedium};
use earmark::store::sled::{Options, SledStore};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Media that fail: the store at `calls` more calls, the archive at a step.
struct Failing {
    media: Media,
    store: FaultMedium,
    log: Arc<Faulty>,
}

const NEVER: u64 = u64::MAX;

fn failing(log_fails_at: u64, os_error: i32) -> Failing {
    let store = FaultMedium::new();
    let medium = store.clone();
    let open = move |folder: &Path| {
        let options = Options { segment_bytes: 16_384, medium: Arc::new(medium.clone()) };
        let (store, opening) = SledStore::open(folder, options)?;
        let store: Box<dyn earmark::store::Store> = Box::new(store);
        Ok((store, opening))
    };
    let log = Arc::new(Faulty::new(Arc::new(Disk), log_fails_at, os_error));
    let of_ledger: Arc<dyn Medium> = Arc::<Faulty>::clone(&log);
    Failing { media: Media { store: Box::new(open), log: of_ledger }, store, log }
}

/// How the last end left a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Cleanly,
    /// The next opening reads everything.
    Uncleanly,
    /// The log, sled and its durability log are damaged at different entries: the next opening
    /// writes all of them anew.
    Damaged,
}

const LEFT: [Left; 3] = [Left::Cleanly, Left::Uncleanly, Left::Damaged];

/// A ledger with six entries.
fn template(left: Left) -> House {
    let _undisturbed = undisturbed();
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000));
    house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
    if left == Left::Cleanly {
        ledger.close().unwrap();
        return house;
    }
    let entries: Vec<_> = (0..6).map(|index| ledger.entry(index).unwrap().unwrap()).collect();
    // What is recorded reaches sled with the next sync.
    ledger.publish().unwrap();
    drop(ledger);
    if left == Left::Damaged {
        let folder = house.ledger_folder();
        damage(&folder.join("log/tile/entries/000.p/6"), &entries[3].bytes);
        damage(&folder.join("db/db"), &entries[5].bytes[34..50]);
        damage(&folder.join("wal/00000000000000000001"), &entries[2].bytes);
    }
    house
}

/// Changes these bytes wherever they are.
fn damage(path: &Path, needle: &[u8]) {
    let mut bytes = std::fs::read(path).unwrap();
    let before = bytes.clone();
    for at in 0..before.len().saturating_sub(needle.len()) {
        if before[at..].starts_with(needle) {
            bytes[at + needle.len() / 2] ^= 1;
        }
    }
    assert_ne!(bytes, before, "{} has no such bytes", path.display());
    std::fs::write(path, bytes).unwrap();
}

fn pay(house: &House, ledger: &mut Ledger, key: &[u8]) -> Result<Receipt> {
    ledger.submit(&Submission {
        order: &payment("PD-INFO", "P-1", 1),
        confidential: None,
        signer: &house.officer(),
        command_key: Some(key),
        accept_clock: None,
        dry_run: false,
        until: Durability::Published,
    })
}

/// Opens, pays until something fails, at most three times, and closes. What was acknowledged, what
/// was only recorded, what may have been, and how it ended.
#[derive(Debug, Default)]
struct Told {
    published: Vec<&'static [u8]>,
    recorded: Vec<&'static [u8]>,
    unknown: Vec<&'static [u8]>,
    refused: Vec<&'static [u8]>,
    error: Option<Error>,
}

const KEYS: [&[u8]; 3] = [b"one", b"two", b"three"];

fn play(house: &House, media: &Media) -> Told {
    let mut told = Told::default();
    let mut ledger = match house.try_open_on(media) {
        Ok(ledger) => ledger,
        Err(error) => return Told { error: Some(error), ..told },
    };
    for key in KEYS {
        match pay(house, &mut ledger, key) {
            Ok(receipt) if receipt.durability == Durability::Published => {
                told.published.push(key);
            }
            // Recorded is done, whatever the archive could.
            Ok(receipt) => {
                assert_eq!((receipt.entries.len(), receipt.replayed), (1, false));
                told.error.get_or_insert(ledger.take_unpublished().unwrap());
                told.recorded.push(key);
            }
            Err(error) => {
                match (error.kind(), error.code()) {
                    (Kind::Unknown, "outcome_unknown") => told.unknown.push(key),
                    _ => told.refused.push(key),
                }
                told.error.get_or_insert(error);
            }
        }
    }
    if let Err(error) = ledger.close() {
        told.error.get_or_insert(error);
    }
    told
}

/// After the disk is well: reopening, retrying and going on.
#[track_caller]
fn check_healed(house: &House, told: &Told, place: &str) {
    let mut ledger = house.try_open().unwrap_or_else(|error| panic!("{place}: {error}"));
    let mut expected = 6;
    for key in KEYS {
        let before = ledger.head().size;
        let receipt = pay(house, &mut ledger, key).unwrap();
        let (kept, gone) = (
            told.published.contains(&key) || told.recorded.contains(&key),
            told.refused.contains(&key),
        );
        assert!(!kept || receipt.replayed, "{place}: {key:?} was lost: {told:?}");
        assert!(
            !(gone && receipt.replayed),
            "{place}: {key:?} was refused, yet is there: {told:?}"
        );
        assert_eq!(receipt.replayed, ledger.head().size == before);
        expected += 1;
        assert_eq!(receipt.entries.len(), 1);
    }
    ledger.close().unwrap();
    assert_eq!(assert_whole(house), expected, "{place}");
}

/// The error says what the disk said, in a code that a script can act on.
#[track_caller]
fn check_error(error: &Error, code: &str, place: &str) {
    let says_so = match error.code() {
        "outcome_unknown" | "not_published" => {
            let source = std::error::Error::source(error).unwrap();
            let source = source.downcast_ref::<Error>().unwrap();
            error.message().contains(source.message()) && source.code() == code
        }
        // The command before was done; what failed after it stops the next one.
        "store_poisoned" => error.message().contains(": cannot "),
        // A recovery could not read what is published: which file, and why.
        "log_unreadable" => error.message().contains(" cannot be read: cannot "),
        other => other == code,
    };
    assert!(says_so, "{place}: expected {code}: {error:?}");
    assert!(error.message().len() > 20 && !error.message().contains('\n'), "{place}: {error}");
    assert!(error.hint().is_some() || code == "io", "{place}: {error:?}");
}

const FAULTS: [(Fault, i32, &str); 4] = [
    (Fault::NoSpace, 28, "disk_full"),
    (Fault::ShortWrite, 28, "disk_full"),
    (Fault::ReadOnly, 30, "read_only"),
    (Fault::InputOutput, 5, "io"),
];

/// Each fault on a thread of its own: most of the time goes to waiting.
fn for_each_fault(try_fault: impl Fn((Fault, i32, &'static str)) + Sync) {
    let try_fault = &try_fault;
    std::thread::scope(|scope| {
        for fault in FAULTS {
            scope.spawn(move || try_fault(fault));
        }
    });
}

#[test]
fn the_store_may_fail_at_any_call() {
    for left in LEFT {
        let template = template(left);
        let calls = {
            let _undisturbed = undisturbed();
            let (house, failing) = (template.copy(), failing(NEVER, 28));
            let told = play(&house, &failing.media);
            assert_eq!((told.published.len(), told.error.is_none()), (3, true));
            failing.store.calls()
        };
        for_each_fault(|(fault, _, code)| {
            for (number, call) in calls.iter().enumerate() {
                let place = format!("{fault:?} at call {number}, {call}, left {left:?}");
                let _undisturbed = undisturbed();
                let (house, failing) = (template.copy(), failing(NEVER, 28));
                failing.store.fail_after(number, fault);
                let told = play(&house, &failing.media);
                if let Some(error) = &told.error {
                    check_error(error, code, &place);
                } else {
                    assert_eq!(told.published.len(), 3, "{place}");
                }
                check_healed(&house, &told, &place);
            }
        });
        println!("the store failed at each of {} calls, left {left:?}", calls.len());
    }
}

#[test]
fn the_archive_may_fail_from_any_call_on() {
    for left in LEFT {
        let template = template(left);
        let steps = {
            let _undisturbed = undisturbed();
            let (house, failing) = (template.copy(), failing(NEVER, 28));
            assert_eq!(play(&house, &failing.media).published.len(), 3);
            failing.log.steps()
        };
        let anchors_ahead = AtomicUsize::new(0);
        for_each_fault(|(_, os_error, code)| {
            for step in 0..steps {
                let place = format!("error {os_error} from step {step} on, left {left:?}");
                let _undisturbed = undisturbed();
                let (house, failing) = (template.copy(), failing(step, os_error));
                let told = play(&house, &failing.media);
                check_error(told.error.as_ref().expect(&place), code, &place);
                let anchor = house.outside().anchors.read(ORIGIN).unwrap().unwrap();
                let published = ArchiveReader::open(&house.ledger_folder().join("log"));
                if published.is_ok_and(|log| log.size() < anchor.size) {
                    anchors_ahead.fetch_add(1, Ordering::SeqCst);
                }
                check_healed(&house, &told, &place);
            }
        });
        let anchors_ahead = anchors_ahead.into_inner();
        assert!(anchors_ahead > 0, "no step fell between the anchor and the checkpoint");
        println!("the archive failed from each of {steps} steps on, left {left:?}");
    }
}

#[test]
fn a_ledger_is_made_wholly_or_not_at_all() {
    let make = |house: &House, media: &Media| {
        let config = LedgerConfig::new(ORIGIN, "pudong");
        let (folder, genesis, officer) = (house.ledger_folder(), house.genesis(), house.officer());
        Ledger::create_on(&folder, &config, &genesis, &officer, house.outside(), media)
    };
    let (calls, steps) = {
        let _undisturbed = undisturbed();
        let (house, failing) = (House::new(), failing(NEVER, 28));
        make(&house, &failing.media).unwrap();
        (failing.store.calls().len(), failing.log.steps())
    };
    let check = |house: &House, error: &Error, code: &str, place: &str| {
        check_error(error, code, place);
        let folder = house.ledger_folder();
        if matches!(error.code(), "not_published" | "outcome_unknown") {
            // It is there, or may be: opening tells.
            match house.try_open() {
                Ok(ledger) => assert_eq!(ledger.head().size, 2, "{place}"),
                Err(never) => {
                    assert_eq!((never.code(), error.code()), ("never_begun", "outcome_unknown"));
                    std::fs::remove_dir_all(&folder).unwrap();
                }
            }
        } else {
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{place}");
        }
        if !folder.join("ledger.toml").exists() {
            make(house, &Media::default()).unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        assert_eq!(house.open().head().size, 2, "{place}");
    };
    for_each_fault(|(fault, os_error, code)| {
        for call in 0..calls {
            let _undisturbed = undisturbed();
            let (house, failing) = (House::new(), failing(NEVER, os_error));
            failing.store.fail_after(call, fault);
            if let Err(error) = make(&house, &failing.media) {
                check(&house, &error, code, &format!("{fault:?} at call {call}"));
            }
        }
        for step in 0..steps {
            let _undisturbed = undisturbed();
            let (house, failing) = (House::new(), failing(step, os_error));
            let place = format!("error {os_error} from step {step} on");
            match make(&house, &failing.media) {
                Err(error) => check(&house, &error, code, &place),
                Ok((ledger, receipt)) => {
                    assert_eq!(receipt.durability, Durability::Recorded, "{place}");
                    check_error(ledger.unpublished().unwrap(), code, &place);
                    drop(ledger);
                    assert_eq!(house.open().head().size, 2, "{place}");
                }
            }
        }
    });
    println!("{calls} calls of the store and {steps} steps of the archive failed in turn");
}
