//! The state in the store by parts: what an opening and a command read and write does not grow with the number
//! of names, and a part that is not what it was never decides anything.
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
mod raw;

use earmark::chain::confidential::{Field, Fields};
use earmark::domain::command::{Command, Order};
use earmark::domain::ids::Code;
use earmark::error::Kind;
use earmark::ledger::{Durability, Ledger, Media, Reader, RowIn, RowOut, Submission};
use earmark::store::Store;
use earmark::store::counting::{Calls, CountingStore, Counts};
use house::{House, allocation, commitment, fund, payee, payment};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A ledger with so many payees and contracts, put down by the end of its import.
fn named(names: u32) -> House {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 100_000_000));
    let signer = house.officer();
    let mut batch = ledger.batch("names", &signer, None, false).unwrap();
    for number in 0..names {
        let orders =
            [payee(&format!("P-{number}")), commitment(&format!("C-{number}"), "PD-INFO", 100)];
        let mut key = [0; 16];
        key[..4].copy_from_slice(&number.to_le_bytes());
        let row = RowIn { key, orders: &orders };
        match batch.admit(&row).unwrap() {
            RowOut::Full => {
                batch.seal().unwrap();
                let again = batch.admit(&row).unwrap();
                assert!(matches!(again, RowOut::Admitted { entries: 2, .. }), "{again:?}");
            }
            out => assert!(matches!(out, RowOut::Admitted { entries: 2, .. }), "{out:?}"),
        }
    }
    batch.finish().unwrap();
    ledger.close().unwrap();
    house
}

/// A payment of 1 under a contract.
fn paid_under(contract: u32) -> Order {
    let mut order = payment("PD-INFO", &format!("P-{contract}"), 1);
    if let Command::RecordDisbursement(wish) = &mut order.command {
        wish.commitment = Some(Code::new(&format!("C-{contract}")));
    }
    order
}

fn counting() -> (Media, Arc<Mutex<Arc<Counts>>>) {
    let shared = Arc::new(Mutex::new(Arc::new(Counts::default())));
    let ours = Arc::clone(&shared);
    let open = move |folder: &Path| {
        let (store, opening) = earmark::store::open(folder)?;
        let (store, counts) = CountingStore::new(store);
        *ours.lock().unwrap() = counts;
        let store: Box<dyn Store> = Box::new(store);
        Ok((store, opening))
    };
    (Media { store: Box::new(open), ..Media::default() }, shared)
}

/// What opening, one payment and closing ask of the store; `is_row`: as an import, which puts the state down.
fn asked(house: &House, contract: u32, is_row: bool) -> Calls {
    let (media, counts) = counting();
    let mut ledger = house.try_open_on(&media).unwrap();
    if is_row {
        let signer = house.officer();
        let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
        let orders = [paid_under(contract)];
        let mut key = [9; 16];
        key[..4].copy_from_slice(&contract.to_be_bytes());
        let admitted = batch.admit(&RowIn { key, orders: &orders }).unwrap();
        assert!(matches!(admitted, RowOut::Admitted { entries: 1, .. }), "{admitted:?}");
        batch.finish().unwrap();
    } else {
        house.submit(&mut ledger, paid_under(contract));
    }
    let counts = Arc::clone(&counts.lock().unwrap());
    ledger.close().unwrap();
    counts.calls()
}

#[test]
fn a_ledger_of_eight_times_the_names_reads_and_writes_as_much() {
    let [few, many] = [600, 4_800].map(|names| {
        let house = named(names);
        // Several times, since of two parts that are read or written one is longer.
        let sessions = [7, 77, 177, 277, 377, 477, 577];
        let all = |is_row| {
            let asked =
                sessions.map(|contract| asked(&house, contract + u32::from(is_row), is_row));
            assert!(asked.iter().all(|calls| calls.put_snapshot == u64::from(is_row)), "{asked:?}");
            assert!(asked.iter().all(|calls| calls.parts_put < 12), "{asked:?}");
            let sum = |of: fn(&Calls) -> u64| asked.iter().map(of).sum::<u64>();
            let read = [sum(|calls| calls.parts_read), sum(|calls| calls.bytes_read)];
            [read, [sum(|calls| calls.parts_put), sum(|calls| calls.bytes_put)]].concat()
        };
        let found = [all(true), all(false)].concat();
        let ledger = house.open();
        assert_eq!(ledger.state().commitments.keys().count(), names as usize);
        found
    });
    let grown = |(few, many): (&u64, &u64)| *many * 10 > *few * 15;
    assert!(!few.iter().zip(&many).any(grown), "{few:?} {many:?}");
    assert!(few[..6].iter().all(|counted| *counted > 0) && few[6..] == [0, 0], "{few:?}");
}

