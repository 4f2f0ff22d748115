//! Confidential fields from end to end: sealed before their entry, found in no other file, compared at
//! a retry, erased after the entry that says so, also when something ends in between.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "test code"
)]

#[path = "../house/mod.rs"]
mod house;

use earmark::archive::reader::ArchiveReader;
use earmark::chain::confidential::{Field, Fields};
use earmark::chain::hash::Hash;
use earmark::domain::command::{Command, Order};
use earmark::domain::event::{Bytes32, ConfidentialErased, Filing};
use earmark::domain::ids::Text;
use earmark::edge::sealed::SealedFolder;
use earmark::error::Result;
use earmark::ledger::reader::sealed::open_fields;
use earmark::ledger::{Durability, Ledger, Media, Receipt, Submission};
use earmark::store::fault::{Fault, FaultMedium};
use earmark::store::sled::{Options, SledStore};
use earmark::verify::{StoreReport, verify_store};
use house::{House, fund, order, payee};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ACCOUNT: &str = "6222 0212 3456 7890 123";

fn fields(account: &str) -> Fields {
    let mut fields = Fields::default();
    fields.set(Field::BankAccount, account).unwrap();
    fields.set(Field::Contact, "王五 021-5555 0101").unwrap();
    fields
}

fn submit(
    house: &House,
    ledger: &mut Ledger,
    order: &Order,
    confidential: Option<&Fields>,
    key: Option<&[u8]>,
) -> Result<Receipt> {
    ledger.submit(&Submission {
        order,
        confidential,
        signer: &house.officer(),
        command_key: key,
        accept_clock: None,
        dry_run: false,
        until: Durability::Published,
    })
}

fn erase(entry: u64) -> Order {
    let legal_basis = Text::new("个人信息保护法第47条");
    let filing = Filing::default();
    order(Command::EraseConfidential(ConfidentialErased { entry, legal_basis, filing }))
}

/// A ledger whose third entry (@2) is a payee with an account, by the command id `payee`.
fn with_payee() -> (House, Ledger, Hash) {
    let house = House::new();
    let mut ledger = house.create();
    let given = fields(ACCOUNT);
    let receipt = submit(&house, &mut ledger, &payee("P-1"), Some(&given), Some(b"payee")).unwrap();
    let commitment = Hash(receipt.entries[0].event.confidential.unwrap().0);
    (house, ledger, commitment)
}

fn files(house: &House) -> Vec<PathBuf> {
    let folder = house.ledger_folder().join("confidential");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn checked(house: &House) -> StoreReport {
    let log = ArchiveReader::open(&house.ledger_folder().join("log")).unwrap();
    verify_store(&house.ledger_folder(), &log).unwrap()
}

fn faults(house: &House) -> Vec<String> {
    checked(house).faults.iter().map(ToString::to_string).collect()
}

/// Every file below a folder with its bytes.
fn every_file(folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            every_file(&path, out);
        } else {
            out.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}

/// The files that hold one of these byte strings.
fn holders(folder: &Path, needles: &[&[u8]]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    every_file(folder, &mut all);
    assert!(all.len() > 8, "only {} files", all.len());
    let holds = |bytes: &[u8]| {
        needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle))
    };
    all.into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
}

