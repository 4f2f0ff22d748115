//! One writer for many who wait.

use super::house::gate::Gate;
use super::house::{House, payee, payment};
use super::{Hands, funded, instruction, outside, whole};
use earmark::archive::medium::Medium;
use earmark::chain::signature::Signer as _;
use earmark::desk::Listener;
use earmark::desk::writer::{MOST_AT_ONCE, Pending, Queue, Writer};
use earmark::domain::command::Command;
use earmark::domain::event::{Body, EntryReversed, Filing};
use earmark::domain::ids::Text;
use earmark::error::Result;
use earmark::ledger::{Committed, Durability, Ledger, Media, Ready, Receipt};
use earmark::store::Store;
use earmark::store::counting::{CountingStore, Counts};
use earmark::store::fault::{Fault, FaultMedium};
use earmark::store::sled::{Options, SledStore};
use earmark::words::{Lang, Surface};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn note(&self, words: &str) {
        self.0.lock().unwrap().push(format!("note: {words}"));
    }

    fn warn(&self, words: &str) {
        self.0.lock().unwrap().push(format!("warning: {words}"));
    }

    fn lang(&self) -> Lang {
        Lang::En
    }

    fn surface(&self) -> Surface {
        Surface::CommandLine
    }
}

/// A writer on the ledger of a house, on a disk whose calls are counted and can fail.
struct Counter {
    house: Arc<House>,
    writer: Writer,
    disk: FaultMedium,
    log: Arc<Gate>,
    counts: Arc<Mutex<Arc<Counts>>>,
    heard: Arc<Heard>,
}

fn counter() -> Counter {
    let (house, hands) = (Arc::new(funded()), Hands::new());
    let (disk, counts) = (FaultMedium::new(), Arc::new(Mutex::new(Arc::new(Counts::default()))));
    let (heard, log) = (Arc::new(Heard::default()), Arc::new(Gate::default()));
    let open = {
        let (house, disk, counts) = (Arc::clone(&house), disk.clone(), Arc::clone(&counts));
        let log = Arc::clone(&log);
        move || {
            let (disk, counts) = (disk.clone(), Arc::clone(&counts));
            let store = move |folder: &Path| {
                let options = Options { medium: Arc::new(disk.clone()), ..Options::default() };
                let (store, opening) = SledStore::open(folder, options)?;
                let (store, counted) = CountingStore::new(Box::new(store));
                *counts.lock().unwrap() = counted;
                let store: Box<dyn Store> = Box::new(store);
                Ok((store, opening))
            };
            let log: Arc<dyn Medium> = Arc::<Gate>::clone(&log);
            let media = Media { store: Box::new(store), log };
            Ledger::open_on(&house.ledger_folder(), outside(&house, &hands), &media)
        }
    };
    let listener: Arc<dyn Listener> = Arc::<Heard>::clone(&heard);
    let writer = Writer::start(Box::new(open), listener).unwrap();
    Counter { house, writer, disk, log, counts, heard }
}

impl Counter {
    fn appends(&self) -> u64 {
        self.counts.lock().unwrap().calls().append
    }

    /// Lets all that is asked stand in the queue, in order, behind a writer that is busy until all are there.
    fn all_at_once<T>(&self, asks: impl FnOnce(&Queue) -> Vec<Pending<T>>) -> Vec<Result<T>> {
        let (go, wait) = sync_channel::<()>(0);
        let queue = self.writer.queue();
        let busy = queue.work(move |_| {
            wait.recv().ok();
            Ok(())
        });
        let asked = asks(&queue);
        go.send(()).unwrap();
        busy.wait().unwrap();
        asked.into_iter().map(Pending::wait).collect()
    }

    fn pay(&self, queue: &Queue, amount: i128, key: &str, until: Durability) -> Pending<Receipt> {
        let instruction = instruction(&self.house, payment("PD-INFO", "P-1", amount), Some(key));
        queue.submit(instruction, Arc::new(self.house.officer()), until)
    }