/// Makes something of a piece of the snapshot's parts, by its key.
fn change_piece(house: &House, key: &[u8], change: impl FnOnce(&mut Vec<u8>) -> bool) {
    raw::with_sled(&house.ledger_folder(), |db| {
        let mut value = db.get(key).unwrap().unwrap().to_vec();
        if change(&mut value) {
            db.insert(key, value).unwrap();
        } else {
            db.remove(key).unwrap();
        }
    });
}

fn pieces(house: &House) -> BTreeMap<Vec<u8>, usize> {
    raw::with_sled(&house.ledger_folder(), |db| {
        let all = db.scan_prefix([0x12]).map(|pair| pair.unwrap());
        all.map(|(key, value)| (key.to_vec(), value.len())).collect()
    })
}

/// Wishes of which the first are fine and the others are refused, each by a code.
fn wishes() -> Vec<(Order, Option<&'static str>)> {
    vec![
        (paid_under(1), None),
        (payee("P-2"), Some("payee_exists")),
        (payment("PD-INFO", "P-none", 1), Some("unknown_payee")),
        (paid_under(3), None),
    ]
}

/// Runs the wishes on a ledger: each does what it should, or the whole says that the state is damaged.
fn try_all(house: &House, ledger: &mut Ledger, case: &str) -> bool {
    for (number, (order, refused)) in wishes().into_iter().enumerate() {
        let head = ledger.head();
        match (house.submit_as(ledger, &order, None), refused) {
            (Ok(_), None) => assert!(ledger.head().size > head.size, "{case}"),
            (Err(error), _) if error.code() == "state_damaged" => {
                assert_eq!(ledger.head(), head, "{case}: nothing is written");
                assert!(error.hint().is_some());
                // From here on nothing is.
                let again = house.submit_as(ledger, &paid_under(5), None).unwrap_err();
                assert_eq!(again.code(), "state_damaged", "{case}");
                return true;
            }
            (Err(error), Some(code)) => assert_eq!(error.code(), code, "{case}: wish {number}"),
            (outcome, refused) => panic!("{case}: wish {number}: {outcome:?}, not {refused:?}"),
        }
    }
    false
}

#[test]
fn a_part_that_is_damaged_decides_nothing_and_the_next_opening_makes_it_anew() {
    let honest = named(400);
    let (mut met, mut unmet) = (0, 0);
    for (place, (key, length)) in pieces(&honest).into_iter().enumerate() {
        let house = honest.copy();
        let case = format!("piece {key:x?} of {length} bytes");
        change_piece(&house, &key, |value| {
            let at = (place * 37) % value.len();
            match place % 3 {
                0 => value[at] ^= 1,
                1 => value.truncate(at),
                _ => return false,
            }
            // sled's own value is never empty here.
            !value.is_empty()
        });
        let mut ledger = house.open();
        if try_all(&house, &mut ledger, &case) {
            met += 1;
            ledger.close().unwrap();
            let mut again = house.open();
            assert!(!try_all(&house, &mut again, &case), "{case}: it was not made anew");
            again.close().unwrap();
        } else {
            unmet += 1;
            drop(ledger);
        }
        // Whatever was met: what is recorded is what the entries give.
        let log = house.ledger_folder().join("log");
        let reader = Reader::open_log(&log, None, None).unwrap();
        let replay = reader.fold(reader.size(), &mut |_| {}).unwrap();
        let ledger = house.open();
        if replay.state() != ledger.state() {
            // Reading all of it, that is: what was damaged and not asked for is damaged still.
            let error = ledger.state_was_read().unwrap_err();
            assert_eq!((error.code(), error.kind()), ("state_damaged", Kind::Break), "{case}");
        }
    }
    assert!(met > 3 && unmet > 3, "{met} {unmet}");
}

