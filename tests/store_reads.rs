//! A submitted command reads head, command ids, cited entries and state from the store alone: shown by
//! a store that counts its calls and a log that nobody can read meanwhile.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod house;

use earmark::archive::medium::Medium;
use earmark::chain::entry::Head;
use earmark::domain::command::{Command, ReceiveRefund};
use earmark::domain::event::Filing;
use earmark::ledger::{Durability, Ledger, Media, Receipt, Submission};
use earmark::store::conformance::Maker;
use earmark::store::counting::{Calls, CountingStore, Counts};
use earmark::store::sled::{Options, SledStore};
use earmark::store::{Appended, Store as _};
use house::gate::Gate;
use house::{House, allocation, commitment, fund, order, payee, payment};
use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Counts what a store is asked, and gives the counts of the one opened last.
fn counting(gate: &Arc<Gate>) -> (Media, Arc<Mutex<Arc<Counts>>>) {
    let shared = Arc::new(Mutex::new(Arc::new(Counts::default())));
    let ours = Arc::clone(&shared);
    let open = move |folder: &Path| {
        let (store, opening) = earmark::store::open(folder)?;
        let (store, counts) = CountingStore::new(store);
        *ours.lock().unwrap() = counts;
        let store: Box<dyn earmark::store::Store> = Box::new(store);
        Ok((store, opening))
    };
    let log: Arc<dyn Medium> = Arc::<Gate>::clone(gate);
    (Media { store: Box::new(open), log }, shared)
}

fn record(
    house: &House,
    ledger: &mut Ledger,
    order: &earmark::domain::command::Order,
    key: &[u8],
) -> earmark::error::Result<Receipt> {
    ledger.submit(&Submission {
        order,
        confidential: None,
        signer: &house.officer(),
        command_key: Some(key),
        accept_clock: None,
        dry_run: false,
        until: Durability::Recorded,
    })
}

/// A ledger with a fund, a payee, money and one payment at index 5, ended cleanly.
fn paid() -> House {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000));
    let pay = payment("PD-INFO", "P-1", 400);
    let receipt = house.submit_as(&mut ledger, &pay, Some(b"first")).unwrap();
    assert_eq!(receipt.entries[0].index, 5);
    ledger.close().unwrap();
    house
}

#[test]
fn a_command_reads_head_ids_and_state_from_the_store_and_never_from_the_log() {
    let house = paid();
    let gate = Arc::new(Gate::default());
    let (media, counts) = counting(&gate);
    let mut ledger = house.try_open_on(&media).unwrap();
    let counts = Arc::clone(&counts.lock().unwrap());
    let opened = counts.calls();
    assert!(opened.head >= 1 && opened.snapshot == 1 && opened.read >= 1, "{opened:?}");
    assert_eq!(opened.copies, 0, "after a clean end the store's copy is trusted");

    // From here on nobody can read the log: neither through the medium nor past it.
    gate.shut(true);
    let (log, away) = (house.ledger_folder().join("log"), house.folder.path().join("away"));
    std::fs::rename(&log, &away).unwrap();
    let touched = gate.calls();

    // The command id is known, and the first receipt comes from the store.
    let pay = payment("PD-INFO", "P-1", 400);
    let again = record(&house, &mut ledger, &pay, b"first").unwrap();
    assert!(again.replayed && again.entries[0].index == 5);
    let replayed = counts.calls();
    assert_eq!(replayed.command, opened.command + 1);
    assert!(replayed.read > opened.read && replayed.append == opened.append);

    // The state says that 600 are left: the rule holds, with both numbers.
    let refused = record(&house, &mut ledger, &commitment("C-1", "PD-INFO", 601), b"too much");
    assert_eq!(refused.unwrap_err().code(), "line_exceeded");
    assert_eq!(gate.calls(), touched, "the log was not asked for anything");

    // A refund reads the payment that it cites, and the tile that proves it: the one thing of the log.
    let refund = order(Command::ReceiveRefund(ReceiveRefund {
        disbursement: 5,
        drawing: house::drawing("PD-INFO", 100),
        restores_budget: None,
        reason: None,
        filing: Filing::default(),
    }));
    let unread = record(&house, &mut ledger, &refund, b"refund").unwrap_err();
    assert_eq!(unread.kind(), earmark::error::Kind::Io, "{unread}");
    assert_eq!(ledger.head().size, 6, "nothing was written");
    std::fs::rename(&away, &log).unwrap();
    gate.shut(false);
    let before = counts.calls();
    let refunded = record(&house, &mut ledger, &refund, b"refund").unwrap();
    let after = counts.calls();
    gate.shut(true);
    std::fs::rename(&log, &away).unwrap();
    let touched = gate.calls();
    // What was verified is kept: the next one asks the log for nothing.
    record(&house, &mut ledger, &refund, b"refund again").unwrap();
    assert_eq!((refunded.entries[0].index, refunded.durability), (6, Durability::Recorded));
    assert!(after.read > before.read, "the cited entry: {after:?}");
    let Calls { append, command, copies, .. } = after;
    assert_eq!((append, command), (before.append + 1, before.command + 1));
    assert_eq!(copies, 0);
    record(&house, &mut ledger, &payment("PD-INFO", "P-1", 700), b"all").unwrap();
    assert_eq!(gate.calls(), touched, "the log was not asked for anything");

    // Once the log is back, it gets what was recorded.
    std::fs::rename(&away, &log).unwrap();
    gate.shut(false);
    assert_eq!(ledger.publish().unwrap().size, 9);
    assert!(gate.calls() > touched);
    ledger.close().unwrap();
    assert_eq!(house.open().head().size, 9);
}

