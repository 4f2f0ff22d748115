//! The ledger end to end through the library: create, submit, reopen, import, retry, read back.
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

use earmark::chain::hash;
use earmark::chain::signature::{SeedSigner, Signer};
use earmark::domain::ids::Code;
use earmark::domain::money::Amount;
use earmark::ledger::{Durability, Ledger, Outside, Reader, RowIn, RowOut, Submission};
use house::{House, allocation, commitment, fund, payee, payment};

#[test]
fn a_submitted_command_is_recorded_published_and_found_again_after_reopening() {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    let receipt = house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000_000_000));
    assert_eq!(receipt.entries[0].index, 3);
    assert_eq!(receipt.durability, Durability::Published);
    let head = ledger.head();
    ledger.close().unwrap();

    let ledger = house.open();
    assert_eq!(ledger.notes(), &[] as &[String]);
    assert_eq!(ledger.head(), head);
    let leaf = earmark::domain::posting::Leaf::of(
        &house::line("PD-INFO:2026"),
        earmark::domain::kinds::Stage::Unreserved,
    );
    assert_eq!(ledger.state().balance(&leaf), Amount(1_000_000_000));
    let reader = Reader::open(ledger.folder(), None).unwrap();
    assert_eq!((reader.size(), reader.head_at(4).unwrap()), (4, head));
    let id = receipt.entries[0].id;
    assert_eq!((ledger.find(id).unwrap(), reader.find(id).unwrap()), (Some(3), Some(3)));
}

#[test]
fn without_the_log_key_nothing_is_published_but_what_was() {
    let house = House::new();
    let next = SeedSigner::new(&[77; 32]);
    let lost = || Outside {
        log_signer: Box::new(next.clone()),
        lost_log_key: Some(house.log_signer().public_key()),
        ..house.outside()
    };
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    drop(ledger);
    // Not closed cleanly, but everything is published.
    let mut ledger = Ledger::open(&house.ledger_folder(), lost()).unwrap();
    let receipt = house.submit_as(&mut ledger, &allocation("PD-INFO:2026", 1), None).unwrap();
    assert_eq!(receipt.durability, Durability::Recorded);
    assert_eq!(ledger.unpublished().map(earmark::error::Error::code), Some("log_key_differs"));
    drop(ledger);
    let error = Ledger::open(&house.ledger_folder(), lost()).unwrap_err();
    assert_eq!(error.code(), "log_key_lost");
    assert!(error.message().contains("of its 4 entries 3 are published"), "{error}");
    // With the key everything is as it was.
    let ledger = house.open();
    assert_eq!((ledger.head().size, ledger.published_size()), (4, 4));
}

#[test]
fn a_retry_gives_the_first_receipt_and_another_content_is_refused_by_field() {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    let order = allocation("PD-INFO:2026", 500);
    let first = house.submit_as(&mut ledger, &order, Some(b"2026-1")).unwrap();
    let again = house.submit_as(&mut ledger, &order, Some(b"2026-1")).unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!((&again.entries, again.head), (&first.entries, first.head));
    let other = allocation("PD-INFO:2026", 501);
    let refused = house.submit_as(&mut ledger, &other, Some(b"2026-1")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "command_id_reused: this command id was used at @3 for another command: amount differs\n  \
         next: choose another --command-id"
    );
}

#[test]
fn a_refused_command_writes_nothing() {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 500));
    let before = ledger.head();
    let refused = house.submit_as(&mut ledger, &commitment("C-1", "PD-INFO", 501), None);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "line_exceeded: a line cannot be drawn below zero: line PD-INFO:2026 has CNY 5.00, asked \
         for CNY 5.01\n  next: draw less, or supplement the line (earmark allocation supplement)"
    );
    assert_eq!(ledger.head(), before);
}

#[test]
fn a_batch_takes_rows_one_by_one_and_a_refused_row_takes_no_other_with_it() {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 100_000));
    let signer = house.officer();
    let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
    let mut refused = 0;
    for row in 0..2_500_u32 {
        let amount = if row == 7 { 1_000_000 } else { 30 };
        let orders = [payment("PD-INFO", "P-1", amount)];
        let key = hash::row_key([row.to_string().as_str()], 0);
        let row = RowIn { key, orders: &orders };
        refused += match batch.admit(&row).unwrap() {
            RowOut::Admitted { entries, .. } => {
                assert_eq!(entries, 1);
                0
            }
            RowOut::Refused(0, rejection) => {
                assert_eq!(rejection.code(), "line_exceeded");
                1
            }
            RowOut::Full => {
                batch.seal().unwrap();
                assert!(matches!(batch.admit(&row).unwrap(), RowOut::Admitted { entries: 1, .. }));
                0
            }
            other => panic!("{other:?}"),
        };
    }
    assert_eq!((refused, batch.entries()), (1, 2_499));
    batch.finish().unwrap();
    assert_eq!(ledger.published_size(), ledger.head().size);
    assert_eq!(ledger.known_rows("bank").unwrap().len(), 2_499);
    let state = ledger.state().clone();
    let head = ledger.head();
    ledger.close().unwrap();
    let ledger = house.open();
    assert_eq!((ledger.state(), ledger.head()), (&state, head));
    let reader = Reader::open(ledger.folder(), None).unwrap();
    let mut paid = 0;
    let replay = reader.fold(reader.size(), &mut |_| paid += 1).unwrap();
    assert_eq!((replay.state(), paid), (&state, head.size));
}

#[test]
fn a_voucher_is_found_by_halves_where_it_is_found_from_the_beginning() {
    let house = House::new();
    let mut ledger = house.create();
    for code in ["PD-INFO", "PD-RARE"] {
        house.submit(&mut ledger, fund(code));
        house.submit(&mut ledger, allocation(&format!("{code}:2026"), 1_000));
    }
    house.submit(&mut ledger, payee("P-1"));
    let mut booked = Vec::new();
    for number in 0..300 {
        let code = if [3, 4, 290].contains(&number) { "PD-RARE" } else { "PD-INFO" };
        let order = payment(code, "P-1", 1);
        let wish = Submission {
            order: &order,
            confidential: None,
            signer: &house.officer(),
            command_key: None,
            accept_clock: None,
            dry_run: false,
            until: Durability::Recorded,
        };
        booked.push((code, ledger.submit(&wish).unwrap().entries[0].index));
    }
    ledger.publish().unwrap();
    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    let find = |size, code, year, number, orderly| {
        reader.find_voucher(size, (&Code::new(code), year, number), orderly).unwrap()
    };
    assert_eq!(ledger.state().open_breaches().count(), 0);
    let size = reader.size();
    // All of it is known to break no rule, or a part, or nothing.
    for orderly in [size, size - 1, 100, 0] {
        for code in ["PD-INFO", "PD-RARE"] {
            let of_fund = booked.iter().filter(|(of, _)| *of == code).map(|(_, index)| *index);
            let found = |size, number| find(size, code, 2026, number, orderly);
            let mut last = 0;
            for (number, index) in (1..).zip(of_fund) {
                assert_eq!(found(size, number), Some(index), "{code} {number}");
                assert_eq!(found(index, number), None, "{code} {number}");
                assert_eq!(found(index + 1, number), Some(index), "{code} {number}");
                last = number;
            }
            for number in [0, last + 1, u64::MAX] {
                assert_eq!(found(size, number), None);
            }
            assert_eq!(find(size, code, 2025, 1, orderly), None);
        }
        assert_eq!(find(size, "PD-NONE", 2026, 1, orderly), None);
    }
}
