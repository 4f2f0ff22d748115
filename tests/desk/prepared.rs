//! A command before it is signed, and what becomes of the signature.

use super::house::{House, order, payee, payment};
use super::{Hands, funded, instruction, outside, whole};
use earmark::chain::confidential::{Field, Fields};
use earmark::chain::signature::{SeedSigner, Signer as _, enrol_message};
use earmark::domain::command::Command;
use earmark::domain::event::{
    Body, Bytes32, Bytes64, Filing, OfficerEnrolled, OfficerRolesChanged,
};
use earmark::domain::ids::Text;
use earmark::domain::kinds::Role;
use earmark::error::Result;
use earmark::ledger::{
    Committed, Durability, Instruction, Ledger, Media, Prepared, Ready, Receipt, Stale,
};
use earmark::store::Store;
use earmark::store::fault::{Fault, FaultMedium};
use earmark::store::sled::{Options, SledStore};
use std::path::Path;
use std::sync::Arc;

fn open(house: &House, hands: &Hands) -> Ledger {
    Ledger::open(&house.ledger_folder(), outside(house, hands)).unwrap()
}

#[track_caller]
fn prepare(ledger: &mut Ledger, instruction: Instruction) -> Prepared {
    match ledger.prepare(instruction).unwrap() {
        Ready::ToSign(prepared) => *prepared,
        Ready::Done(receipt) => panic!("done: {receipt:?}"),
    }
}

fn commit(house: &House, ledger: &mut Ledger, prepared: Prepared) -> Result<Committed> {
    let signature = house.officer().sign(prepared.message());
    ledger.commit(prepared, &signature, Durability::Recorded)
}

#[track_caller]
fn recorded(committed: Result<Committed>) -> Receipt {
    match committed.unwrap() {
        Committed::Recorded(receipt) => receipt,
        Committed::Stale(stale) => panic!("stale: {stale:?}"),
    }
}

#[track_caller]
fn stale(committed: Result<Committed>) -> Stale {
    match committed.unwrap() {
        Committed::Stale(stale) => stale,
        Committed::Recorded(receipt) => panic!("recorded: {receipt:?}"),
    }
}

fn pay(amount: i128) -> earmark::domain::command::Order {
    payment("PD-INFO", "P-1", amount)
}

#[test]
fn what_was_prepared_is_what_is_recorded_and_nothing_before_it_is_signed() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let (head, state) = (ledger.head(), ledger.state().clone());
    let prepared = prepare(&mut ledger, instruction(&house, pay(400), None));
    assert_eq!((ledger.head(), ledger.state()), (head, &state));
    assert_eq!(prepared.head(), head);
    let (rehearsed, events) = (prepared.receipt(ledger.durability()), prepared.events().to_vec());
    assert!(rehearsed.dry_run);
    // Figures after it, without a change.
    let left = ledger.as_if(&events, |state| state.size).unwrap();
    assert_eq!((left, ledger.state()), (head.size + 1, &state));
    let receipt = recorded(commit(&house, &mut ledger, prepared));
    let said: Vec<_> = receipt.entries.iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(said, events);
    assert_eq!(receipt.entries[0].index, rehearsed.entries[0].index);
    assert_eq!((receipt.head, receipt.replayed, receipt.dry_run), (ledger.head(), false, false));
    assert_eq!(ledger.head().size, head.size + 1);
    whole(&house, ledger);
}

#[test]
fn a_signature_of_another_key_or_of_other_bytes_writes_nothing() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let (head, state) = (ledger.head(), ledger.state().clone());
    let prepared = prepare(&mut ledger, instruction(&house, pay(400), None));
    let other = prepare(&mut ledger, instruction(&house, pay(401), None));
    let key = earmark::chain::hash::to_hex(&house.officer().public_key());
    let stranger = SeedSigner::new(&[5; 32]);
    let wrong = [
        stranger.sign(prepared.message()),
        house.officer().sign(other.message()),
        house.officer().sign(b""),
        [0; 64],
    ];
    for signature in wrong {
        let error = ledger.commit(prepared.clone(), &signature, Durability::Recorded).unwrap_err();
        assert_eq!(error.code(), "signature_wrong");
        assert_eq!(error.details(), [("key", key.clone())]);
        assert_eq!((ledger.head(), ledger.state()), (head, &state));
    }
    // The right one is still good.
    recorded(commit(&house, &mut ledger, prepared));
    whole(&house, ledger);
}

