//! A ledger with an entry that is signed and that the rules refuse: read, examined, restored, and never
//! written to; each names the entry.

use super::{Place, copy_folder};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::entry::{self, CommandId, EntryId, Envelope, SIGNED, Sealed};
use earmark::chain::signature::{Signer, entry_message};
use earmark::chain::{body, hash};
use earmark::domain::event::{Body, Filing, FundClosed};
use earmark::domain::ids::Code;
use earmark::edge::home::Home;
use earmark::ledger::Reader;

/// Adds an entry that closes a fund with money in it, signed by the officer and published by the log key:
/// what an officer with a changed program can do. The other copies are gone.
fn forge(place: &Place) -> u64 {
    let log = place.path("pudong/log");
    let reader = Reader::open(&place.path("pudong"), None).unwrap();
    let mut sealed: Vec<Sealed> =
        reader.archive().entries(0..u64::MAX).map(|sealed| sealed.unwrap()).collect();
    let before = sealed.last().unwrap().clone();
    let last = entry::parse(&before.bytes).unwrap();
    let closed = Body::from(FundClosed {
        code: Code::new("PD-INFO"),
        reason: None,
        filing: Filing::default(),
    });
    let (event_type, event_version) = (closed.number(), closed.version());
    let bytes = body::encode(&closed).unwrap();
    let recorded_at_microseconds = last.recorded_at_microseconds + 1;
    let index = before.index + 1;
    let envelope = Envelope {
        event_type,
        event_version,
        flags: SIGNED,
        index,
        id: EntryId::new(recorded_at_microseconds, 7).unwrap(),
        previous: before.hash,
        recorded_at_microseconds,
        command: CommandId([77; 16]),
        place: 0,
        count: 1,
        digest: Some(hash::command_digest(b"forged")),
        row: None,
        body: &bytes,
        commitment: None,
        signature: None,
        ..last
    };
    let keys = Home::at(place.path("user")).keys();
    let mut forged = envelope.prefix().unwrap();
    let message = entry_message(last.ledger, &hash::signing(&forged));
    forged.extend(keys.officer("li").unwrap().sign(&message));
    sealed.push(Sealed::new(index, forged));
    for name in ["log", "db", "wal", "cache"] {
        std::fs::remove_dir_all(place.path("pudong").join(name)).ok();
    }
    let mut writer = ArchiveWriter::open(&log).unwrap();
    writer.append(&sealed).unwrap();
    let log_key = keys.log("example.org/pudong").unwrap();
    writer.publish(&log_key, "example.org/pudong", 0, &mut |_| Ok(())).unwrap();
    index
}

#[test]
fn a_signed_entry_that_the_rules_refuse_leaves_a_ledger_to_read() {
    let place = Place::with_fund();
    let refused = forge(&place);
    assert_eq!(refused, 4);
    for line in ["balance", "register", "show @4", "funds", "stats", "report execution"] {
        assert_eq!(place.run(line).status, 0, "{line}");
    }
    let verdict = place.value("verify");
    assert_eq!(verdict["verify"]["tiers"]["rules"], "broken");
    assert_eq!(place.run("verify").status, 3);
    let named = "entry 4 is signed, and the rules of its time refuse it: fund_not_empty";
    for line in ["payee register P-1 --name One", "publish", "allocate PD-INFO 2003 1"] {
        let ran = place.run(line);
        assert_eq!(ran.status, 3, "{line}");
        assert!(ran.err.contains(&format!("read_only_ledger: {named}")), "{line}: {}", ran.err);
        assert!(ran.err.contains("it can be read, and not written to"), "{line}: {}", ran.err);
    }
    let doctor = place.run("doctor");
    assert_eq!(doctor.status, 3);
    assert!(
        doctor.out.contains("5 entries that verify") && doctor.out.contains(named),
        "{}",
        doctor.out
    );
    let fixed = place.run("doctor --fix");
    assert!(fixed.status == 3 && fixed.out.contains(named), "{} {}", fixed.out, fixed.err);

    // A copy of it is restored to be read, and says why.
    copy_folder(&place.path("pudong"), &place.path("copy"));
    let restored = place.run("archive restore again --from copy");
    assert_eq!(restored.status, 3, "{}", restored.err);
    assert!(restored.out.contains("Restored 5 entries"), "{}", restored.out);
    assert!(
        restored.out.contains(&format!("It can be read, and not written to: {named}")),
        "{}",
        restored.out
    );
    let ran = place.run("balance --ledger again");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_ne!(place.run("payee register P-1 --name One --ledger again").status, 0);
}
