//! What decides is vouched for: the state by the log key, a cited entry by the signed checkpoint. Whoever
//! can write the ledger's folder, and has no log key, moves no amount and no limit.
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

use earmark::archive::reader::ArchiveReader;
use earmark::chain::body::{Fetch, Parts, Place, open_state, write_state};
use earmark::chain::entry::LedgerId;
use earmark::chain::signature::{SeedSigner, Signer, log_key_message, state_message, verify};
use earmark::domain::command::{Command, ReceiveRefund};
use earmark::domain::event::{Bytes32, Bytes64, EntryReversed, Filing, LogKeyRotated};
use earmark::domain::ids::Text;
use earmark::domain::money::Amount;
use earmark::domain::state::State;
use earmark::error::Result;
use earmark::ledger::doctor::{Health, examine};
use earmark::ledger::{Durability, Ledger, Receipt, Submission};
use earmark::store::sled::{Options, SledStore};
use earmark::store::{Parts as StoreParts, Snapshot, Store};
use earmark::verify::verify_store;
use house::{House, allocation, fund, order, payee, payment};
use std::path::Path;
use std::sync::Arc;

/// A fund, a payee, a payment of 400 at index 5, and so many of 1 that the state was put down.
fn paid() -> House {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 100_000));
    let receipt = house.submit(&mut ledger, payment("PD-INFO", "P-1", 400));
    assert_eq!(receipt.entries[0].index, 5);
    for _ in 0..60 {
        house.submit(&mut ledger, payment("PD-INFO", "P-1", 1));
    }
    ledger.close().unwrap();
    house
}

fn store(house: &House) -> SledStore {
    SledStore::open(&house.ledger_folder(), Options::default()).unwrap().0
}

fn pay(house: &House, ledger: &mut Ledger, amount: i128) -> Result<Receipt> {
    house.submit_as(ledger, &payment("PD-INFO", "P-1", amount), None)
}

#[derive(Debug)]
struct OfStore(Arc<dyn StoreParts>);

impl Fetch for OfStore {
    fn fetch(&self, place: Place, length: u32) -> Result<Option<Vec<u8>>> {
        self.0.part(place.part, place.is_second, length)
    }
}

fn kept_state(store: &SledStore, snapshot: &Snapshot) -> (State, Arc<Parts>) {
    let fetch = Arc::new(OfStore(store.parts().unwrap()));
    open_state(&snapshot.bytes, fetch).unwrap()
}

/// Puts another limit of the only officer into the snapshot, all sums made right.
fn plant(house: &House, limit: i128, sign: impl FnOnce(&[u8]) -> [u8; 64]) {
    let mut store = store(house);
    let honest = store.snapshot().unwrap().expect("the state was put down");
    let (mut state, parts) = kept_state(&store, &honest);
    state.officers[0].limit = Some(Amount(limit));
    let bytes = write_state(&mut state, Some(&parts)).unwrap().top;
    let ledger = LedgerId([9; 16]);
    let planted =
        Snapshot::new(honest.head, bytes, |root| sign(&state_message(ledger, honest.head, root)));
    store.put_snapshot(&planted, &[]).unwrap();
    assert_eq!(store.snapshot().unwrap(), Some(planted));
    store.close().unwrap();
}

#[test]
fn a_state_that_the_log_key_did_not_sign_is_not_used() {
    let honest = paid();
    let limit = honest.open().state().officers[0].limit;
    for signer in [None, Some(SeedSigner::new(&[7; 32])), Some(honest.officer())] {
        let house = honest.copy();
        plant(&house, 1, |message| signer.as_ref().map_or([0; 64], |signer| signer.sign(message)));
        let mut ledger = house.open();
        assert_eq!(ledger.state().officers[0].limit, limit);
        pay(&house, &mut ledger, 300).unwrap();
        ledger.close().unwrap();
        // One that is used stands in its place.
        let store = store(&house);
        let snapshot = store.snapshot().unwrap().unwrap();
        assert_eq!(kept_state(&store, &snapshot).0.officers[0].limit, limit);
        let message = state_message(LedgerId([9; 16]), snapshot.head, &snapshot.root);
        assert!(verify(&house.log_signer().public_key(), &message, &snapshot.signature));
    }
}

