//! Ledgers that were tampered with: on disk, by the holder of the log key, and by an officer.

use super::house::{self, House, ORIGIN, drawing, order};
use super::{Said, both, run, verify};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::body;
use earmark::chain::entry::{
    self, CLOCK_ACCEPTED, EntryId, Envelope, LATEST_RECORDED_AT, LedgerId, SIGNED, Sealed,
};
use earmark::chain::hash;
use earmark::chain::signature::{SeedSigner, Signer as _, enrol_message, entry_message};
use earmark::domain::command::{Command, Order, RecordDisbursement};
use earmark::domain::event::*;
use earmark::domain::ids::{Code, Tag, Text};
use earmark::domain::kinds::Role;
use earmark::ledger::{Reader, RowIn};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Tier, Trust};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn second_officer() -> SeedSigner {
    SeedSigner::new(&[4; 32])
}

fn enrolment() -> Order {
    let (name, key) = ("li", second_officer().public_key());
    let proof = second_officer().sign(&enrol_message(LedgerId([9; 16]), name, &key));
    order(Command::EnrolOfficer(OfficerEnrolled {
        number: 1,
        name: Text::new(name),
        key: Bytes32(key),
        proof: Bytes64(proof),
        roles: vec![Role::Maker, Role::Administrator],
        limit: None,
        filing: Filing::default(),
    }))
}

/// A ledger of 300 entries: 2 of the genesis, 4 commands of one, one of 294.
struct Base {
    house: House,
    entries: Vec<Vec<u8>>,
}

impl Base {
    fn new() -> Self {
        let house = House::new();
        let mut ledger = house.create();
        house.submit(&mut ledger, enrolment());
        house.submit(&mut ledger, house::fund("PD-INFO"));
        house.submit(&mut ledger, house::allocation("PD-INFO:2026", 1_000_000));
        house.submit(&mut ledger, house::payee("V-1"));
        let officer = house.officer();
        let mut batch = ledger.batch("book", &officer, None, false).unwrap();
        for row in 0..294_u32 {
            let orders = [order(Command::RecordDisbursement(RecordDisbursement {
                commitment: None,
                drawing: drawing("PD-INFO", i128::from(row)),
                payee: Some(Code::new("V-1")),
                purpose: Some(Tag::new("it")),
                source_number: None,
                filing: Filing::default(),
            }))];
            let key = hash::row_key([row.to_string().as_str()], 0);
            batch.admit(&RowIn { key, orders: &orders }).unwrap();
        }
        batch.finish().unwrap();
        let reader = Reader::open(ledger.folder(), None).unwrap();
        let size = reader.size();
        let entries =
            (0..size).map(|index| ledger.entry(index).unwrap().unwrap().bytes).collect::<Vec<_>>();
        assert_eq!(entries.len(), 300);
        ledger.close().unwrap();
        Self { house, entries }
    }

    /// What the verifier says after files of a copy of the log folder were changed.
    fn on_disk(&self, change: &dyn Fn(&Path)) -> Said {
        let copy = tempfile::tempdir().unwrap();
        let log = copy.path().join("log");
        copy_folder(&self.house.ledger_folder().join("log"), &log);
        change(&log);
        self.verified_by_both(&log)
    }

    /// What the Python verifier says; the other one must say the same of the same entry.
    fn verified_by_both(&self, log: &Path) -> Said {
        let said = verify(&self.house, log);
        let key = VerifierKey::new(ORIGIN, &self.house.log_signer().public_key()).unwrap();
        let trust = Trust { key: Some(key), pin: None };
        let _judged = both::verify(log, &Tier::ALL, &trust);
        said
    }

    /// What it says of these entries, published anew under the log key.
    fn published(&self, entries: &[Vec<u8>]) -> Said {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut writer = ArchiveWriter::open(&log).unwrap();
        let sealed: Vec<Sealed> =
            (0..).zip(entries).map(|(index, bytes)| Sealed::new(index, bytes.clone())).collect();
        writer.append(&sealed).unwrap();
        writer.publish(&self.house.log_signer(), ORIGIN, 0, &mut |_| Ok(())).unwrap();
        self.verified_by_both(&log)
    }

