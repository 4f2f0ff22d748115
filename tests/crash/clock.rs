//! A clock that is wrong, and a second writer: a clear error, nothing written.

use crate::house::{House, NOW, ORIGIN, allocation, fund, order};
use crate::whole::{assert_whole, undisturbed};
use earmark::chain::entry::{self, CLOCK_ACCEPTED};
use earmark::edge::clock::FixedClock;
use earmark::edge::config::{CONFIG_FILE, LedgerConfig};
use earmark::error::{Kind, Result};
use earmark::ledger::{Durability, Ledger, Receipt, Submission};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn started() -> House {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    ledger.close().unwrap();
    house
}

fn open_at(house: &House, microseconds: i64) -> Ledger {
    let mut outside = house.outside();
    outside.clock = Box::new(FixedClock::at(microseconds));
    Ledger::open(&house.ledger_folder(), outside).unwrap()
}

fn allocate(house: &House, ledger: &mut Ledger, accept_clock: bool) -> Result<Receipt> {
    ledger.submit(&Submission {
        order: &allocation("PD-INFO:2026", 500),
        confidential: None,
        signer: &house.officer(),
        command_key: None,
        accept_clock,
        dry_run: false,
        until: Durability::Published,
    })
}

#[test]
fn a_clock_set_back_is_refused_with_both_times() {
    let _undisturbed = undisturbed();
    let house = started();
    let mut ledger = open_at(&house, NOW - 2 * MINUTE);
    for accept_clock in [false, true] {
        let refused = allocate(&house, &mut ledger, accept_clock).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "clock_behind: the clock says 2026-02-28T23:58:00.000000Z, more than a minute before the last \
             entry of 2026-03-01T00:00:00.000002Z\n  next: set the clock right and run the same \
             command again"
        );
    }
    let refused = ledger.batch("bank", &house.officer(), false, false).unwrap_err();
    assert_eq!(refused.code(), "clock_behind");
    assert_eq!(ledger.head().size, 3);
    drop(ledger);

    // Less than a minute behind goes on in order.
    let mut ledger = open_at(&house, NOW - MINUTE / 2);
    allocate(&house, &mut ledger, false).unwrap();
    let last = ledger.entry(3).unwrap().unwrap();
    let recorded_at = entry::parse(&last.bytes).unwrap().recorded_at_microseconds;
    assert_eq!(recorded_at, NOW + 3);
    ledger.close().unwrap();
    assert_eq!(assert_whole(&house), 4);
}

#[test]
fn a_clock_more_than_a_day_ahead_needs_a_word_and_keeps_it() {
    let _undisturbed = undisturbed();
    let house = started();
    let mut ledger = open_at(&house, NOW + 2 * DAY);
    let refused = allocate(&house, &mut ledger, false).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "clock_ahead: the clock says 2026-03-03T00:00:00.000000Z, more than a day after the last entry of \
         2026-03-01T00:00:00.000002Z\n  next: if the clock is right, add --accept-clock"
    );
    assert_eq!(ledger.head().size, 3);
    allocate(&house, &mut ledger, true).unwrap();
    let last = ledger.entry(3).unwrap().unwrap();
    assert!(entry::parse(&last.bytes).unwrap().has(CLOCK_ACCEPTED));
    ledger.close().unwrap();
    assert_eq!(assert_whole(&house), 4);
}

#[test]
fn a_second_writer_is_told_who_holds_the_ledger_and_readers_need_no_lock() {
    let _undisturbed = undisturbed();
    let house = started();
    let mut ledger = house.open();
    let pid = std::process::id();
    let refused = house.try_open().unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (Kind::Locked, "locked"));
    let folder = house.ledger_folder();
    assert!(
        refused.to_string().starts_with(&format!(
            "locked: the ledger {} is held by process {pid}\n  next: wait until it is done",
            folder.display()
        )),
        "{refused}"
    );
    let log = earmark::ledger::Reader::open(&folder, None).unwrap();
    let store = earmark::verify::verify_store(&folder, log.archive()).unwrap_err();
    assert_eq!(store.code(), "locked", "never a pass");
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1));
    ledger.close().unwrap();
}

#[test]
fn the_lock_of_a_process_that_is_gone_holds_nobody_up() {
    let _undisturbed = undisturbed();
    let house = started();
    let lock = house.ledger_folder().join("LOCK");
    std::fs::write(&lock, "4194303\n").unwrap();
    let mut ledger = house.open();
    assert_eq!(std::fs::read_to_string(&lock).unwrap().trim(), std::process::id().to_string());
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1));
}

#[test]
fn a_ledger_whose_making_was_cut_short_says_so_and_what_to_do() {
    let _undisturbed = undisturbed();
    let house = House::new();
    let folder = house.ledger_folder();
    std::fs::create_dir(&folder).unwrap();
    LedgerConfig::new(ORIGIN, "pudong").create(&folder).unwrap();
    for _ in 0..2 {
        let error = house.try_open().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "never_begun: {} has no entry: making the ledger was interrupted\n  next: nothing \
                 was ever recorded in it: delete the folder and run `earmark init` again",
                folder.display()
            )
        );
    }
    let (officer, genesis) = (house.officer(), house.genesis());
    let config = LedgerConfig::new(ORIGIN, "pudong");
    let again = Ledger::create(&folder, &config, &genesis, &officer, house.outside());
    assert_eq!(again.unwrap_err().code(), "ledger_exists");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(house.create().head().size, 2);
}

#[test]
fn a_ledger_is_not_made_over_parts_of_one_and_a_refused_one_leaves_nothing() {
    let _undisturbed = undisturbed();
    let house = House::new();
    let folder = house.ledger_folder();
    let (officer, config) = (house.officer(), LedgerConfig::new(ORIGIN, "pudong"));
    std::fs::create_dir_all(folder.join("log")).unwrap();
    let create = |genesis: &earmark::domain::command::Order| {
        Ledger::create(&folder, &config, genesis, &officer, house.outside())
    };
    assert_eq!(
        create(&house.genesis()).unwrap_err().to_string(),
        format!(
            "ledger_exists: {} holds log/, part of a ledger\n  next: choose an empty folder; a \
             ledger is never overwritten",
            folder.display()
        )
    );
    assert!(!folder.join(CONFIG_FILE).exists());
    std::fs::remove_dir(folder.join("log")).unwrap();
    let no_genesis = order(fund("PD-INFO").command);
    assert_eq!(create(&no_genesis).unwrap_err().code(), "no_genesis");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