#[test]
fn fields_are_sealed_beside_the_ledger_and_erased_for_ever() {
    let (house, ledger, commitment) = with_payee();
    let read = open_fields(&house.ledger_folder(), ledger.id().unwrap(), 2, commitment).unwrap();
    assert_eq!(read, fields(ACCOUNT));
    drop(ledger);
    assert_eq!(files(&house).len(), 2);
    let key = std::fs::read(&files(&house)[1]).unwrap();
    let (cipher_key, commitment_key) = key[key.len() - 64..].split_at(32);
    let plain: [&[u8]; 3] = [ACCOUNT.as_bytes(), "王五".as_bytes(), b"5555 0101"];
    // Nobody has the plaintext; the keys stand in the key file alone.
    assert_eq!(holders(house.folder.path(), &plain), Vec::<PathBuf>::new());
    let keys = [cipher_key, commitment_key];
    assert_eq!(holders(house.folder.path(), &keys), [files(&house)[1].clone()]);
    assert_eq!(faults(&house), Vec::<String>::new());
    assert!(checked(&house).read.contains(&("confidential".to_owned(), 1)));

    let mut ledger = house.open();
    submit(&house, &mut ledger, &erase(2), None, None).unwrap();
    assert_eq!(files(&house), Vec::<PathBuf>::new());
    let gone = open_fields(&house.ledger_folder(), ledger.id().unwrap(), 2, commitment);
    assert_eq!(gone.unwrap_err().code(), "sealed_file_missing");
    ledger.close().unwrap();
    let all: Vec<&[u8]> = plain.into_iter().chain(keys).collect();
    assert_eq!(holders(house.folder.path(), &all), Vec::<PathBuf>::new());
    assert_eq!(faults(&house), Vec::<String>::new());
    // Opened again from the entries alone, too.
    std::fs::remove_dir_all(house.ledger_folder().join("db")).unwrap();
    std::fs::remove_dir_all(house.ledger_folder().join("wal")).unwrap();
    let ledger = house.open();
    let sealed = *ledger.state().confidential.get(&Bytes32(commitment.0)).unwrap();
    assert_eq!((sealed.entry, sealed.erased_by), (2, Some(3)));
}

#[test]
fn a_retry_is_compared_field_by_field() {
    let (house, mut ledger, _) = with_payee();
    let retry = |ledger: &mut Ledger, fields: Option<&Fields>| {
        submit(&house, ledger, &payee("P-1"), fields, Some(b"payee"))
    };
    let same = fields(ACCOUNT);
    let receipt = retry(&mut ledger, Some(&same)).unwrap();
    assert!(receipt.replayed);
    assert_eq!(files(&house).len(), 2, "nothing is sealed again");
    let refused = |error: earmark::error::Error| {
        assert_eq!(error.code(), "command_id_reused");
        let text = error.to_string();
        assert!(!text.contains("6222") && !text.contains("9999"), "{text}");
        error.details()[0].1.clone()
    };
    let other = fields("9999");
    assert_eq!(refused(retry(&mut ledger, Some(&other)).unwrap_err()), "bank account");
    assert_eq!(refused(retry(&mut ledger, None).unwrap_err()), "bank account");
    let mut fewer = Fields::default();
    fewer.set(Field::BankAccount, ACCOUNT).unwrap();
    assert_eq!(refused(retry(&mut ledger, Some(&fewer)).unwrap_err()), "contact");

    // A command that had none.
    submit(&house, &mut ledger, &payee("P-2"), None, Some(b"none")).unwrap();
    let more = submit(&house, &mut ledger, &payee("P-2"), Some(&same), Some(b"none"));
    assert_eq!(refused(more.unwrap_err()), "bank account");

    submit(&house, &mut ledger, &erase(2), None, None).unwrap();
    let error = retry(&mut ledger, Some(&same)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "confidential_erased: @2 was recorded by this command id; its confidential fields were erased \
         by @4, so those given cannot be compared with them\n  next: @2 stands as it is (earmark show \
         @2); nothing was sealed again. To record other fields, use another --command-id"
    );
    assert_eq!(refused(retry(&mut ledger, None).unwrap_err()), "confidential fields");
    assert_eq!(files(&house), Vec::<PathBuf>::new());
}

