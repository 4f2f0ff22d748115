//! What the rules cannot judge, or refuse, in a log that is signed throughout: rules of a later release
//! are no break, and one refused entry does not take the ledger away from anybody who reads it.

use crate::book::{Log, book, entries_of, house_with, log_key, signed_by, verify_log};
use crate::both::{other, verify};
use crate::house::{House, ORIGIN, order};
use earmark::chain::body;
use earmark::chain::entry;
use earmark::chain::entry::LedgerId;
use earmark::chain::signature::{SeedSigner, Signer, enrol_message, log_key_message};
use earmark::domain::command::Command;
use earmark::domain::event::*;
use earmark::domain::ids::{Code, Text};
use earmark::domain::kinds::Role;
use earmark::domain::money::Amount;
use earmark::ledger::Reader;
use earmark::ledger::doctor::{Health, examine};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Outcome, Report, Tier, Trust, verify_store};
use std::path::Path;

fn officer() -> SeedSigner {
    SeedSigner::new(&[1; 32])
}

fn opened(entries: &[Vec<u8>]) -> LedgerOpened {
    match decoded(&entries[0]) {
        Body::LedgerOpened(opened) => opened,
        other => panic!("{other:?}"),
    }
}

fn decoded(bytes: &[u8]) -> Body {
    let e = entry::parse(bytes).unwrap();
    body::decode(e.event_type, e.event_version, e.body).unwrap().unwrap()
}

fn policy_of(entries: &[Vec<u8>], rule_set_version: u32) -> PolicyAdopted {
    let policy = Policy { rule_set_version, ..opened(entries).policy };
    PolicyAdopted { policy, filing: Filing::default() }
}

/// The last payment of the book once more, of so much.
fn payment_of(entries: &[Vec<u8>], yuan: i128) -> DisbursementRecorded {
    let payments = entries.iter().rev().filter_map(|bytes| match decoded(bytes) {
        Body::DisbursementRecorded(b) => Some(b),
        _ => None,
    });
    let (mut payment, last) =
        payments.fold((None, 0), |(first, most): (Option<DisbursementRecorded>, _), b| {
            (Some(first.unwrap_or_else(|| b.clone())), most.max(b.voucher_no))
        });
    let payment = payment.as_mut().unwrap();
    payment.splits[0].amount = Amount(yuan);
    payment.voucher_no = last + 1;
    payment.clone()
}

fn verified(log: &Path, key: &SeedSigner) -> Report {
    let key = VerifierKey::new(ORIGIN, &key.public_key()).unwrap();
    verify(log, &Tier::ALL, &Trust { key: Some(key), pin: None }).unwrap()
}

fn outcome(report: &Report, tier: Tier) -> Outcome {
    report.tiers.iter().find(|(other, _)| *other == tier).unwrap().1
}

/// Everything but the rules holds, and those are not checked from `index` on.
#[track_caller]
fn assert_not_checked_from(report: &Report, index: u64) {
    assert_eq!(report.faults, [], "an honest log is never accused");
    assert!(!report.is_whole() && !report.is_verified());
    for tier in [Tier::Chain, Tier::Signatures, Tier::Log] {
        assert_eq!(outcome(report, tier), Outcome::Passed, "{tier:?}");
    }
    assert_eq!(outcome(report, Tier::Rules), Outcome::NotCheckedFrom(index));
}