#[test]
fn on_another_head_the_same_command_is_signed_once_more_under_its_id() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let mine = prepare(&mut ledger, instruction(&house, payee("P-9"), None));
    let (id, events) = (mine.command_id(), mine.events().to_vec());
    house.submit(&mut ledger, payee("P-2"));
    let head = ledger.head();
    let back = stale(commit(&house, &mut ledger, mine));
    assert!(!back.changed);
    assert_eq!(back.prepared.events(), events);
    assert_eq!((back.prepared.head(), back.prepared.command_id()), (head, id));
    assert_eq!(ledger.head(), head);
    let receipt = recorded(commit(&house, &mut ledger, *back.prepared));
    assert_eq!((receipt.command_id, receipt.entries[0].index), (id, head.size));
    whole(&house, ledger);
}

#[test]
fn what_changed_in_between_is_shown_again() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let mine = prepare(&mut ledger, instruction(&house, pay(400), None));
    // Another payment takes the voucher number that was shown.
    house.submit(&mut ledger, pay(1));
    let back = stale(commit(&house, &mut ledger, mine));
    assert!(back.changed);
    let number = |body: &Body| match body {
        Body::DisbursementRecorded(b) => b.voucher_no,
        other => panic!("{other:?}"),
    };
    assert_eq!(number(&back.prepared.events()[0].body), 2);
    recorded(commit(&house, &mut ledger, *back.prepared));
    whole(&house, ledger);
}

#[test]
fn what_a_rule_refuses_by_now_is_refused() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let mine = prepare(&mut ledger, instruction(&house, pay(400), None));
    house.submit(&mut ledger, pay(700));
    let (head, state) = (ledger.head(), ledger.state().clone());
    let error = commit(&house, &mut ledger, mine).unwrap_err();
    assert!(error.is_rejection(), "{error}");
    assert_eq!((ledger.head(), ledger.state()), (head, &state));
    whole(&house, ledger);
}

#[test]
fn what_was_shown_more_than_five_minutes_ago_is_shown_again() {
    let (house, hands) = (funded(), Hands::new());
    for (seconds, is_old) in [(0, false), (299, false), (300, false), (301, true), (-30, false)] {
        let mut ledger = open(&house, &hands);
        let mine = prepare(&mut ledger, instruction(&house, pay(1), None));
        hands.turn(seconds);
        match commit(&house, &mut ledger, mine).unwrap() {
            Committed::Recorded(_) => assert!(!is_old, "{seconds}"),
            Committed::Stale(back) => {
                assert!(is_old && back.changed, "{seconds}");
                recorded(commit(&house, &mut ledger, *back.prepared));
            }
        }
        whole(&house, ledger);
    }
}

#[test]
fn handed_in_twice_it_is_recorded_once() {
    let (house, hands) = (funded(), Hands::new());
    for key in [None, Some("voucher 7")] {
        let mut ledger = open(&house, &hands);
        let mine = prepare(&mut ledger, instruction(&house, pay(1), key));
        let first = recorded(commit(&house, &mut ledger, mine.clone()));
        let size = ledger.head().size;
        let again = recorded(commit(&house, &mut ledger, mine));
        assert_eq!((first.entries, first.command_id), (again.entries, again.command_id));
        assert!(again.replayed);
        assert_eq!(ledger.head().size, size);
        whole(&house, ledger);
    }
}

#[test]
fn a_command_that_was_recorded_before_needs_no_signature() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let mine = prepare(&mut ledger, instruction(&house, pay(1), Some("one")));
    let first = recorded(commit(&house, &mut ledger, mine));
    let Ready::Done(again) = ledger.prepare(instruction(&house, pay(1), Some("one"))).unwrap()
    else {
        panic!("to be signed")
    };
    assert!(again.replayed);
    assert_eq!(again.entries, first.entries);
    let error = ledger.prepare(instruction(&house, pay(2), Some("one"))).unwrap_err();
    assert_eq!(error.code(), "command_id_reused");
    whole(&house, ledger);
}