#[test]
fn what_is_refused_or_only_tried_leaves_no_file() {
    let (house, mut ledger, _) = with_payee();
    let before = files(&house);
    let given = fields("1");
    let refused = submit(&house, &mut ledger, &payee("P-1"), Some(&given), None).unwrap_err();
    assert_eq!(refused.code(), "payee_exists");
    let submission = Submission {
        order: &payee("P-2"),
        confidential: Some(&given),
        signer: &house.officer(),
        command_key: None,
        accept_clock: None,
        dry_run: true,
        until: Durability::Published,
    };
    assert!(ledger.submit(&submission).unwrap().dry_run);
    let none = Fields::default();
    let refused = submit(&house, &mut ledger, &payee("P-3"), Some(&none), None).unwrap_err();
    assert_eq!(refused.code(), "confidential_fields");
    assert_eq!(files(&house), before);
}

#[test]
fn an_erasure_that_was_interrupted_is_finished_at_the_next_opening() {
    let (house, mut ledger, commitment) = with_payee();
    let kept: Vec<(PathBuf, Vec<u8>)> = files(&house)
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    submit(&house, &mut ledger, &erase(2), None, None).unwrap();
    ledger.close().unwrap();
    let [sealed, key] = [&kept[0], &kept[1]];
    for left in [vec![sealed, key], vec![sealed], vec![key]] {
        for (path, bytes) in &left {
            std::fs::write(path, bytes).unwrap();
        }
        let names: Vec<String> = left
            .iter()
            .map(|(path, _)| {
                format!("confidential/{}", path.file_name().unwrap().to_str().unwrap())
            })
            .collect();
        let mut names = names;
        names.sort_by_key(|name| !name.ends_with(".key"));
        assert_eq!(
            faults(&house),
            [format!(
                "chain, entry 2, file confidential/{commitment}, store: expected no file: erased by \
                 @3, found {} (likely changed)",
                names.join(", ")
            )]
        );
        house.open().close().unwrap();
        assert_eq!(files(&house), Vec::<PathBuf>::new());
        assert_eq!(faults(&house), Vec::<String>::new());
    }
}

#[test]
fn files_that_are_missing_or_changed_are_a_break() {
    let (house, ledger, commitment) = with_payee();
    ledger.close().unwrap();
    let expected = |found: &str| {
        format!(
            "chain, entry 2, file confidential/{commitment}, store: expected both files, with the \
             fields that the entry committed to, found {found} (likely changed)"
        )
    };
    for (place, path) in files(&house).into_iter().enumerate() {
        let bytes = std::fs::read(&path).unwrap();
        let name = ["", ".key"][place];
        std::fs::remove_file(&path).unwrap();
        let missing = format!(
            "the confidential fields of @2 cannot be read without confidential/{commitment}{name}"
        );
        assert_eq!(faults(&house), [expected(&missing)]);
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            std::fs::write(&path, bad).unwrap();
            let found = faults(&house);
            assert_eq!(found.len(), 1, "byte {at} of {}", path.display());
            assert!(
                found[0].contains("the sealed files of @2 do not hold its fields"),
                "{found:?}"
            );
        }
        std::fs::write(&path, [bytes.clone(), vec![0; 10_000]].concat()).unwrap();
        assert_eq!(faults(&house).len(), 1);
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(faults(&house), Vec::<String>::new());
    std::fs::remove_dir_all(house.ledger_folder().join("confidential")).unwrap();
    let missing = format!(
        "the confidential fields of @2 cannot be read without confidential/{commitment} and \
                 its .key"
    );
    assert_eq!(faults(&house), [expected(&missing)]);
    // A ledger without them still works; only what needs them says so.
    let mut ledger = house.open();
    submit(&house, &mut ledger, &fund("F-1"), None, None).unwrap();
    let same = fields(ACCOUNT);
    let retry = submit(&house, &mut ledger, &payee("P-1"), Some(&same), Some(b"payee"));
    assert_eq!(retry.unwrap_err().code(), "sealed_file_missing");
}

