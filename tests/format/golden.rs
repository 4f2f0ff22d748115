//! Golden vectors: made from the samples, compared with the files, and the files read on their own.

use super::page::Page;
use super::{office, orders, samples};
use earmark::chain::body;
use earmark::chain::confidential::{self, Field, Fields, Secrets};
use earmark::chain::entry::{
    self, CLOCK_ACCEPTED, CONFIDENTIAL, CommandId, EntryId, Envelope, HISTORICAL, IMPORTED,
    LedgerId, Row, SIGNED,
};
use earmark::chain::hash::{self, Hash, from_hex, to_hex};
use earmark::chain::signature::{
    SeedSigner, Signer as _, VerifyingKey, enrol_message, entry_message, log_key_message,
};
use earmark::chain::walk::{Walk, prefix_of};
use earmark::domain::event::Body;
use earmark::domain::kinds::Role;
use earmark::domain::money::Amount;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

const FLAGS: [(u8, &str); 5] = [
    (SIGNED, "SIGNED"),
    (CONFIDENTIAL, "CONFIDENTIAL"),
    (IMPORTED, "IMPORTED"),
    (HISTORICAL, "HISTORICAL"),
    (CLOCK_ACCEPTED, "CLOCK_ACCEPTED"),
];
const SOURCE: &str = "menu-money";
const COMMITMENT_KEY: [u8; 32] = [0x55; 32];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden"))
}

/// Every vector: path under the folder, and what it holds.
fn vectors() -> Vec<(String, Value)> {
    let mut all = vec![
        ("hashes.json".to_owned(), hashes()),
        ("ids.json".to_owned(), ids()),
        ("confidential.json".to_owned(), confidential()),
    ];
    for (i, (what, bytes)) in chain().iter().enumerate() {
        let name = body_of(bytes).map_or("unknown", |body| body.name());
        let mut vector = Map::new();
        vector.insert("what".to_owned(), what.as_str().into());
        vector.append(&mut describe(bytes));
        all.push((format!("entries/{i:04}-{name}.json"), Value::Object(vector)));
    }
    for full in [true, false] {
        for order in orders::orders(full) {
            let encoding = body::encode_order(&order).unwrap();
            let (number, _) = Page::read().order(&encoding);
            let digest = hash::command_digest(&encoding);
            let vector = json!({
                "order": order,
                "encoding": to_hex(&encoding),
                "digest": digest.to_string(),
            });
            let suffix = if full { "full" } else { "bare" };
            all.push((format!("orders/{number:02}-{suffix}.json"), vector));
        }
    }
    all
}

fn hashes() -> Value {
    let row =
        |cells: &[&str], occurrence| to_hex(&hash::row_key(cells.iter().copied(), occurrence));
    let rows = [Row { source: SOURCE, key: [0x0a; 16] }, Row { source: "清单", key: [0x0b; 16] }];
    let encoding = body::encode_rows(&rows).unwrap();
    let plaintext = plaintext();
    json!({
        "earmark 2026 entry hash v1": {"input": "616263", "hash": hash::entry(b"abc").to_string()},
        "earmark 2026 entry signing v1":
            {"input": "616263", "hash": hash::signing(b"abc").to_string()},
        "earmark 2026 command id v1": {"key": "invoice 7", "id": to_hex(&hash::command_id(b"invoice 7"))},
        "earmark 2026 command digest v1": {
            "rows": [
                {"source": SOURCE, "row_key": to_hex(&[0x0a; 16])},
                {"source": "清单", "row_key": to_hex(&[0x0b; 16])},
            ],
            "encoding": to_hex(&encoding),
            "digest": hash::command_digest(&encoding).to_string(),
        },
        "earmark 2026 import row v1": [
            {"cells": [], "occurrence": 0, "row_key": row(&[], 0)},
            {"cells": ["1", " two ", "社保卡"], "occurrence": 0, "row_key": row(&["1", " two ", "社保卡"], 0)},
            {"cells": ["1", " two ", "社保卡"], "occurrence": 1, "row_key": row(&["1", " two ", "社保卡"], 1)},
            {"cells": ["1 two ", "", "社保卡"], "occurrence": 0, "row_key": row(&["1 two ", "", "社保卡"], 0)},
        ],
        "commitment": {
            "key": to_hex(&COMMITMENT_KEY),
            "plaintext": to_hex(&plaintext),
            "commitment": hash::commitment(&COMMITMENT_KEY, &plaintext).to_string(),
        },
        "earmark 2026 import key v1": [
            {"texts": ["INV-7"], "row_key": to_hex(&hash::row_key_of_columns(["INV-7"]))},
            {"texts": ["7", "社保卡"], "row_key": to_hex(&hash::row_key_of_columns(["7", "社保卡"]))},
        ],
        "earmark 2026 reject check v1": {
            "ledger": to_hex(&[0x0c; 16]), "source": "清单", "row_key": to_hex(&[0x0b; 16]),
            "check": to_hex(&hash::reject_check(&[0x0c; 16], "清单", &[0x0b; 16])),
        },
    })
}

