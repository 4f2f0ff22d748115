//! A clock that is wrong, and a second writer: a clear error, nothing written.

use crate::house::{House, NOW, ORIGIN, allocation, fund, order, payee};
use crate::whole::{assert_whole, undisturbed};
use earmark::chain::clocks::Clocks;
use earmark::chain::entry::{self, CLOCK_ACCEPTED, LATEST_RECORDED_AT};
use earmark::domain::calendar::Date;
use earmark::domain::command::Order;
use earmark::edge::clock::FixedClock;
use earmark::edge::config::{CONFIG_FILE, LedgerConfig};
use earmark::error::{Kind, Result};
use earmark::ledger::reader::KnownAt;
use earmark::ledger::{Durability, Ledger, Reader, Receipt, RowIn, RowOut, Submission};
use earmark::verify::{Tier, Trust, verify};

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

/// The day of the clock at the ledger's offset.
fn day_of(microseconds: i64) -> Option<Date> {
    Some(Date::at(microseconds, 480))
}

fn submit(
    house: &House,
    ledger: &mut Ledger,
    accept_clock: Option<Date>,
    on: Option<Date>,
) -> Result<Receipt> {
    let wish = Order { occurred_on: on, ..allocation("PD-INFO:2026", 500) };
    let wish = match ledger.state().lines.is_empty() {
        true => wish,
        false => Order { occurred_on: on, ..fund(&format!("F-{}", ledger.head().size)) },
    };
    ledger.submit(&Submission {
        order: &wish,
        confidential: None,
        signer: &house.officer(),
        command_key: None,
        accept_clock,
        dry_run: false,
        until: Durability::Published,
    })
}

fn allocate(house: &House, ledger: &mut Ledger, accept_clock: Option<Date>) -> Result<Receipt> {
    submit(house, ledger, accept_clock, None)
}

/// When the last entry was recorded, and whether it says that the clock did not fit.
fn last(ledger: &Ledger) -> (i64, bool) {
    let last = ledger.entry(ledger.head().size - 1).unwrap().unwrap();
    let envelope = entry::parse(&last.bytes).unwrap();
    (envelope.recorded_at_microseconds, envelope.has(CLOCK_ACCEPTED))
}

fn clocks(house: &House) -> Clocks {
    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    let report = verify(&reader, None, &Tier::ALL, &Trust::default(), &mut |_| {}).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
    report.clocks
}

#[test]
fn a_clock_set_back_is_refused_with_both_times_and_goes_on_by_its_own_day() {
    let _undisturbed = undisturbed();
    let house = started();
    // Late in the evening of the day before, at the ledger's offset.
    let now = NOW - 9 * 60 * MINUTE;
    let mut ledger = open_at(&house, now);
    let refused = allocate(&house, &mut ledger, None).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "clock_behind: the clock says 2026-02-28T15:00:00.000000Z, more than a minute before the last \
         entry of 2026-03-01T00:00:00.000002Z\n  next: set the clock right and run the same command \
         again; if it is right, and the last entry's was wrong, repeat its day: --accept-clock 2026-02-28 \
         (recorded right after the last entry, and marked)"
    );
    let refused = ledger.batch("bank", &house.officer(), None, false).unwrap_err();
    assert_eq!(refused.code(), "clock_behind");
    // Neither the day before, the day after, nor that of the last entry stands for the clock's own.
    for other in [-1, 1] {
        let other = Date(day_of(now).unwrap().0 + other);
        let refused = allocate(&house, &mut ledger, Some(other)).unwrap_err();
        assert_eq!(
            (refused.code(), refused.message()),
            (
                "clock_day",
                format!(
                    "--accept-clock repeats the clock's own day, which is 2026-02-28, not {other}"
                )
                .as_str()
            )
        );
        let refused = ledger.batch("bank", &house.officer(), Some(other), false).unwrap_err();
        assert_eq!(refused.code(), "clock_day");
    }
    assert_eq!(ledger.head().size, 3);

    // Nothing is dated after the clock's day, though the entry is recorded on the next.
    let today = Date::at(NOW, 480);
    let refused = submit(&house, &mut ledger, day_of(now), Some(today)).unwrap_err();
    assert_eq!((refused.code(), ledger.head().size), ("date_in_future", 3));
    let receipt = allocate(&house, &mut ledger, day_of(now)).unwrap();
    assert_eq!(receipt.entries[0].event.occurred_on, day_of(now).unwrap());
    assert_eq!(last(&ledger), (NOW + 3, true));
    ledger.close().unwrap();
    assert_eq!(assert_whole(&house), 4);
    assert_eq!(clocks(&house), Clocks { ahead: 0, behind: 1 });
}

#[test]
fn a_clock_within_a_minute_behind_or_a_day_ahead_is_asked_nothing() {
    let _undisturbed = undisturbed();
    let house = started();
    let head = NOW + 2;
    for (clock, recorded_at) in
        [(head - MINUTE, head + 1), (head, head + 1), (head + DAY, head + DAY)]
    {
        let house = house.copy();
        let mut ledger = open_at(&house, clock);
        allocate(&house, &mut ledger, None).unwrap();
        assert_eq!(last(&ledger), (recorded_at, false), "{clock}");
        ledger.close().unwrap();
        assert_eq!(clocks(&house), Clocks::default());
    }
    let mut ledger = open_at(&house, head - MINUTE - 1);
    assert_eq!(allocate(&house, &mut ledger, None).unwrap_err().code(), "clock_behind");
}