#[test]
fn confidential_fields_are_sealed_once_and_written_at_commit() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let mut fields = Fields::default();
    fields.set(Field::BankAccount, "6222 0212 3456 7890 123").unwrap();
    let asked =
        Instruction { confidential: Some(fields), ..instruction(&house, payee("P-3"), None) };
    let folder = house.ledger_folder().join("confidential");
    let count = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    let mine = prepare(&mut ledger, asked);
    let commitment = mine.events()[0].confidential.unwrap();
    assert_eq!(count(), 0);
    house.submit(&mut ledger, payee("P-2"));
    let back = stale(commit(&house, &mut ledger, mine));
    assert_eq!((back.changed, count()), (false, 0));
    assert_eq!(back.prepared.events()[0].confidential, Some(commitment));
    let receipt = recorded(commit(&house, &mut ledger, *back.prepared));
    assert_eq!((receipt.entries[0].event.confidential, count()), (Some(commitment), 2));
    whole(&house, ledger);
}

#[test]
fn a_confidential_command_whose_disk_failed_is_committed_as_it_was() {
    let mut failed = 0;
    for fault in [Fault::NoSpace, Fault::InputOutput, Fault::ShortWrite] {
        for calls in 0..4 {
            let (house, hands, disk) = (funded(), Hands::new(), FaultMedium::new());
            let on = disk.clone();
            let store = move |folder: &Path| {
                let options = Options { medium: Arc::new(on.clone()), ..Options::default() };
                let (store, opening) = SledStore::open(folder, options)?;
                let store: Box<dyn Store> = Box::new(store);
                Ok((store, opening))
            };
            let media = Media { store: Box::new(store), ..Media::default() };
            let folder = house.ledger_folder();
            let mut ledger = Ledger::open_on(&folder, outside(&house, &hands), &media).unwrap();
            let mut fields = Fields::default();
            fields.set(Field::BankAccount, "6222 0212 3456 7890 123").unwrap();
            let asked = Instruction {
                confidential: Some(fields),
                ..instruction(&house, payee("P-3"), None)
            };
            let mine = prepare(&mut ledger, asked);
            disk.fail_after(calls, fault);
            let first = commit(&house, &mut ledger, mine.clone());
            disk.heal();
            failed += usize::from(first.is_err());
            drop(ledger);
            // What landed is found, what did not is recorded: once, with both files.
            let mut ledger = open(&house, &hands);
            let receipt = recorded(commit(&house, &mut ledger, mine));
            assert_eq!((receipt.entries[0].index, ledger.head().size), (5, 6), "{fault:?} {calls}");
            let files = std::fs::read_dir(folder.join("confidential")).unwrap().count();
            assert_eq!(files, 2, "{fault:?} {calls}");
            assert_eq!(ledger.sweep_sealed(true).unwrap().orphans, Vec::<String>::new());
            whole(&house, ledger);
        }
    }
    assert!(failed > 4, "{failed} of 12");
}

#[test]
fn an_officer_who_lost_the_role_in_between_records_nothing() {
    let (house, hands) = (funded(), Hands::new());
    let mut ledger = open(&house, &hands);
    let wang = SeedSigner::new(&[4; 32]);
    let key = wang.public_key();
    let proof = wang.sign(&enrol_message(ledger.id().unwrap(), "wang", &key));
    house.submit(
        &mut ledger,
        order(Command::EnrolOfficer(OfficerEnrolled {
            number: 1,
            name: Text::new("wang"),
            key: Bytes32(key),
            proof: Bytes64(proof),
            roles: vec![Role::Maker],
            limit: None,
            filing: Filing::default(),
        })),
    );
    let mine =
        prepare(&mut ledger, Instruction { officer: key, ..instruction(&house, pay(1), None) });
    house.submit(
        &mut ledger,
        order(Command::ChangeOfficerRoles(OfficerRolesChanged {
            number: 1,
            roles: vec![Role::Auditor],
            limit: None,
            reason: None,
            filing: Filing::default(),
        })),
    );
    let head = ledger.head();
    let signature = wang.sign(mine.message());
    let error = ledger.commit(mine, &signature, Durability::Recorded).unwrap_err();
    assert!(error.is_rejection(), "{error}");
    assert_eq!(ledger.head(), head);
    let stranger = Instruction { officer: [7; 32], ..instruction(&house, pay(1), None) };
    assert_eq!(ledger.prepare(stranger).unwrap_err().code(), "unknown_officer");
    whole(&house, ledger);
}
