//! Keys, revocations and rules over time: logs sealed by hand, as whoever holds the keys could, judged
//! by `verify` and by the independent verifier, which have to agree on everything but the rules.

use super::house::{House, ORIGIN, allocation, fund, payee, payment};
use super::{Said, both, run};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::body;
use earmark::chain::entry::{CommandId, EntryId, Envelope, LedgerId, SIGNED, Sealed};
use earmark::chain::hash::{self, Hash};
use earmark::chain::signature::{
    SeedSigner, Signer as _, enrol_message, entry_message, log_key_message,
};
use earmark::domain::apply::Cited;
use earmark::domain::calendar::Date;
use earmark::domain::command::{Command, Order};
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::kinds::Role;
use earmark::domain::money::Amount;
use earmark::domain::propose::propose;
use earmark::domain::state::{Journal, State};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Identity, Report, Tier, Trust};

const LEDGER: LedgerId = LedgerId([9; 16]);

fn key(seed: u8) -> SeedSigner {
    SeedSigner::new(&[seed; 32])
}

/// A log in the making. Officer 0 signs with key 1, the log with key 2, Wang (1) with key 4.
struct Book {
    entries: Vec<Vec<u8>>,
    state: State,
}

impl Book {
    /// Opened under a rule set by chen, with Wang enrolled in these roles.
    fn new(rule_set: u32, roles: &[Role]) -> Self {
        let house = House::new();
        let mut book = Self { entries: Vec::new(), state: State::default() };
        let Command::OpenLedger(mut opened, officer) = house.genesis().command else { panic!() };
        opened.policy.rule_set_version = rule_set;
        book.seal(0, &key(1), vec![opened.into(), officer.into()]);
        let public = key(4).public_key();
        let enrolled = OfficerEnrolled {
            number: 1,
            name: Text::new("wang"),
            key: Bytes32(public),
            proof: Bytes64(key(4).sign(&enrol_message(LEDGER, "wang", &public))),
            roles: roles.to_vec(),
            limit: Some(Amount(100)),
            filing: Filing::default(),
        };
        book.seal(0, &key(1), vec![enrolled.into()]);
        book
    }

    /// A command that no rule was asked about.
    fn seal(&mut self, officer: u32, signer: &SeedSigner, bodies: Vec<Body>) -> &mut Self {
        let count = u16::try_from(bodies.len()).unwrap();
        let number = self.entries.len();
        for (place, body) in (0_u16..).zip(&bodies) {
            let index = u64::try_from(self.entries.len()).unwrap();
            let recorded_at_microseconds = 1_785_000_000_000_000 + i64::try_from(index).unwrap();
            let (event_type, event_version) = (body.number(), body.version());
            let encoded = body::encode(body).unwrap();
            let last = place + 1 == count;
            let digest = hash::command_digest(b"by hand");
            let envelope = Envelope {
                event_type,
                event_version,
                flags: if last { SIGNED } else { 0 },
                ledger: LEDGER,
                index,
                id: EntryId::new(recorded_at_microseconds, index).unwrap(),
                previous: self.entries.last().map_or(Hash::ZERO, |bytes| hash::entry(bytes)),
                recorded_at_microseconds,
                occurred_on_days: 20_454,
                officer,
                command: CommandId(hash::command_id(format!("command {number}").as_bytes())),
                place,
                count,
                digest: (place == 0).then_some(digest),
                row: None,
                body: &encoded,
                commitment: None,
                signature: None,
            };
            let mut bytes = envelope.prefix().unwrap();
            if last {
                let message = entry_message(LEDGER, &hash::signing(&bytes));
                bytes.extend(signer.sign(&message));
            }
            self.entries.push(bytes);
            let event = Event {
                occurred_on: Date(20_454),
                historical: false,
                confidential: None,
                body: body.clone(),
            };
            let mut journal = Journal::on(&mut self.state);
            earmark::domain::apply::fold(&mut journal, &event, &Cited::new()).unwrap();
        }
        self
    }

    /// What an order asks for, sealed without a rule.
    fn order(&mut self, officer: u32, signer: &SeedSigner, order: &Order) -> &mut Self {
        let events = propose(&self.state, order, Date(20_454), &Cited::new()).unwrap();
        let bodies = events.into_iter().map(|event| event.body).collect();
        self.seal(officer, signer, bodies)
    }

    fn rotate_log(&mut self, new: u8, proof: &SeedSigner, old: Option<&SeedSigner>) -> &mut Self {
        let before = self.state.ledger.as_ref().unwrap().log_key;
        let public = key(new).public_key();
        let message = log_key_message(LEDGER, &before.0, &public);
        let rotated = LogKeyRotated {
            key: Bytes32(public),
            proof: Bytes64(proof.sign(&message)),
            handover: old.map(|old| Bytes64(old.sign(&message))),
            reason: None,
            filing: Filing::default(),
        };
        self.seal(0, &key(1), vec![rotated.into()])
    }

