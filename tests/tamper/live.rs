//! A ledger that goes on while it is verified gives no false alarm.

use crate::book::{log_key, pay, start};
use crate::house::{House, ORIGIN};
use earmark::chain::signature::Signer;
use earmark::ledger::Reader;
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Outcome, Report, Tier, Trust, verify};
use std::sync::atomic::{AtomicBool, Ordering};

fn verified(house: &House, reader: &Reader) -> Report {
    let key = VerifierKey::new(ORIGIN, &log_key().public_key()).unwrap();
    let trust = Trust { key: Some(key), pin: None };
    let caches = house.ledger_folder().join("cache");
    let caches = caches.exists().then_some(caches);
    verify(reader, caches.as_deref(), &Tier::ALL, &trust, &mut |_| {}).unwrap()
}

fn open(house: &House) -> Reader {
    Reader::open(&house.ledger_folder(), None).unwrap()
}

#[test]
fn a_writer_publishes_while_verify_runs() {
    let house = House::new();
    start(&house).close().unwrap();
    let is_done = AtomicBool::new(false);
    let mut sizes = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut ledger = house.open();
            pay(&house, &mut ledger, 150);
            ledger.close().unwrap();
            is_done.store(true, Ordering::SeqCst);
        });
        while !is_done.load(Ordering::SeqCst) {
            let report = verified(&house, &open(&house));
            assert!(report.is_verified(), "{:?}", report.faults);
            sizes.push(report.size);
        }
    });
    sizes.push(verified(&house, &open(&house)).size);
    assert!(sizes.is_sorted() && sizes.last() == Some(&155), "{sizes:?}");
}

#[test]
fn partial_tiles_go_and_caches_come_after_the_log_was_opened() {
    let house = House::new();
    let mut ledger = start(&house);
    pay(&house, &mut ledger, 195);
    let before = open(&house);
    assert_eq!(before.size(), 200);
    pay(&house, &mut ledger, 100);
    ledger.close().unwrap();
    for folder in ["tile/0/000.p", "tile/entries/000.p"] {
        std::fs::remove_dir_all(house.ledger_folder().join("log").join(folder)).unwrap();
    }
    let report = verified(&house, &before);
    assert!(report.is_verified() && report.size == 200, "{:?}", report.faults);

    assert_eq!(open(&house).make_cache(&house.log_signer()).unwrap(), 300);
    let report = verified(&house, &before);
    assert!(report.is_verified(), "{:?}", report.faults);
    let outcome = report.tiers.last().unwrap();
    assert_eq!(*outcome, (Tier::Projections, Outcome::Nothing), "a newer cache is not judged");
    assert!(report.not_read.contains(&"cache".to_owned()), "{:?}", report.not_read);
    let report = verified(&house, &open(&house));
    assert_eq!(*report.tiers.last().unwrap(), (Tier::Projections, Outcome::Passed));
}