    /// The entries, each changed, chained and signed anew: what an officer could have written.
    fn forged(&self, change: &dyn Fn(&mut Envelope<'_>)) -> Vec<Vec<u8>> {
        let mut out: Vec<Vec<u8>> = Vec::new();
        for bytes in &self.entries {
            let mut envelope = entry::parse(bytes).unwrap();
            change(&mut envelope);
            envelope.previous = out.last().map(|bytes| hash::entry(bytes)).unwrap_or_default();
            let mut bytes = envelope.prefix().unwrap();
            if envelope.has(SIGNED) {
                let message = entry_message(envelope.ledger, &hash::signing(&bytes));
                let signer =
                    if envelope.officer == 0 { self.house.officer() } else { second_officer() };
                bytes.extend(signer.sign(&message));
            }
            out.push(bytes);
        }
        out
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_folder(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}

/// The break that was found, hashes masked.
#[track_caller]
fn found(said: &Said) -> String {
    assert_eq!(said.status, 3, "{said:?}");
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let text = |name: &str| json["break"][name].as_str().unwrap().to_owned();
    let (at, field, expected, found) = (text("at"), text("field"), text("expected"), text("found"));
    let whole = format!("{at}, {field}: expected {expected}, found {found}");
    assert_eq!(said.stderr, format!("break: {whole}\n"));
    let mask = |word: &str| {
        let bare = word.trim_end_matches(',');
        let hex = bare.len() == 64 && bare.bytes().all(|b| b.is_ascii_hexdigit());
        word.replace(bare, if hex { "HASH" } else { bare })
    };
    whole.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}

fn edit(path: PathBuf, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn damage_on_disk_is_named() {
    let base = Base::new();
    let said = base.on_disk(&|_| {});
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(
        (&json["size"], &json["commands"], &json["officers"]),
        (&300.into(), &6.into(), &2.into())
    );
    assert_eq!(json["funds"]["PD-INFO"]["paid_net"], (293 * 294 / 2).to_string());

    // Where entry 10 begins in its bundle: two bytes of length before each.
    let at = base.entries[..10].iter().map(|bytes| bytes.len() + 2).sum::<usize>() + 2;
    let bundle = |log: &Path| log.join("tile/entries/000");
    let in_body = at + base.entries[10].len() - 3;
    let expect = |change: &dyn Fn(&Path), text: &str| {
        assert_eq!(found(&base.on_disk(change)), text);
    };
    expect(
        &|log| edit(bundle(log), |b| b[in_body] ^= 1),
        "entry 10, hash: expected HASH, found HASH",
    );
    expect(
        &|log| edit(bundle(log), |b| b[at] ^= 1),
        "entry 10, magic: expected 4541524d, found 4441524d",
    );
    expect(
        &|log| edit(bundle(log), |b| b.truncate(at + 9)),
        "tile/entries/000, length: expected 256 entries, found bytes that end in entry 10 of the bundle",
    );
    expect(
        &|log| std::fs::remove_file(bundle(log)).unwrap(),
        "tile/entries/000, file: expected 256 items, found no file",
    );
    expect(
        &|log| edit(log.join("tile/0/000"), |b| b[32 * 7] ^= 1),
        "tile/0/000, hash 7: expected HASH, found HASH",
    );
    expect(
        &|log| edit(log.join("tile/1/000.p/1"), |b| b[0] ^= 1),
        "tile/1/000.p/1, hash 0: expected HASH, found HASH",
    );
    expect(
        &|log| std::fs::remove_file(log.join("tile/0/001.p/44")).unwrap(),
        "tile/0/001.p/44, file: expected 44 items, found no file",
    );
    expect(
        &|log| edit(log.join("tile/0/001.p/44"), |b| b.push(0)),
        "tile/0/001.p/44, length: expected 1408 bytes, found 1409 bytes",
    );
}

#[test]
fn a_checkpoint_that_another_key_signed_is_none() {
    let base = Base::new();
    let signed = "checkpoint, signature: expected one by example.org/pudong+";
    for change in [
        &(|log: &Path| {
            let path = log.join("checkpoint");
            let text = std::fs::read_to_string(&path).unwrap().replacen("\n300\n", "\n299\n", 1);
            std::fs::write(path, text).unwrap();
        }) as &dyn Fn(&Path),
        &|log| {
            edit(log.join("checkpoint"), |b| {
                let last = b.len() - 20;
                b[last] = if b[last] == b'A' { b'B' } else { b'A' };
            })
        },
    ] {
        let text = found(&base.on_disk(change));
        assert!(
            text.starts_with(signed) && text.ends_with("found one that does not verify"),
            "{text}"
        );
    }
    let log = base.house.ledger_folder().join("log");
    let other = VerifierKey::new(ORIGIN, &second_officer().public_key()).unwrap().to_string();
    let said = run("verify.py", &[log.to_str().unwrap(), "--log-key", &other]);
    assert!(found(&said).ends_with("found none by that key"), "{said:?}");
}

#[test]
fn what_the_holder_of_the_log_key_alone_can_do_is_named() {
    let base = Base::new();
    assert_eq!(base.published(&base.entries).status, 0);
    let expect = |change: &dyn Fn(&mut Vec<Vec<u8>>), text: &str| {
        let mut entries = base.entries.clone();
        change(&mut entries);
        assert_eq!(found(&base.published(&entries)), text);
    };
    expect(&|e| drop(e.remove(4)), "entry 4, index: expected 4, found 5");
    expect(&|e| e.swap(4, 5), "entry 4, index: expected 4, found 5");
    expect(
        &|e| {
            let last = e[10].len() - 1;
            e[10][last] ^= 1;
        },
        "entry 10, body: expected DisbursementRecorded, found bytes that end within a field",
    );
    expect(
        &|e| {
            let voucher = e[10].len() - 3;
            e[10][voucher] ^= 1;
        },
        "entry 10, hash: expected HASH, found HASH",
    );
    expect(&|e| e.truncate(200), "entry 200, count: expected 294 entries of a command, found 194");
    expect(
        &|e| {
            let last = e[4].len() - 1;
            e[4][last] ^= 1;
        },
        "entry 4, signature: expected one by officer 0, found one that does not verify",
    );
    expect(
        &|e| {
            let prefix = e[299].len() - 64;
            let message = entry_message(LedgerId([9; 16]), &hash::signing(&e[299][..prefix]));
            e[299].truncate(prefix);
            e[299].extend(second_officer().sign(&message));
        },
        "entry 299, signature: expected one by officer 0, found one that does not verify",
    );
    let none: [Vec<u8>; 0] = [];
    assert_eq!(
        found(&base.published(&none)),
        "checkpoint, size: expected a ledger with its first command, found 0"
    );
}

/// Time stands still at the last microsecond that an id can say, and nowhere else.
#[test]
fn after_the_last_time_of_all_a_log_goes_on() {
    let base = Base::new();
    let at = |from: u64, time: i64| {
        base.forged(&|e| {
            if e.index >= from {
                e.recorded_at_microseconds = time;
                e.id = EntryId::new(time, e.index << 2).unwrap();
            }
        })
    };
    assert_eq!(base.published(&at(299, LATEST_RECORDED_AT)).status, 0);
    assert_eq!(base.published(&at(250, LATEST_RECORDED_AT)).status, 0);
    let latest = LATEST_RECORDED_AT - 1;
    assert_eq!(
        found(&base.published(&at(250, latest))),
        format!("entry 251, recorded_at: expected after {latest}, found {latest}")
    );
}

#[test]
fn what_an_officer_can_write_and_the_format_forbids_is_named() {
    let base = Base::new();
    assert_eq!(base.forged(&|_| {}), base.entries);
    let expect = |at: u64, change: &dyn Fn(&mut Envelope<'_>), text: &str| {
        let entries = base.forged(&|e| {
            if e.index == at {
                change(e);
            }
        });
        assert_eq!(found(&base.published(&entries)), text);
    };
    expect(
        2,
        &|e| e.officer = 1,
        "entry 2, officer: expected one of 1 enrolled before the command, found 1",
    );
    expect(
        3,
        &|e| e.event_type = 1,
        "entry 3, event type: expected a ledger is opened once, found 1",
    );
    for (at, found) in
        [(6, "entry 7, flags: expected 16, found 0"), (9, "entry 9, flags: expected 0, found 16")]
    {
        expect(at, &|e| e.flags |= CLOCK_ACCEPTED, found);
    }
    let second = entry::parse(&base.entries[3]).unwrap().command;
    expect(
        5,
        &|e| e.command = second,
        &format!("entry 5, command id: expected one that is new, found {second}"),
    );
    let wide = [&[0, 251, 1, 0][..], &entry::parse(&base.entries[10]).unwrap().body[2..]].concat();
    assert_eq!(entry::parse(&base.entries[10]).unwrap().body[..2], [0, 1]);
    let entries = base.forged_body(10, &wide);
    assert_eq!(
        found(&base.published(&entries)),
        "entry 10, body: expected DisbursementRecorded, found 1 in more bytes than it needs"
    );

    // Officer 1, with a proof that another key made.
    let (_, _, body) = base.decoded(2);
    let Body::OfficerEnrolled(mut enrolled) = body else { panic!("{body:?}") };
    enrolled.proof = Bytes64(base.house.officer().sign(b"anything"));
    let bad = body::encode(&enrolled.into()).unwrap();
    assert_eq!(
        found(&base.published(&base.forged_body(2, &bad))),
        "entry 2, proof: expected possession of the key of officer 1, found one that does not verify"
    );
    // Another ledger's first entry, and another log's.
    let (_, _, body) = base.decoded(0);
    let Body::LedgerOpened(opened) = body else { panic!("{body:?}") };
    let elsewhere = LedgerOpened { origin: Text::new("example.org/xuhui"), ..opened.clone() };
    let bytes = body::encode(&elsewhere.into()).unwrap();
    assert_eq!(
        found(&base.published(&base.forged_body(0, &bytes))),
        "checkpoint, origin: expected example.org/xuhui, found example.org/pudong"
    );
    let other = LedgerOpened { ledger: Bytes16([8; 16]), ..opened };
    let bytes = body::encode(&other.into()).unwrap();
    assert_eq!(
        found(&base.published(&base.forged_body(0, &bytes))),
        "entry 0, ledger id: expected 08080808-0808-0808-0808-080808080808, found \
         09090909-0909-0909-0909-090909090909"
    );
}

#[test]
fn an_event_of_a_later_release_is_said_and_passes_for_nothing() {
    let base = Base::new();
    let entries = base.forged(&|e| {
        if e.index == 4 {
            e.event_type = 9_999;
        }
    });
    let said = base.published(&entries);
    assert_eq!(said.status, 3);
    assert_eq!(said.stderr, "not checked from 4: an event or a rule set of a later release\n");
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!((&json["not_checked_from"], &json["funds"]), (&4.into(), &Value::Null));
}

#[test]
fn a_rule_set_of_a_later_release_is_said_and_is_no_break() {
    let base = Base::new();
    let (_, _, body) = base.decoded(0);
    let Body::LedgerOpened(opened) = body else { panic!("{body:?}") };
    let mut later = opened.clone();
    later.policy.rule_set_version = RULE_SET + 1;
    let adopted = PolicyAdopted { policy: later.policy.clone(), filing: Filing::default() };
    let adopted = body::encode(&adopted.into()).unwrap();
    let first = base.forged_body(0, &body::encode(&later.into()).unwrap());
    let with_policy = base.forged(&|e| {
        if e.index == 4 {
            e.event_type = 3;
        }
    });
    let swapped = Base { house: House::new(), entries: with_policy }.forged_body(4, &adopted);
    for (entries, from) in [(first, 0), (swapped, 4)] {
        let said = base.published(&entries);
        assert_eq!(
            (said.status, said.stderr.as_str()),
            (
                3,
                format!("not checked from {from}: an event or a rule set of a later release\n")
                    .as_str()
            )
        );
        let json: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!((&json["not_checked_from"], &json["break"]), (&from.into(), &Value::Null));
    }
}

impl Base {
    fn decoded(&self, index: usize) -> (u16, u16, Body) {
        let e = entry::parse(&self.entries[index]).unwrap();
        let body = body::decode(e.event_type, e.event_version, e.body).unwrap().unwrap();
        (e.event_type, e.event_version, body)
    }

    /// The entries with another body at `index`, chained and signed anew.
    fn forged_body(&self, index: u64, body: &[u8]) -> Vec<Vec<u8>> {
        let swapped: Vec<Vec<u8>> = (0..)
            .zip(&self.entries)
            .map(|(at, bytes)| {
                let mut envelope = entry::parse(bytes).unwrap();
                if at == index {
                    envelope.body = body;
                }
                let mut bytes = envelope.prefix().unwrap();
                bytes.extend(envelope.signature.into_iter().flatten());
                bytes
            })
            .collect();
        Self { house: House::new(), entries: swapped }.forged(&|_| {})
    }
}