/// What the entries after the snapshot ask for is read by the opening, which needs no snapshot.
#[test]
fn an_opening_that_meets_a_damaged_part_makes_the_state_anew() {
    let house = named(400);
    let mut ledger = house.open();
    house.submit(&mut ledger, paid_under(1));
    let expected = ledger.state().clone();
    let count = expected.balances().count();
    drop(expected);
    ledger.close().unwrap();
    raw::with_sled(&house.ledger_folder(), |db| {
        // The kind of a part is in the fourth byte of its number.
        let shards = db.scan_prefix([0x12]).keys().map(|key| key.unwrap());
        let shards: Vec<_> = shards.filter(|key| key[4] == 1).collect();
        assert!(shards.len() > 10, "{shards:?}");
        shards.into_iter().for_each(|key| drop(db.remove(key).unwrap()));
    });
    let mut ledger = house.open();
    assert_eq!(ledger.state().balances().count(), count);
    ledger.state_was_read().unwrap();
    house.submit(&mut ledger, paid_under(2));
    ledger.close().unwrap();
    // And put down again.
    let (media, counts) = counting();
    let mut ledger = house.try_open_on(&media).unwrap();
    house.submit(&mut ledger, paid_under(3));
    let calls = counts.lock().unwrap().calls();
    assert!(calls.parts_read > 0, "{calls:?}");
    ledger.check_state().unwrap();
}

/// A sweep that cannot read whose a sealed file is takes none away.
#[test]
fn a_sweep_on_a_damaged_state_removes_nothing() {
    let house = named(400);
    let mut ledger = house.open();
    let mut fields = Fields::default();
    fields.set(Field::BankAccount, "6222 0212 3456 7890 123").unwrap();
    ledger
        .submit(&Submission {
            order: &payee("K-1"),
            confidential: Some(&fields),
            signer: &house.officer(),
            command_key: None,
            accept_clock: None,
            dry_run: false,
            until: Durability::Published,
        })
        .unwrap();
    ledger.close().unwrap();
    asked(&house, 5, true);
    raw::with_sled(&house.ledger_folder(), |db| {
        let shards = db.scan_prefix([0x12]).keys().map(|key| key.unwrap());
        shards.filter(|key| key[4] == 1).for_each(|key| drop(db.remove(key).unwrap()));
    });
    let files = || std::fs::read_dir(house.ledger_folder().join("confidential")).unwrap().count();
    let mut ledger = house.open();
    for dry_run in [true, false] {
        assert_eq!(ledger.sweep_sealed(dry_run).unwrap_err().code(), "state_damaged");
        assert_eq!(files(), 2);
    }
    ledger.close().unwrap();
    let mut ledger = house.open();
    assert_eq!(ledger.sweep_sealed(false).unwrap().orphans, Vec::<String>::new());
    assert_eq!(files(), 2);
}

/// An import on a state with a damaged part is over, and nothing of it is recorded.
#[test]
fn an_import_on_a_damaged_state_records_nothing() {
    let house = named(400);
    raw::with_sled(&house.ledger_folder(), |db| {
        let parts: Vec<_> = db.scan_prefix([0x12]).map(|pair| pair.unwrap()).collect();
        for (key, value) in parts.into_iter().filter(|(key, _)| key[4] == 1) {
            let mut value = value.to_vec();
            value[0] ^= 1;
            db.insert(key, value).unwrap();
        }
    });
    let mut ledger = house.open();
    let head = ledger.head();
    let signer = house.officer();
    let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
    let orders = [paid_under(1)];
    let error = batch.admit(&RowIn { key: [9; 16], orders: &orders }).unwrap_err();
    assert_eq!(error.code(), "state_damaged", "{error}");
    assert_eq!(batch.finish().unwrap_err().code(), "state_damaged");
    assert_eq!(ledger.head(), head);
    ledger.close().unwrap();
    let mut ledger = house.open();
    assert_eq!(ledger.head(), head);
    house.submit(&mut ledger, paid_under(1));
}