/// One record published: its sync in the durability log; in the log a bundle, a tile and the checkpoint, and the names of
/// each (schemas/log.md §4). The anchor, which is outside, has two more.
#[test]
fn a_published_record_syncs_what_the_log_promises_and_no_more() {
    let house = paid();
    let gate = Arc::new(Gate::default());
    let (media, counts) = counting(&gate);
    let mut ledger = house.try_open_on(&media).unwrap();
    let counts = Arc::clone(&counts.lock().unwrap());
    for round in 0..20 {
        let before = (counts.calls(), gate.syncs());
        house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
        let Calls { append, sync, put_snapshot, .. } = counts.calls();
        let asked = (append - before.0.append, sync - before.0.sync, put_snapshot);
        assert_eq!((asked, gate.syncs() - before.1), ((1, 0, 0), 6), "payment {round}");
    }
    assert_eq!(ledger.published_size(), ledger.head().size);
    ledger.close().unwrap();
}

/// What opening and one more payment ask of store and log, after `before` was done to the ledger.
fn cost_after(template: &House, before: impl FnOnce(&House)) -> (u64, u64) {
    let house = template.copy();
    before(&house);
    let gate = Arc::new(Gate::default());
    let (media, counts) = counting(&gate);
    let mut ledger = house.try_open_on(&media).unwrap();
    let counts = Arc::clone(&counts.lock().unwrap());
    record(&house, &mut ledger, &payment("PD-INFO", "P-1", 1), b"next").unwrap();
    let Calls { head, read, command, snapshot, copies, .. } = counts.calls();
    assert_eq!(copies, 0, "the copies were compared entry by entry");
    (head + read + command + snapshot, gate.calls())
}