#[test]
fn a_clock_up_to_40_days_ahead_is_marked_without_a_question_and_beyond_it_is_asked() {
    let _undisturbed = undisturbed();
    let house = started();
    let head = NOW + 2;
    for ahead in [DAY + 1, 23 * DAY, 40 * DAY] {
        let house = house.copy();
        let mut ledger = open_at(&house, head + ahead);
        allocate(&house, &mut ledger, None).unwrap();
        assert_eq!(last(&ledger), (head + ahead, true), "{ahead}");
        ledger.close().unwrap();
        assert_eq!((assert_whole(&house), clocks(&house)), (4, Clocks::default()));
    }
    let now = head + 40 * DAY + 1;
    let mut ledger = open_at(&house, now);
    let refused = allocate(&house, &mut ledger, None).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "clock_ahead: the clock says 2026-04-10T00:00:00.000003Z, more than 40 days after the last entry of \
         2026-03-01T00:00:00.000002Z\n  next: if the clock is right, repeat its day: --accept-clock \
         2026-04-10; else set it right and run the same command again"
    );
    assert_eq!(ledger.head().size, 3);
    allocate(&house, &mut ledger, day_of(now)).unwrap();
    assert_eq!(last(&ledger), (now, true));
    ledger.close().unwrap();
    assert_eq!((assert_whole(&house), clocks(&house)), (4, Clocks { ahead: 1, behind: 0 }));
}

/// Whatever one officer's clock did, the next one goes on, by the clock's own day at most.
#[test]
fn no_clock_freezes_a_ledger() {
    let _undisturbed = undisturbed();
    let jumps = [23 * 60 * MINUTE, 30 * DAY, 150 * 366 * DAY, 7_900 * 365 * DAY];
    for jump in jumps {
        let house = started();
        let mut ledger = open_at(&house, NOW + jump);
        // No date of the rules is as late as the last of these clocks.
        submit(&house, &mut ledger, day_of(NOW + jump), day_of(NOW)).unwrap();
        ledger.close().unwrap();
        let mut ledger = open_at(&house, NOW + MINUTE);
        assert_eq!(allocate(&house, &mut ledger, None).unwrap_err().code(), "clock_behind");
        for n in 1..4 {
            allocate(&house, &mut ledger, day_of(NOW + MINUTE)).unwrap();
            assert_eq!(last(&ledger), (NOW + jump + n, true));
        }
        let officer = house.officer();
        let mut batch = ledger.batch("bank", &officer, day_of(NOW + MINUTE), false).unwrap();
        for row in 0..3_u8 {
            let orders = [payee(&format!("P-{row}"))];
            let admitted = batch.admit(&RowIn { key: [row; 16], orders: &orders }).unwrap();
            assert!(matches!(admitted, RowOut::Admitted { entries: 1, .. }), "{admitted:?}");
            batch.seal().unwrap();
        }
        batch.finish().unwrap();
        assert_eq!(last(&ledger), (NOW + jump + 6, true));
        ledger.close().unwrap();
        assert_eq!(assert_whole(&house), 10);
        let ahead = u64::from(jump > 40 * DAY);
        assert_eq!(clocks(&house), Clocks { ahead, behind: 6 }, "{jump}");

        // The time of day says nothing there; the size does.
        let reader = Reader::open(&house.ledger_folder(), None).unwrap();
        let size = reader.resolve(KnownAt::Instant(NOW + 2 * MINUTE)).unwrap();
        assert_eq!(size, 3);
        assert_eq!(reader.unclear_at(size, NOW + 2 * MINUTE, 480).unwrap(), Some(3..10));
        let late = NOW + jump + DAY;
        assert_eq!(reader.resolve(KnownAt::Instant(late)).unwrap(), 10);
        assert_eq!(reader.unclear_at(10, late, 480).unwrap(), None);
        // Before the first of them nothing is unclear.
        let early = reader.resolve(KnownAt::Instant(NOW - DAY)).unwrap();
        assert_eq!(reader.unclear_at(early, NOW - DAY, 480).unwrap(), None);
    }
}

#[test]
fn a_clock_beyond_the_calendar_is_refused_and_leaves_nothing() {
    let _undisturbed = undisturbed();
    let house = started();
    for now in [i64::MAX, LATEST_RECORDED_AT, LATEST_RECORDED_AT + 1, 253_402_300_800_000_000] {
        let mut ledger = open_at(&house, now);
        for accept in [None, day_of(now), Some(Date::LAST)] {
            let refused = allocate(&house, &mut ledger, accept).unwrap_err();
            assert_eq!((refused.code(), refused.kind()), ("clock_range", Kind::Io), "{now}");
        }
        assert_eq!(ledger.head().size, 3);
        ledger.close().unwrap();
    }
    // One before 1970 is behind, as any other.
    for now in [i64::MIN, -1, 0] {
        let mut ledger = open_at(&house, now);
        let refused = allocate(&house, &mut ledger, None).unwrap_err();
        assert_eq!(refused.code(), "clock_behind", "{now}");
        drop(ledger);
    }
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