    fn end(self) {
        self.writer.close().unwrap();
        let ledger = self.house.open();
        whole(&self.house, ledger);
    }
}

fn indexes(receipts: &[Receipt]) -> Vec<u64> {
    receipts.iter().flat_map(|r| r.entries.iter().map(|entry| entry.index)).collect()
}

#[test]
fn commands_that_wait_are_made_durable_by_one_sync() {
    let counter = counter();
    let before = counter.appends();
    let told = counter.all_at_once(|queue| {
        let pay = |n| counter.pay(queue, 1, &format!("p{n}"), Durability::Published);
        (0..8).map(pay).collect()
    });
    let receipts: Vec<Receipt> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(counter.appends() - before, 1);
    assert_eq!(indexes(&receipts), (5..13).collect::<Vec<u64>>());
    for (place, receipt) in (6..).zip(&receipts) {
        assert_eq!((receipt.durability, receipt.replayed), (Durability::Published, false));
        assert_eq!(receipt.head.size, place);
    }
    let vouchers = receipts.iter().map(|receipt| match &receipt.entries[0].event.body {
        Body::DisbursementRecorded(b) => b.voucher_no,
        other => panic!("{other:?}"),
    });
    assert_eq!(vouchers.collect::<Vec<_>>(), (1..9).collect::<Vec<_>>());
    counter.end();
}

#[test]
fn no_sync_waits_for_more_than_a_bounded_number_of_commands() {
    let counter = counter();
    let before = counter.appends();
    let many = MOST_AT_ONCE + 1;
    let told = counter.all_at_once(|queue| {
        let register = |n| {
            let instruction = instruction(&counter.house, payee(&format!("N-{n}")), None);
            queue.submit(instruction, Arc::new(counter.house.officer()), Durability::Recorded)
        };
        (0..many).map(register).collect()
    });
    let receipts: Vec<Receipt> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(indexes(&receipts).len(), many);
    assert_eq!(counter.appends() - before, 2);
    counter.end();
}

#[test]
fn who_wants_it_recorded_and_who_wants_it_published_share_a_sync() {
    let counter = counter();
    let before = counter.appends();
    let until = [Durability::Recorded, Durability::Published, Durability::Recorded];
    let told = counter.all_at_once(|queue| {
        let pay = |(n, until)| counter.pay(queue, 1, &format!("p{n}"), until);
        (0..).zip(until).map(pay).collect()
    });
    let said: Vec<Durability> = told.into_iter().map(|told| told.unwrap().durability).collect();
    assert_eq!(said, until);
    assert_eq!(counter.appends() - before, 1);
    counter.end();
}

#[test]
fn a_refusal_takes_no_other_with_it() {
    let counter = counter();
    let told = counter.all_at_once(|queue| {
        let pay = |amount| counter.pay(queue, amount, &amount.to_string(), Durability::Recorded);
        [400, 700, 500, 200, 100].into_iter().map(pay).collect()
    });
    let is_refused = |told: &Result<Receipt>| told.as_ref().is_err_and(|e| e.is_rejection());
    let refused: Vec<bool> = told.iter().map(is_refused).collect();
    assert_eq!(refused, [false, true, false, true, false]);
    let receipts: Vec<Receipt> = told.into_iter().flatten().collect();
    assert_eq!(indexes(&receipts), [5, 6, 7]);
    counter.end();
}

#[test]
fn the_same_command_id_twice_in_the_queue_is_one_command() {
    let counter = counter();
    let mut told = counter.all_at_once(|queue| {
        let pay = |amount| counter.pay(queue, amount, "same", Durability::Published);
        [1, 1, 2].into_iter().map(pay).collect()
    });
    let (other, again, first) = (told.pop().unwrap(), told.pop().unwrap(), told.pop().unwrap());
    let (first, again) = (first.unwrap(), again.unwrap());
    assert_eq!((&first.entries, first.replayed), (&again.entries, false));
    assert!(again.replayed);
    assert_eq!(again.durability, Durability::Published);
    assert_eq!(other.unwrap_err().code(), "command_id_reused");
    counter.end();
}