/// Under a rule set of a later release the log goes on with new officers, new keys and a new log key;
/// all of that is followed, and none of it is a break.
#[test]
fn a_rule_set_of_a_later_release_is_no_break_whatever_follows() {
    for rule_set in [0, RULE_SET + 1, RULE_SET + 9, u32::MAX] {
        let mut entries = entries_of(&book(false));
        let at = entries.len() as u64;
        let add = |entries: &mut Vec<Vec<u8>>, number, signer: &SeedSigner, body: Body| {
            let new = signed_by(entries, number, signer, body);
            entries.push(new);
        };
        let body = policy_of(&entries, rule_set).into();
        add(&mut entries, 0, &officer(), body);
        let ledger = LedgerId([9; 16]);
        let [li, next, log] = [4, 5, 6].map(|seed| SeedSigner::new(&[seed; 32]));
        let enrolled = OfficerEnrolled {
            number: 1,
            name: Text::new("li"),
            key: Bytes32(li.public_key()),
            proof: Bytes64(li.sign(&enrol_message(ledger, "li", &li.public_key()))),
            roles: vec![Role::Maker],
            limit: None,
            filing: Filing::default(),
        };
        add(&mut entries, 0, &officer(), enrolled.into());
        let body = payment_of(&entries, 7).into();
        add(&mut entries, 1, &li, body);
        let rotated = OfficerKeyRotated {
            number: 1,
            key: Bytes32(next.public_key()),
            proof: Bytes64(next.sign(&enrol_message(ledger, "li", &next.public_key()))),
            reason: None,
            filing: Filing::default(),
        };
        add(&mut entries, 1, &li, rotated.into());
        let body = payment_of(&entries, 8).into();
        add(&mut entries, 1, &next, body);
        let message = log_key_message(ledger, &log_key().public_key(), &log.public_key());
        let new_log = LogKeyRotated {
            key: Bytes32(log.public_key()),
            proof: Bytes64(log.sign(&message)),
            handover: Some(Bytes64(log_key().sign(&message))),
            reason: None,
            filing: Filing::default(),
        };
        add(&mut entries, 0, &officer(), new_log.clone().into());
        let revoked =
            OfficerRevoked { number: 1, reason: Text::new("left"), filing: Filing::default() };
        add(&mut entries, 0, &officer(), revoked.into());
        let published = Log::new();
        published.publish(&entries, &log);
        for key in [log_key(), SeedSigner::new(&[6; 32])] {
            assert_not_checked_from(&verified(&published.path(), &key), at);
        }

        // Who was revoked signs no more, and a proof or handover that does not verify is none.
        let mut after = entries.clone();
        add(&mut after, 1, &next, payment_of(&entries, 9).into());
        published.publish(&after, &log);
        let report = verified(&published.path(), &log);
        let fault = &report.faults[0];
        assert_eq!((fault.tier, fault.index), (Tier::Signatures, Some(after.len() as u64 - 1)));
        let mut forged = entries[..5 + usize::try_from(at).unwrap()].to_vec();
        let index = forged.len() as u64;
        let bad = LogKeyRotated { handover: Some(Bytes64(officer().sign(&message))), ..new_log };
        add(&mut forged, 0, &officer(), bad.into());
        published.publish(&forged, &log);
        let report = verified(&published.path(), &log);
        let fault = &report.faults[0];
        assert_eq!(
            (fault.tier, fault.index, fault.field.as_str()),
            (Tier::Signatures, Some(index), "handover")
        );
    }
}

/// The very first policy may be of a later release too.
#[test]
fn a_ledger_opened_under_a_later_rule_set_is_not_checked_from_its_first_entry() {
    let mut entries = entries_of(&book(false));
    let mut first = opened(&entries);
    first.policy.rule_set_version = RULE_SET + 1;
    let bytes = body::encode(&first.into()).unwrap();
    entries[0] = {
        let mut envelope = entry::parse(&entries[0]).unwrap();
        envelope.body = &bytes;
        envelope.prefix().unwrap()
    };
    crate::book::rehash(&mut entries, 1, Some(&officer()));
    let log = Log::new();
    log.publish(&entries, &log_key());
    assert_not_checked_from(&log.verify(), 0);
}

fn anchors(house: &House) -> earmark::edge::anchors::Anchors {
    house.outside().anchors
}

#[test]
fn a_later_rule_set_opens_for_reading_only_and_nothing_is_changed() {
    let mut entries = entries_of(&book(false));
    let new = signed_by(&entries, 0, &officer(), policy_of(&entries, RULE_SET + 1));
    entries.push(new);
    let house = house_with(&entries);
    for _ in 0..2 {
        let refused = house.try_open().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "read_only_ledger: entry 200 is of a type, or brings in a rule set, that this release does not \
             know\n  next: write with the release that made it; reading and verifying still work"
        );
    }
    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    assert!(reader.books(200, None).is_ok(), "what came before it can be read");
    assert_eq!(reader.books(201, None).unwrap_err().code(), "not_understood");
}