/// Bank account and contact of nobody: u8 field number ‖ u16 length ‖ text, ascending.
fn plaintext() -> Vec<u8> {
    let mut out = Vec::new();
    for (number, text) in [(1_u8, "0000 0000 0000 0000"), (3, "窗口一")] {
        out.push(number);
        out.extend_from_slice(&u16::try_from(text.len()).unwrap().to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// Sealed files (schemas/confidential.md): the fields of the commitment above, and every field.
fn confidential() -> Value {
    let ledger = LedgerId([0x1e; 16]);
    let secrets = Secrets {
        cipher_key: [0x66; 32],
        commitment_key: COMMITMENT_KEY,
        nonce: std::array::from_fn(|i| u8::try_from(i).unwrap()),
    };
    let some = [(Field::BankAccount, "0000 0000 0000 0000"), (Field::Contact, "窗口一")];
    let all = [
        (Field::BankAccount, "1"),
        (Field::IdentityNumber, "11010119000101000X"),
        (Field::Contact, "nobody@example.org"),
    ];
    let vector = |values: &[(Field, &str)]| {
        let mut fields = Fields::default();
        values.iter().for_each(|(field, value)| fields.set(*field, value).unwrap());
        let pair = confidential::seal(ledger, &fields, &secrets).unwrap();
        let opened = confidential::open(ledger, pair.commitment, &pair.sealed, &pair.key);
        assert_eq!(opened, Ok(fields));
        let values = values.iter().map(|(field, value)| json!([field.number(), value]));
        json!({
            "ledger": to_hex(&ledger.0),
            "fields": values.collect::<Vec<_>>(),
            "cipher_key": to_hex(&secrets.cipher_key),
            "commitment_key": to_hex(&secrets.commitment_key),
            "nonce": to_hex(&secrets.nonce),
            "commitment": pair.commitment.to_string(),
            "sealed_file": to_hex(&pair.sealed),
            "key_file": to_hex(&pair.key),
        })
    };
    json!([vector(&some), vector(&all)])
}

fn ids() -> Value {
    [(0, 0), (1_767_225_600_000_999, u64::MAX), (1_016_130_723_000_004, 0x0123_4567_89ab_cdef)]
        .map(|(recorded_at, random): (i64, u64)| {
            json!({
                "recorded_at": recorded_at,
                "random_62_bits": random >> 2,
                "entry_id": EntryId::new(recorded_at, random).unwrap().to_string(),
            })
        })
        .into_iter()
        .collect()
}

fn signer(officer: u32) -> SeedSigner {
    SeedSigner::new(&[0xa0 + u8::try_from(officer).unwrap(); 32])
}

fn enrolled(officer: u32) -> Body {
    let (name, key) = (format!("Officer {officer}"), signer(officer).public_key());
    let proof = signer(officer).sign(&enrol_message(LedgerId(samples::LEDGER), &name, &key));
    samples::officer_enrolled(officer, &name, key, proof).into()
}

/// The bodies that bring in keys and end them, with real proofs. The first log key of the samples
/// belongs to nobody, so only a second rotation can be handed over.
fn keys_and_files(full: bool) -> Vec<Body> {
    let ledger = LedgerId(samples::LEDGER);
    let seeded = |seed: u8| SeedSigner::new(&[seed; 32]);
    let (log, officer) = (seeded(0xb0 + u8::from(full)), seeded(0xc0 + u8::from(full)));
    let old = if full { seeded(0xb0).public_key() } else { [0x10; 32] };
    let message = log_key_message(ledger, &old, &log.public_key());
    let name = "Officer 1";
    let keys = office::Keys {
        log: log.public_key(),
        log_proof: log.sign(&message),
        handover: full.then(|| seeded(0xb0).sign(&message)),
        officer: officer.public_key(),
        officer_proof: officer.sign(&enrol_message(ledger, name, &officer.public_key())),
    };
    office::bodies(full, &keys)
}

/// A body of every type.
pub fn every_body(full: bool) -> Vec<Body> {
    let Body::OfficerEnrolled(mut officer) = enrolled(1) else { unreachable!() };
    officer.limit = full.then_some(Amount(500_000));
    officer.roles = if full { vec![Role::Maker] } else { Vec::new() };
    let mut all: Vec<Body> = vec![samples::ledger_opened(full).into(), officer.into()];
    all.extend(samples::bodies(full));
    all.extend(keys_and_files(full));
    all.extend(samples::later_bodies(full));
    all.extend(samples::latest_bodies(full));
    all
}

/// A command of the golden chain: its officer, extra flags, and its bodies with what they show.
struct Plan {
    officer: u32,
    flags: u8,
    bodies: Vec<(String, Body)>,
}

fn plans() -> Vec<Plan> {
    let named = |what: &str, bodies: Vec<Body>| {
        bodies.into_iter().map(|body| (what.to_owned(), body)).collect::<Vec<_>>()
    };
    let (full, bare) = ("every optional field present", "no optional field present");
    let mut edges: Vec<(String, Body)> =
        samples::edge_bodies().into_iter().map(|(what, body)| (what.to_owned(), body)).collect();
    let rest = edges.split_off(2);
    let payee = samples::bodies(true).into_iter().find(|body| body.number() == 35).unwrap();
    let plan = |officer, flags, bodies| Plan { officer, flags, bodies };
    vec![
        plan(0, 0, named(full, vec![samples::ledger_opened(true).into(), enrolled(0)])),
        plan(0, 0, named(bare, vec![enrolled(1)])),
        plan(0, 0, named(full, samples::bodies(true))),
        plan(1, 0, named(bare, samples::bodies(false))),
        plan(0, IMPORTED | HISTORICAL, edges),
        plan(1, HISTORICAL, rest),
        plan(1, CONFIDENTIAL | CLOCK_ACCEPTED, named("confidential fields", vec![payee])),
        plan(0, 0, named(bare, keys_and_files(false))),
        plan(0, 0, named(full, keys_and_files(true))),
        plan(0, 0, named(bare, samples::later_bodies(false))),
        plan(0, 0, named(full, samples::later_bodies(true))),
        plan(0, 0, named(bare, samples::latest_bodies(false))),
        plan(0, 0, named(full, samples::latest_bodies(true))),
    ]
}

/// The golden chain: what every entry shows, and its bytes.
fn chain() -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    for (number, plan) in plans().iter().enumerate() {
        let count = u16::try_from(plan.bodies.len()).unwrap();
        for (place, (what, event)) in (0_u16..).zip(&plan.bodies) {
            let index = u64::try_from(out.len()).unwrap();
            let recorded = 1_767_225_600_000_000 + i64::try_from(index).unwrap() * 1_001;
            let (event_type, event_version) = (event.number(), event.version());
            let encoded = body::encode(event).unwrap();
            let last = if place + 1 == count { SIGNED } else { 0 };
            let key = hash::row_key(["2012", "W-1"], u32::from(place));
            let digest = hash::command_digest(format!("golden {number}").as_bytes());
            let commitment = hash::commitment(&COMMITMENT_KEY, &plaintext());
            let random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index + 1);
            let envelope = Envelope {
                event_type,
                event_version,
                flags: plan.flags | last,
                ledger: LedgerId(samples::LEDGER),
                index,
                id: EntryId::new(recorded, random).unwrap(),
                previous: out.last().map_or(Hash::ZERO, |(_, bytes)| hash::entry(bytes)),
                recorded_at_microseconds: recorded,
                occurred_on_days: if plan.flags & HISTORICAL == 0 { 20_454 } else { -25_567 },
                officer: plan.officer,
                command: CommandId(hash::command_id(format!("golden {number}").as_bytes())),
                place,
                count,
                digest: (place == 0).then_some(digest),
                row: (plan.flags & IMPORTED != 0).then_some(Row { source: SOURCE, key }),
                body: &encoded,
                commitment: (plan.flags & CONFIDENTIAL != 0).then_some(commitment),
                signature: None,
            };
            out.push((what.clone(), seal(&envelope)));
        }
    }
    out
}

fn seal(envelope: &Envelope<'_>) -> Vec<u8> {
    let mut bytes = envelope.prefix().unwrap();
    if envelope.has(SIGNED) {
        let message = entry_message(envelope.ledger, &hash::signing(&bytes));
        bytes.extend(signer(envelope.officer).sign(&message));
    }
    bytes
}

fn body_of(bytes: &[u8]) -> Option<Body> {
    let envelope = entry::parse(bytes).unwrap();
    body::decode(envelope.event_type, envelope.event_version, envelope.body).unwrap()
}

/// The body as JSON, in the words that people read.
fn body_json(body: &Body) -> Value {
    macro_rules! by_type {
        ($($name:ident)*) => { match body { $(Body::$name(b) => serde_json::to_value(b).unwrap(),)* } };
    }
    by_type! {
        LedgerOpened PolicyAdopted OfficerEnrolled DistrictRegistered DistrictRetired FundEstablished
        FundClosed AllocationRecorded AllocationAdjusted AllocationTransferred FundsReserved
        ReservationReleased ProgrammeRegistered ProjectApproved ProjectCompleted ProjectTerminated
        ProjectClosedOut CommitmentMade CommitmentIncreased CommitmentReduced CommitmentClosed
        PayeeRegistered DisbursementRecorded RefundReceived FollowOnPledged FollowOnPaidIn
        FollowOnWithdrawn BalanceCarriedForward BalanceLapsed EntryReversed DocumentAttached
    LogKeyRotated OfficerRolesChanged OfficerKeyRotated OfficerRevoked ConfidentialErased
    LedgerRestored AnchorAdopted FundAmended BreachAcknowledged
    }
}

/// Everything that an entry's bytes say.
fn describe(bytes: &[u8]) -> Map<String, Value> {
    let e = entry::parse(bytes).unwrap();
    let text = |hash: Option<Hash>| hash.map(|hash| hash.to_string());
    let flags: Vec<&str> =
        FLAGS.iter().filter(|(bit, _)| e.has(*bit)).map(|(_, name)| *name).collect();
    let signing = e.signature.and_then(|_| prefix_of(bytes)).map(hash::signing);
    let body = body_of(bytes);
    let value = json!({
        "entry": to_hex(bytes),
        "hash": hash::entry(bytes).to_string(),
        "signing_hash": text(signing),
        "envelope": {
            "event_type": e.event_type,
            "event_version": e.event_version,
            "flags": flags,
            "ledger_id": e.ledger.to_string(),
            "index": e.index,
            "entry_id": e.id.to_string(),
            "previous": e.previous.to_string(),
            "recorded_at": e.recorded_at_microseconds,
            "occurred_on": earmark::domain::calendar::Date(e.occurred_on_days),
            "officer": e.officer,
            "command_id": e.command.to_string(),
            "place": e.place,
            "count": e.count,
            "command_digest": text(e.digest),
            "source": e.row.map(|row| row.source),
            "row_key": e.row.map(|row| to_hex(&row.key)),
            "commitment": text(e.commitment),
            "signature": e.signature.map(|signature| to_hex(&signature)),
        },
        "body_bytes": to_hex(e.body),
        "body": body.as_ref().map(body_json),
    });
    match value {
        Value::Object(map) => map,
        other => panic!("{other}"),
    }
}

fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

#[test]
fn golden_files_are_the_ones_this_release_makes() {
    let write = std::env::var_os("EARMARK_GOLDEN_WRITE").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (name, vector) in vectors() {
        let path = folder().join(&name);
        match std::fs::read_to_string(&path) {
            Ok(stored) if stored == pretty(&vector) => {}
            Ok(_) => wrong.push(format!("{name} differs from what this release writes")),
            Err(_) if write => {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, pretty(&vector)).unwrap();
            }
            Err(_) => wrong.push(format!("{name} is missing")),
        }
    }
    assert!(
        wrong.is_empty(),
        "golden vectors are append-only (EARMARK_GOLDEN_WRITE=1 adds missing ones, none is ever \
         changed):\n{}",
        wrong.join("\n")
    );
}