#[test]
fn a_command_cites_an_entry_that_is_not_durable_yet() {
    let counter = counter();
    let before = counter.appends();
    let told = counter.all_at_once(|queue| {
        let reversal = Command::ReverseEntry(EntryReversed {
            entry: 5,
            reason: Text::new("paid twice"),
            filing: Filing::default(),
        });
        let instruction = instruction(&counter.house, super::house::order(reversal), None);
        vec![
            counter.pay(queue, 1_000, "first", Durability::Recorded),
            queue.submit(instruction, Arc::new(counter.house.officer()), Durability::Recorded),
            counter.pay(queue, 1_000, "second", Durability::Recorded),
        ]
    });
    let receipts: Vec<Receipt> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(indexes(&receipts), [5, 6, 7]);
    assert_eq!(counter.appends() - before, 1);
    counter.end();
}

#[test]
fn a_disk_that_fails_acknowledges_all_or_none_and_the_next_one_finds_a_ledger_again() {
    let mut failed = 0;
    for fault in [Fault::NoSpace, Fault::InputOutput, Fault::ShortWrite, Fault::ReadOnly] {
        for calls in 0..4 {
            let counter = counter();
            let keys = ["a", "b", "c"];
            let pay = |queue: &Queue, key, until| counter.pay(queue, 300, key, until);
            let told = counter.all_at_once(|queue| {
                counter.disk.fail_after(calls, fault);
                keys.into_iter().map(|key| pay(queue, key, Durability::Recorded)).collect()
            });
            let ok = told.iter().filter(|told| told.is_ok()).count();
            assert!(ok == 0 || ok == keys.len(), "{fault:?} at {calls}: {told:?}");
            assert!(told.iter().flat_map(|t| t.as_ref().err()).all(|error| !error.is_rejection()));
            failed += usize::from(ok == 0);
            counter.disk.heal();
            // Whatever landed: each of them once, and the last one has no money left.
            let queue = counter.writer.queue();
            for key in keys {
                pay(&queue, key, Durability::Published).wait().unwrap();
            }
            let late = pay(&queue, "d", Durability::Published).wait();
            assert!(late.unwrap_err().is_rejection());
            let size = queue.work(|ledger| Ok(ledger.head().size)).wait().unwrap();
            assert_eq!(size, 8, "{fault:?} at {calls}");
            counter.end();
        }
    }
    assert!(failed >= 8, "{failed} of 16");
}

#[test]
fn nobody_is_told_of_what_waits_for_a_sync_that_fails() {
    let mut failed = 0;
    for calls in 0..6 {
        let counter = counter();
        let queue = counter.writer.queue();
        let (go, wait) = sync_channel::<()>(0);
        let busy = queue.work(move |_| {
            wait.recv().ok();
            Ok(())
        });
        counter.disk.fail_after(calls, Fault::InputOutput);
        let first = counter.pay(&queue, 1, "same", Durability::Recorded);
        // The same order under the same key: its receipt is that of the one before.
        let order = payment("PD-INFO", "P-1", 1);
        let again = queue.prepare(instruction(&counter.house, order, Some("same")));
        go.send(()).unwrap();
        busy.wait().unwrap();
        match (first.wait(), again.wait()) {
            (Ok(_), Ok(Ready::Done(receipt))) => assert!(receipt.replayed),
            (Err(_), Err(_)) => failed += 1,
            (first, again) => panic!("at {calls}: {first:?}, then {again:?}"),
        }
        counter.disk.heal();
        counter.end();
    }
    assert!(failed > 0);
}