#[test]
fn an_orphan_is_counted_and_swept_only_when_no_entry_has_it() {
    let (house, ledger, commitment) = with_payee();
    ledger.close().unwrap();
    let of_entry = files(&house);
    let sealed = SealedFolder::of(&house.ledger_folder());
    sealed.write(Hash([0xcd; 32]), b"sealed", b"key").unwrap();
    let folder = house.ledger_folder().join("confidential");
    let half = folder.join(format!(".{commitment}.key.77.new"));
    std::fs::write(&half, b"half").unwrap();
    std::fs::write(folder.join("notes.txt"), b"mine").unwrap();
    let report = checked(&house);
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(
        report.notes,
        [
            "confidential/ has 2 files of commands that were never recorded; see `earmark \
             confidential sweep`",
            "confidential/ has 1 files that are none of its own, notes.txt among them",
        ]
    );

    let mut ledger = house.open();
    let mut orphans = |dry_run| ledger.sweep_sealed(dry_run).unwrap().orphans;
    let hex = Hash([0xcd; 32]).to_string();
    let half_name = half.file_name().unwrap().to_str().unwrap().to_owned();
    let mut expected = vec![half_name, format!("{hex}.key"), hex];
    expected.sort();
    let mut found = orphans(true);
    found.sort();
    assert_eq!(found, expected);
    assert!(half.exists(), "a dry run removes nothing");
    assert_eq!(orphans(false).len(), 3);
    assert_eq!(orphans(false), Vec::<String>::new());
    assert_eq!(ledger.sweep_sealed(false).unwrap().strange, ["notes.txt"]);
    drop(ledger);
    std::fs::remove_file(folder.join("notes.txt")).unwrap();
    assert_eq!(files(&house), of_entry);

    // An entry that was moved aside may own a pair.
    std::fs::create_dir(house.ledger_folder().join("wal.quarantine-1")).unwrap();
    let error = house.open().sweep_sealed(false).unwrap_err();
    assert_eq!(error.code(), "copies_set_aside");
    assert_eq!(files(&house), of_entry);
}

/// The store on a disk that can be told to fail.
fn failing(store: &FaultMedium) -> Media {
    let medium = store.clone();
    let open = move |folder: &Path| {
        let options = Options { segment_bytes: 16_384, medium: Arc::new(medium.clone()) };
        let (store, opening) = SledStore::open(folder, options)?;
        let store: Box<dyn earmark::store::Store> = Box::new(store);
        Ok((store, opening))
    };
    Media { store: Box::new(open), ..Media::default() }
}

/// Whatever fails while the entry is made durable: an entry never stands without its files, and files
/// without an entry are found by a sweep.
#[test]
fn no_failure_leaves_an_entry_without_its_files() {
    let (template, ledger, _) = with_payee();
    ledger.close().unwrap();
    let mut outcomes = std::collections::BTreeSet::new();
    for fault in [Fault::NoSpace, Fault::InputOutput, Fault::PowerLoss] {
        for call in 0..40 {
            let house = template.copy();
            let medium = FaultMedium::new();
            let Ok(mut ledger) = house.try_open_on(&failing(&medium)) else { continue };
            medium.fail_after(call, fault);
            let given = fields("0000");
            let done = submit(&house, &mut ledger, &payee("P-9"), Some(&given), Some(b"nine"));
            outcomes.insert(done.as_ref().err().map_or("done", earmark::error::Error::code));
            drop(ledger);
            let mut ledger = house.open();
            assert_eq!(ledger.state().confidential.len() * 2, {
                ledger.sweep_sealed(false).unwrap();
                files(&house).len()
            });
            let again = submit(&house, &mut ledger, &payee("P-9"), Some(&given), Some(b"nine"));
            let receipt = again.unwrap();
            assert!(done.is_err() || receipt.replayed);
            ledger.close().unwrap();
            assert_eq!(faults(&house), Vec::<String>::new(), "{fault:?} at {call}");
            if done.is_ok() {
                break;
            }
        }
    }
    assert!(outcomes.len() > 1, "{outcomes:?}");
}