/// A payment of more than there is, signed by an officer who knew how: it counts, and until it is
/// acknowledged nobody writes. Afterwards both verifiers name it for ever, and go on past it where asked.
#[test]
fn an_entry_that_the_rules_refuse_is_named_and_everything_else_goes_on() {
    let mut entries = entries_of(&book(false));
    let new = signed_by(&entries, 0, &officer(), payment_of(&entries, 10_000_000));
    entries.push(new);
    let payee = PayeeRegistered {
        code: Code::new("AFTER"),
        name: Text::new("After"),
        name_zh: None,
        credit_code: None,
        accounts: Vec::new(),
        filing: Filing::default(),
    };
    let later = signed_by(&entries, 0, &officer(), payee);
    entries.push(later);
    let house = house_with(&entries);
    let log = house.ledger_folder().join("log");
    let report = verify_log(&log, None);
    let fault = &report.faults[0];
    assert_eq!(report.faults.len(), 1, "what comes after it is judged: {:?}", report.faults);
    assert_eq!((fault.tier, fault.index, fault.field.as_str()), (Tier::Rules, Some(200), "rules"));
    for tier in [Tier::Chain, Tier::Signatures, Tier::Log] {
        assert_eq!(outcome(&report, tier), Outcome::Passed, "{tier:?}");
    }
    // Twice: the first opening mends the copies, of which the log alone was left.
    for _ in 0..2 {
        let mut ledger = house.open();
        let refused = house.submit_as(&mut ledger, &order(close_fund()), None).unwrap_err();
        let text = refused.to_string();
        assert!(
            text.starts_with(
                "read_only_ledger: the command of entry 200 is signed, and the rules of its time refuse it \
                 (line_exceeded)"
            ) && text.contains("earmark breach acknowledge @200"),
            "{text}"
        );
        assert!(refused.details().contains(&("index", "200".to_owned())));
        ledger.close().unwrap();
    }
    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    let store = verify_store(&house.ledger_folder(), reader.archive()).unwrap();
    assert_eq!(store.faults, []);
    assert!(store.read.iter().any(|(name, count)| name == "sled" && *count == 202), "{store:?}");

    // It is read with everything in it.
    let after = reader.books(202, None).unwrap();
    assert!(after.names.payees.contains_key(&Code::new("AFTER")));
    let open: Vec<_> = after.state.open_breaches().map(|(first, _)| first).collect();
    assert_eq!(open, [200]);
    let examined = examine(&house.ledger_folder(), ORIGIN, &anchors(&house), true).unwrap();
    assert_eq!(examined.size, 202);
    let broken: Vec<_> =
        examined.observations.iter().filter(|seen| seen.health == Health::Broken).collect();
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0].words.starts_with("the command of entry 200 is signed, and the rules"));

    // The only administrator signed it, so there is nobody else.
    let mut ledger = house.open();
    house.submit(&mut ledger, order(acknowledge(200, "line_exceeded")));
    house.submit_as(&mut ledger, &order(close_fund()), None).unwrap_err();
    ledger.close().unwrap();
    let key = house.log_signer();
    let mut report = verified(&log, &key);
    assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
    assert_eq!((report.faults[0].index, report.faults[0].acknowledged), (Some(200), Some(202)));
    report.accept_breaches();
    assert!(report.is_verified(), "{:?} {:?}", report.faults, report.tiers);
    assert_eq!(report.accepted.len(), 1);
    let (status, said, err) =
        other(&log, &VerifierKey::new(ORIGIN, &key.public_key()).unwrap().to_string());
    assert_eq!((status, &said["breaches"][0]["acknowledged"]), (3, &202.into()), "{said}");
    assert!(err.contains("acknowledged at 202: entry 200, rules"), "{err}");
    let funds = &said["funds"];
    assert!(funds.as_object().is_some_and(|funds| !funds.is_empty()), "{said}");
    house.open().close().unwrap();
    assert_eq!(house.open().state().open_breaches().count(), 0);
}

fn close_fund() -> Command {
    Command::CloseFund(FundClosed {
        code: Code::new("NONE"),
        reason: None,
        filing: Filing::default(),
    })
}

fn acknowledge(first: u64, rule: &str) -> Command {
    let (rule, reason) = (Text::new(rule), Text::new("known"));
    Command::AcknowledgeBreach(BreachAcknowledged {
        first,
        rule,
        reason,
        filing: Filing::default(),
    })
}