fn stored(subfolder: &str) -> Vec<(String, Value)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder().join(subfolder))
        .unwrap()
        .map(|item| item.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, serde_json::from_str(&text).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn hex_field(vector: &Value, name: &str) -> Vec<u8> {
    from_hex(vector[name].as_str().unwrap()).unwrap()
}

#[test]
fn stored_entries_are_read_for_ever_by_code_and_by_page() {
    let page = Page::read();
    let (mut walk, mut keys) = (Walk::new(None), Vec::new());
    let mut types = std::collections::BTreeSet::new();
    for (name, vector) in stored("entries") {
        let bytes = hex_field(&vector, "entry");
        let mut expected = vector.clone();
        expected.as_object_mut().unwrap().shift_remove("what");
        assert_eq!(Value::Object(describe(&bytes)), expected, "{name}");

        let envelope = entry::parse(&bytes).unwrap();
        let mut again = envelope.prefix().unwrap();
        again.extend(envelope.signature.into_iter().flatten());
        assert_eq!(again, bytes, "{name}");
        types.insert(envelope.event_type);

        let by_page = page.body(envelope.event_type, envelope.event_version, envelope.body);
        let order = |value: &Value| serde_json::to_string(value).unwrap();
        assert_eq!(order(&by_page), order(&vector["body"]), "{name}: the page says otherwise");

        let step = walk.step(&bytes).unwrap();
        if let Some(Body::OfficerEnrolled(b)) = body_of(&bytes) {
            let key = VerifyingKey::new(&b.key.0).unwrap();
            let message = enrol_message(envelope.ledger, b.name.as_str(), &b.key.0);
            assert!(key.verify(&message, &b.proof.0), "{name}");
            keys.push(key);
        }
        if let Some(completed) = step.completed {
            let key = &keys[usize::try_from(completed.officer).unwrap()];
            completed.check_signature(key).unwrap();
        }
    }
    walk.finish().unwrap();
    assert_eq!(types.len(), Body::TYPES.len());
}

#[test]
fn stored_orders_are_read_by_the_page_and_keep_their_digests() {
    let page = Page::read();
    let mut numbers = std::collections::BTreeSet::new();
    for (name, vector) in stored("orders") {
        let encoding = hex_field(&vector, "encoding");
        assert_eq!(hash::command_digest(&encoding).to_string(), vector["digest"], "{name}");
        let (number, by_page) = page.order(&encoding);
        let text = |value: &Value| serde_json::to_string(value).unwrap();
        assert_eq!(text(&by_page), text(&vector["order"]), "{name}: the page says otherwise");
        numbers.insert(number);
    }
    assert_eq!(numbers, page.commands.keys().copied().collect());
}

/// Every entry of the golden chain, for the tests of hostile bytes.
pub fn entries() -> Vec<Vec<u8>> {
    chain().into_iter().map(|(_, bytes)| bytes).collect()
}