    /// The log as a checkpoint of this log key says it, judged under trust in another.
    fn judged(&self, signed_by: u8, trusted: u8) -> (Report, Said) {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut writer = ArchiveWriter::open(&log).unwrap();
        let sealed = (0..).zip(&self.entries).map(|(i, bytes)| Sealed::new(i, bytes.clone()));
        writer.append(&sealed.collect::<Vec<_>>()).unwrap();
        writer.publish(&key(signed_by), ORIGIN, 0, &mut |_| Ok(())).unwrap();
        let trusted = VerifierKey::new(ORIGIN, &key(trusted).public_key()).unwrap();
        let arguments = [log.to_str().unwrap(), "--log-key", &trusted.to_string()];
        let said = run("verify.py", &arguments);
        let trust = Trust { key: Some(trusted), pin: None };
        (both::verify(&log, &Tier::ALL, &trust).unwrap(), said)
    }

    /// Both call it good.
    #[track_caller]
    fn is_verified(&self, signed_by: u8, trusted: u8) {
        let (report, said) = self.judged(signed_by, trusted);
        assert!(report.is_verified(), "{:#?}", report.faults);
        assert_eq!(said.status, 0, "{said:?}");
    }

    /// Both find this first: tier and index, field; the words of the independent verifier.
    #[track_caller]
    fn is_broken(&self, signed_by: u8, trusted: u8, place: &str, words: &str) {
        let (report, said) = self.judged(signed_by, trusted);
        let first = report.faults.first().expect("a fault");
        let index = first.index.map_or(String::new(), |index| format!(" {index}"));
        assert_eq!(format!("{}{index} {}", first.tier.text(), first.field), place);
        assert_eq!(said.status, 3, "{said:?}");
        assert!(said.stderr.contains(words), "{}", said.stderr);
    }

    /// Only the rules object: to this entry, in these words.
    #[track_caller]
    fn is_against_the_rules(&self, index: u64, words: &str) {
        let (report, said) = self.judged(2, 2);
        let faults: Vec<_> =
            report.faults.iter().map(|f| (f.tier, f.index, f.found.clone())).collect();
        assert_eq!(faults, [(Tier::Rules, Some(index), words.to_owned())]);
        assert_eq!(said.status, 0, "the independent verifier knows no rules: {said:?}");
    }
}

fn fund_body() -> Body {
    let Command::EstablishFund(b) = fund("PD-INFO").command else { panic!() };
    b.into()
}

fn other_fund() -> Body {
    let Command::EstablishFund(b) = fund("SC-INFO").command else { panic!() };
    b.into()
}

fn new_key(number: u32, name: &str, new: u8) -> Body {
    let public = key(new).public_key();
    OfficerKeyRotated {
        number,
        key: Bytes32(public),
        proof: Bytes64(key(new).sign(&enrol_message(LEDGER, name, &public))),
        reason: None,
        filing: Filing::default(),
    }
    .into()
}

fn revoke(number: u32) -> Body {
    OfficerRevoked { number, reason: Text::new("left"), filing: Filing::default() }.into()
}

#[test]
fn trust_goes_on_by_the_old_keys_signature_alone() {
    let mut book = Book::new(2, &[Role::Maker]);
    book.is_verified(2, 2);
    book.rotate_log(5, &key(5), Some(&key(2))).seal(0, &key(1), vec![fund_body()]);
    book.is_verified(5, 2);
    book.is_verified(5, 5);
    // The old key signs nothing of this size any more.
    book.is_broken(2, 2, "log signature", "checkpoint, signature: expected one by");
    book.rotate_log(6, &key(6), Some(&key(5)));
    book.is_verified(6, 2);
    book.is_verified(6, 5);
    // A key that was lost hands nothing over: who trusted it trusts nothing now.
    book.rotate_log(7, &key(7), None);
    book.is_verified(7, 7);
    for old in [2, 5, 6] {
        let (report, said) = book.judged(7, old);
        let succession = report.succession.clone().unwrap();
        assert!(!succession.handed_over && !report.is_verified());
        assert_eq!(report.identity, Identity::NotPinned, "{:?}", report.faults);
        assert!(report.is_whole(), "{:?}", report.faults);
        let words = succession.to_string();
        assert!(words.contains("NOT handed over"), "{words}");
        assert_eq!(said.status, 3);
        assert!(
            said.stderr.contains("entry 6, handover: expected the log key before signs"),
            "{said:?}"
        );
    }
}