/// Who has the folder and the log key can plant a state: it is found by making the state anew.
#[test]
fn a_planted_state_is_a_break_for_who_looks_and_is_made_anew() {
    let honest = paid();
    let faults = |house: &House| {
        let log = ArchiveReader::open(&house.ledger_folder().join("log")).unwrap();
        verify_store(&house.ledger_folder(), &log).unwrap().faults
    };
    let broken = |house: &House| {
        let outside = house.outside();
        let seen = examine(&house.ledger_folder(), house::ORIGIN, &outside.anchors, true).unwrap();
        let broken = seen.observations.into_iter().filter(|seen| seen.health == Health::Broken);
        broken.map(|seen| seen.words).collect::<Vec<_>>()
    };
    assert!(faults(&honest).is_empty() && broken(&honest).is_empty());
    let house = honest.copy();
    plant(&house, 1, |message| house.log_signer().sign(message));
    let mut ledger = house.open();
    assert_eq!(pay(&house, &mut ledger, 300).unwrap_err().code(), "officer_limit");
    ledger.close().unwrap();
    let words = broken(&house);
    assert!(words.len() == 1 && words[0].contains("is not what those entries give"), "{words:?}");
    let found = faults(&house);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].expected.starts_with("the state after "), "{found:?}");
    // After it was found the next opening looks at everything.
    let mut ledger = house.open();
    assert_eq!(ledger.state(), honest.open().state());
    pay(&house, &mut ledger, 300).unwrap();
    ledger.close().unwrap();
    assert!(faults(&house).is_empty() && broken(&house).is_empty());
}

#[test]
fn a_rotation_signs_the_state_anew_at_once() {
    let house = paid();
    let mut ledger = house.open();
    let next = SeedSigner::new(&[3; 32]);
    let ledger_id = LedgerId([9; 16]);
    let message = log_key_message(ledger_id, &house.log_signer().public_key(), &next.public_key());
    let order = order(Command::RotateLogKey(LogKeyRotated {
        key: Bytes32(next.public_key()),
        proof: Bytes64(next.sign(&message)),
        handover: Some(Bytes64(house.log_signer().sign(&message))),
        reason: Some(Text::new("new machine")),
        filing: Filing::default(),
    }));
    let submission = Submission {
        order: &order,
        confidential: None,
        signer: &house.officer(),
        command_key: None,
        accept_clock: None,
        dry_run: false,
        until: Durability::Published,
    };
    ledger.rotate_log_key(&submission, Box::new(SeedSigner::new(&[3; 32]))).unwrap();
    let head = ledger.head();
    // Not even closed.
    drop(ledger);
    let snapshot = store(&house).snapshot().unwrap().unwrap();
    assert_eq!(snapshot.head, head);
    let message = state_message(ledger_id, snapshot.head, &snapshot.root);
    assert!(verify(&next.public_key(), &message, &snapshot.signature));
}

/// Changes pages in sled as somebody does who knows the format: every checksum is right.
fn forge(folder: &Path, from: &[u8], to: &[u8]) {
    raw::with_sled(folder, |db| {
        let (key, value) = db.get_lt([0x30, 0, 0, 0, 0, 0, 0, 0, 1]).unwrap().unwrap();
        let mut page = value[..value.len() - 4].to_vec();
        let mut changed = 0;
        for at in 0..page.len() - from.len() {
            if page[at..].starts_with(from) {
                page[at..at + to.len()].copy_from_slice(to);
                changed += 1;
            }
        }
        assert!(changed > 0, "the amount is not in the page");
        let sum = crc32c::crc32c_append(crc32c::crc32c(&key), &page);
        page.extend(sum.to_le_bytes());
        db.insert(key, page).unwrap();
    });
}

fn refund(amount: i128) -> earmark::domain::command::Order {
    order(Command::ReceiveRefund(ReceiveRefund {
        disbursement: 5,
        drawing: house::drawing("PD-INFO", amount),
        restores_budget: None,
        reason: None,
        filing: Filing::default(),
    }))
}

fn reversal() -> earmark::domain::command::Order {
    order(Command::ReverseEntry(EntryReversed {
        entry: 5,
        reason: Text::new("paid twice"),
        filing: Filing::default(),
    }))
}

#[test]
fn a_forged_amount_in_an_old_page_never_moves() {
    let honest = paid();
    // 400 and 450 as bincode writes them: the forged payment would bear a refund of 420.
    let (from, to) = ([251, 0x20, 0x03], [251, 0x84, 0x03]);
    for (wish, is_allowed) in [(refund(420), false), (refund(100), true), (reversal(), true)] {
        let house = honest.copy();
        forge(&house.ledger_folder(), &from, &to);
        let mut ledger = house.open();
        let before = ledger.state().clone();
        let error = house.submit_as(&mut ledger, &wish, Some(b"wish")).unwrap_err();
        assert_eq!(error.code(), "entry_unproven", "{error}");
        assert_eq!(ledger.state(), &before);
        ledger.close().unwrap();
        // The next opening heals it, and says so; then the honest amount counts.
        let mut ledger = house.open();
        assert!(!ledger.notes().is_empty());
        let again = house.submit_as(&mut ledger, &wish, Some(b"wish"));
        let untouched = honest.copy();
        let mut clean = untouched.open();
        let expected = untouched.submit_as(&mut clean, &wish, Some(b"wish"));
        assert_eq!(again.is_ok(), is_allowed, "{again:?}");
        assert_eq!(expected.is_ok(), is_allowed, "{expected:?}");
        assert_eq!(ledger.state(), clean.state());
        ledger.close().unwrap();
    }
}