#[test]
fn after_a_command_that_recorded_nothing_the_next_one_costs_what_it_would_have() {
    let template = paid();
    let mut ledger = template.open();
    for _ in 0..200 {
        template.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
    }
    ledger.close().unwrap();
    let usual = cost_after(&template, |_| {});
    let refused = |house: &House, ledger: &mut Ledger| {
        let error = record(house, ledger, &commitment("C-1", "PD-INFO", 601), b"too much");
        assert_eq!(error.unwrap_err().code(), "line_exceeded");
    };
    let rehearsed = |house: &House, ledger: &mut Ledger| {
        let order = payment("PD-INFO", "P-1", 1);
        let signer = house.officer();
        let submission = Submission {
            order: &order,
            confidential: None,
            signer: &signer,
            command_key: None,
            accept_clock: None,
            dry_run: true,
            until: Durability::Published,
        };
        assert!(ledger.submit(&submission).unwrap().dry_run);
    };
    let given_up = |house: &House, ledger: &mut Ledger| {
        let signer = house.officer();
        let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
        let orders = [payment("PD-INFO", "P-1", 1)];
        batch.admit(&earmark::ledger::RowIn { key: [1; 16], orders: &orders }).unwrap();
    };
    type Work<'a> = &'a dyn Fn(&House, &mut Ledger);
    let cases: [(&str, Work<'_>); 3] =
        [("refused", &refused), ("dry run", &rehearsed), ("import given up", &given_up)];
    for (what, work) in cases {
        for closes in [true, false] {
            let after = cost_after(&template, |house| {
                let mut ledger = house.open();
                work(house, &mut ledger);
                // Dropped is what Ctrl-C and a kill leave behind.
                if closes { ledger.close().unwrap() } else { drop(ledger) }
            });
            for (usual, after) in [(usual.0, after.0), (usual.1, after.1)] {
                assert!(
                    after * 10 <= usual * 12,
                    "{what}, closed {closes}: {after} calls, {usual} otherwise"
                );
            }
        }
    }
}

#[test]
fn after_a_kill_only_what_came_after_the_last_publish_is_compared() {
    let template = paid();
    let mut ledger = template.open();
    for _ in 0..200 {
        template.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
    }
    ledger.close().unwrap();
    let usual = cost_after(&template, |_| {});
    for unpublished in [0, 1, 5] {
        // Not closed: `cost_after` sees that no copy is gone through entry by entry.
        let after = cost_after(&template, |house| {
            let mut ledger = house.open();
            house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
            for number in 0..unpublished {
                let key = [number; 3];
                record(house, &mut ledger, &payment("PD-INFO", "P-1", 1), &key).unwrap();
            }
        });
        assert!(after.0 <= usual.0 + 10, "{unpublished} unpublished: {after:?}, {usual:?}");
        let house = template.copy();
        let mut ledger = house.open();
        house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
        for number in 0..unpublished {
            let key = [number; 3];
            record(&house, &mut ledger, &payment("PD-INFO", "P-1", 1), &key).unwrap();
        }
        let (head, state) = (ledger.head(), ledger.state().clone());
        drop(ledger);
        let ledger = house.open();
        assert_eq!((ledger.head(), ledger.state()), (head, &state));
        assert_eq!(ledger.published_size(), head.size);
        ledger.close().unwrap();
        assert_eq!(house.open().state(), &state);
    }
}

#[test]
fn the_gate_would_have_told() {
    let house = paid();
    let gate = Arc::new(Gate::default());
    let (media, _) = counting(&gate);
    let mut ledger = house.try_open_on(&media).unwrap();
    gate.shut(true);
    let receipt = ledger.submit(&Submission {
        order: &payment("PD-INFO", "P-1", 1),
        confidential: None,
        signer: &house.officer(),
        command_key: None,
        accept_clock: None,
        dry_run: false,
        until: Durability::Published,
    });
    assert_eq!(receipt.unwrap().durability, Durability::Recorded);
    let error = ledger.unpublished().unwrap();
    assert_eq!(error.code(), "not_published");
    assert!(error.message().contains("the log was read while it could not be"), "{error}");
    gate.shut(false);
    drop(ledger);
    assert_eq!(house.open().head().size, 7, "it was recorded");
}

/// The real disk, which counts how often each segment of a durability log is read.
#[derive(Debug, Default, Clone)]
struct Segments(Arc<Mutex<std::collections::BTreeMap<PathBuf, u64>>>);

impl earmark::store::medium::Medium for Segments {
    fn create(&self, path: &Path) -> Result<Box<dyn earmark::store::medium::MediumFile>> {
        earmark::store::medium::Disk.create(path)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn earmark::store::medium::MediumFile>> {
        earmark::store::medium::Disk.open(path)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        if path.to_string_lossy().contains("/wal/0") {
            *self.0.lock().unwrap().entry(path.to_owned()).or_default() += 1;
        }
        earmark::store::medium::Disk.read(path)
    }

    fn length(&self, path: &Path) -> Result<u64> {
        earmark::store::medium::Disk.length(path)
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>> {
        earmark::store::medium::Disk.names(folder)
    }

    fn create_folder(&self, folder: &Path) -> Result<()> {
        earmark::store::medium::Disk.create_folder(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        earmark::store::medium::Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        earmark::store::medium::Disk.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> Result<()> {
        earmark::store::medium::Disk.sync_folder(folder)
    }
}

/// However many ranges a recovery goes through: each segment is read by the first walk, and then once for
/// each range that it has something of.
#[test]
fn a_survey_reads_each_segment_of_the_durability_log_by_what_is_in_it() {
    const RANGE: u64 = 500;
    let folder = tempfile::tempdir().unwrap();
    let segments = Segments::default();
    let options = Options { segment_bytes: 65_536, medium: Arc::new(segments.clone()) };
    let mut maker = Maker::new(3);
    let (mut store, _) = SledStore::open(folder.path(), options).unwrap();
    let mut head = Head::default();
    for _ in 0..20 {
        match store.append(head, &[maker.command(500, 20)]).unwrap() {
            Appended::Done(after) => head = after,
            conflict => panic!("{conflict:?}"),
        }
    }
    let mut entries = Vec::new();
    let mut at = Some(0);
    let mut ranges = 0;
    while let Some(from) = at {
        let copies = store.copies(from..from + RANGE).unwrap();
        let ours = copies.into_iter().find(|copy| copy.name == "durability log").unwrap();
        assert_eq!(ours.damage, Vec::<String>::new());
        entries.extend(ours.entries);
        ranges += 1;
        at = store.next_held(from + RANGE).unwrap();
    }
    assert_eq!(entries.len() as u64, head.size);
    // The last page may reach a little further.
    assert!(ranges <= head.size / RANGE + 1, "{ranges} ranges");
    assert_eq!(store.next_held(u64::MAX).unwrap(), None);
    let read = segments.0.lock().unwrap().clone();
    assert!(read.len() >= 10, "{read:?}");
    // By the first walk, and for the one or two ranges that it reaches into.
    assert!(read.values().all(|times| (1..=3).contains(times)), "{read:?}");
}