#[test]
fn whoever_brings_in_a_key_proves_to_have_it() {
    let mut book = Book::new(2, &[Role::Maker]);
    book.rotate_log(5, &key(5), Some(&key(8)));
    book.is_broken(
        5,
        5,
        "signatures 3 handover",
        "entry 3, handover: expected one by the old log key",
    );
    let mut book = Book::new(2, &[Role::Maker]);
    book.rotate_log(5, &key(8), Some(&key(2)));
    book.is_broken(5, 5, "signatures 3 proof", "entry 3, proof: expected one by the new log key");
    let mut book = Book::new(2, &[Role::Maker]);
    book.seal(0, &key(1), vec![new_key(1, "zhao", 6)]);
    book.is_broken(2, 2, "signatures 3 proof", "entry 3, proof: expected possession of the key");
}

#[test]
fn signatures_are_judged_by_the_keys_of_their_time() {
    let mut book = Book::new(2, &[Role::Maker]);
    book.seal(1, &key(4), vec![fund_body()]).seal(1, &key(4), vec![new_key(1, "wang", 6)]);
    let mut after = Book { entries: book.entries.clone(), state: book.state.clone() };
    after.seal(1, &key(6), vec![other_fund()]);
    after.is_verified(2, 2);
    book.seal(1, &key(4), vec![other_fund()]);
    book.is_broken(2, 2, "signatures 5 signature", "entry 5, signature: expected one by officer 1");
}

#[test]
fn a_revoked_officers_signature_counts_until_the_revocation() {
    let mut book = Book::new(2, &[Role::Maker]);
    book.seal(1, &key(4), vec![fund_body()]).seal(0, &key(1), vec![revoke(1)]);
    book.is_verified(2, 2);
    book.seal(1, &key(4), vec![other_fund()]);
    book.is_broken(
        2,
        2,
        "signatures 5 officer",
        "entry 5, officer: expected one who was not revoked",
    );
    let (report, _) = book.judged(2, 2);
    assert_eq!(report.faults[0].found, "officer 1, revoked at 4");
    let rules = report.faults.iter().find(|fault| fault.tier == Tier::Rules).unwrap();
    assert_eq!(rules.found, "officer_revoked: officer wang was revoked at @4");
}

#[test]
fn what_the_rules_of_its_time_would_have_refused_is_reported() {
    let mut book = Book::new(2, &[Role::Auditor]);
    book.seal(1, &key(4), vec![fund_body()]);
    book.is_against_the_rules(
        3,
        "role_required: FundEstablished is recorded by a maker; officer wang is auditor",
    );
    let spent = |by: u32, signer: u8| {
        let mut book = Book::new(2, &[Role::Maker]);
        book.order(0, &key(1), &fund("PD-INFO"));
        book.order(0, &key(1), &allocation("PD-INFO:2026", 1_000));
        book.order(0, &key(1), &payee("V-1"));
        book.order(by, &key(signer), &payment("PD-INFO", "V-1", if by == 0 { 1_001 } else { 101 }));
        book
    };
    spent(0, 1).is_against_the_rules(
        6,
        "line_exceeded: a line cannot be drawn below zero: line PD-INFO:2026 has CNY 10.00, asked \
         for CNY 10.01",
    );
    spent(1, 4).is_against_the_rules(
        6,
        "officer_limit: officer wang may move CNY 1.00 an entry, not CNY 1.01",
    );
    // What a command changes of roles counts from the next one on.
    let mut book = Book::new(2, &[Role::Maker]);
    let roles = vec![Role::Maker, Role::Administrator];
    let (limit, reason, filing) = (None, None, Filing::default());
    let more: Body = OfficerRolesChanged { number: 1, roles, limit, reason, filing }.into();
    book.seal(1, &key(4), vec![fund_body(), more]);
    book.is_against_the_rules(
        3,
        "role_required: OfficerRolesChanged is recorded by an administrator; officer wang is maker",
    );
}

#[test]
fn every_command_is_judged_by_the_rule_set_of_its_time() {
    let mut book = Book::new(1, &[Role::Auditor]);
    book.seal(1, &key(4), vec![fund_body()]);
    let policy = Policy { project_required: false, ..Policy::default() };
    assert_eq!(policy.rule_set_version, RULE_SET);
    let adopted: Body = PolicyAdopted { policy, filing: Filing::default() }.into();
    book.seal(0, &key(1), vec![adopted]);
    book.is_verified(2, 2);
    book.seal(1, &key(4), vec![other_fund()]);
    book.is_against_the_rules(
        5,
        "role_required: FundEstablished is recorded by a maker; officer wang is auditor",
    );
}