#[test]
fn what_could_not_be_published_is_recorded_said_and_published_with_the_next() {
    let counter = counter();
    let queue = counter.writer.queue();
    counter.log.shut(true);
    let receipt = counter.pay(&queue, 1, "one", Durability::Published).wait().unwrap();
    assert_eq!(receipt.durability, Durability::Recorded);
    let refused = counter.pay(&queue, 1, "two", Durability::Published).wait();
    assert!(!refused.unwrap_err().is_rejection());
    let heard = counter.heard.0.lock().unwrap().join("; ");
    assert!(heard.contains("warning: recorded, but not published"), "{heard}");
    counter.log.shut(false);
    let receipt = counter.pay(&queue, 1, "three", Durability::Published).wait().unwrap();
    assert_eq!((receipt.durability, receipt.entries[0].index), (Durability::Published, 6));
    counter.end();
}

#[test]
fn work_that_leaves_the_ledger_unfit_is_mended_for_the_next() {
    let counter = counter();
    let (queue, house) = (counter.writer.queue(), Arc::clone(&counter.house));
    let officer = house.officer();
    let given_up = queue.work(move |ledger| ledger.batch("bank", &officer, None, false).map(drop));
    given_up.wait().unwrap();
    let receipt = counter.pay(&queue, 1, "one", Durability::Published).wait().unwrap();
    assert_eq!(receipt.entries[0].index, 5);
    counter.end();
}

#[test]
fn twelve_who_sign_elsewhere_are_each_recorded_once() {
    let counter = counter();
    let hands: Vec<_> = (0..12)
        .map(|n| {
            let (queue, house) = (counter.writer.queue(), Arc::clone(&counter.house));
            thread::spawn(move || {
                let key = format!("p{n}");
                let instruction = instruction(&house, payment("PD-INFO", "P-1", 1), Some(&key));
                let Ready::ToSign(mut prepared) = queue.prepare(instruction).wait().unwrap() else {
                    panic!()
                };
                loop {
                    let signature = house.officer().sign(prepared.message());
                    let committed = queue.commit(*prepared, signature, Durability::Recorded);
                    match committed.wait().unwrap() {
                        Committed::Recorded(receipt) => return receipt,
                        Committed::Stale(stale) => prepared = stale.prepared,
                    }
                }
            })
        })
        .collect();
    let receipts: Vec<Receipt> = hands.into_iter().map(|hand| hand.join().unwrap()).collect();
    let all: BTreeSet<u64> = indexes(&receipts).into_iter().collect();
    assert_eq!(all, (5..17).collect());
    assert!(receipts.iter().all(|receipt| !receipt.replayed));
    counter.end();
}

#[test]
fn the_queue_says_that_it_has_ended() {
    let counter = counter();
    let (queue, house) = (counter.writer.queue(), Arc::clone(&counter.house));
    counter.writer.close().unwrap();
    let late = instruction(&house, payment("PD-INFO", "P-1", 1), None);
    let late = queue.submit(late, Arc::new(house.officer()), Durability::Recorded);
    assert_eq!(late.wait().unwrap_err().code(), "writer_stopped");
    // And so does one whose work did not come to an end.
    let counter = self::counter();
    let queue = counter.writer.queue();
    let gone = queue.work(|_| -> Result<()> { panic!("a mistake of the surface") });
    assert_eq!(gone.wait().unwrap_err().code(), "writer_stopped");
    assert_eq!(counter.writer.close().unwrap_err().code(), "writer_stopped");
    assert!(counter.heard.0.lock().unwrap().is_empty());
    // It let go of the ledger.
    whole(&counter.house, counter.house.open());
}

#[test]
fn a_ledger_that_cannot_be_opened_has_no_writer() {
    let house = Arc::new(funded());
    let held = house.open();
    let again = Arc::clone(&house);
    let open = Box::new(move || again.try_open());
    let error = Writer::start(open, Arc::new(Heard::default())).unwrap_err();
    assert_eq!(error.code(), "locked");
    drop(held);
}
