//! Recorded times that no honest clock makes: the last that an id can say, and a mark in half a command.

use crate::book::{Log, book, end_of, entries_of, first, house_with, log_key, rehash, remade};
use crate::house::{NOW, fund};
use earmark::chain::clocks::Clocks;
use earmark::chain::entry::{self, CLOCK_ACCEPTED, EntryId, LATEST_RECORDED_AT};
use earmark::chain::signature::SeedSigner;
use earmark::domain::calendar::Date;
use earmark::edge::clock::FixedClock;
use earmark::ledger::{Durability, Ledger, Submission};
use earmark::verify::Tier;

#[test]
fn after_the_last_time_of_all_a_ledger_goes_on() {
    let mut entries = entries_of(&book(false));
    let officer = SeedSigner::new(&[1; 32]);
    let last = entries.len() - 1;
    entries[last] = remade(&entries[last], Some(&officer), |envelope| {
        envelope.recorded_at_microseconds = LATEST_RECORDED_AT;
        envelope.id = EntryId::new(LATEST_RECORDED_AT, 7).unwrap();
        envelope.flags |= CLOCK_ACCEPTED;
    });
    let house = house_with(&entries);
    let mut outside = house.outside();
    outside.clock = Box::new(FixedClock::at(NOW));
    let mut ledger = Ledger::open(&house.ledger_folder(), outside).unwrap();
    for code in ["F-1", "F-2", "F-3"] {
        let receipt = ledger
            .submit(&Submission {
                order: &fund(code),
                confidential: None,
                signer: &house.officer(),
                command_key: Some(code.as_bytes()),
                accept_clock: Some(Date::at(NOW, 480)),
                dry_run: false,
                until: Durability::Published,
            })
            .unwrap();
        // An entry of the same microsecond is found by its id.
        let entry = &receipt.entries[0];
        assert_eq!(ledger.find(entry.id).unwrap(), Some(entry.index));
        let sealed = ledger.entry(entry.index).unwrap().unwrap();
        let envelope = entry::parse(&sealed.bytes).unwrap();
        assert_eq!(envelope.recorded_at_microseconds, LATEST_RECORDED_AT);
    }
    ledger.close().unwrap();
    let report = crate::book::verify_log(&house.ledger_folder().join("log"), None);
    assert!(report.is_whole(), "{:?}", report.faults);
    assert_eq!((report.size, report.clocks), (203, Clocks { ahead: 1, behind: 3 }));
    Ledger::open(&house.ledger_folder(), house.outside()).unwrap();
}

#[test]
fn a_command_has_the_mark_in_all_of_its_entries_or_in_none() {
    let entries = entries_of(&book(false));
    let officer = SeedSigner::new(&[1; 32]);
    let begin = (2..entries.len()).find(|at| end_of(&entries, *at) > *at + 2).unwrap();
    let end = end_of(&entries, begin);
    for (changed, at) in [(begin, begin + 1), (begin + 1, begin + 1), (end, end)] {
        let mut entries = entries.clone();
        entries[changed] = remade(&entries[changed], Some(&officer), |envelope| {
            envelope.flags |= CLOCK_ACCEPTED;
        });
        rehash(&mut entries, 1, Some(&officer));
        let log = Log::new();
        log.publish(&entries, &log_key());
        let report = log.verify();
        let fault = first(&report);
        let index = u64::try_from(at).unwrap();
        assert_eq!(
            (fault.tier, fault.index, fault.field.as_str()),
            (Tier::Chain, Some(index), "flags"),
            "{fault}"
        );
    }
}
