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
    let named = "entry 4 is signed, and the rules of its time refuse it (fund_not_empty)";
    for line in
        ["payee register P-1 --name One", "allocate PD-INFO 2003 1", "reverse @3 --reason no"]
    {
        let ran = place.run(line);
        assert_eq!(ran.status, 3, "{line}");
        assert!(
            ran.err.contains("read_only_ledger: the command of ") && ran.err.contains(named),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("`earmark breach acknowledge @4 --reason TEXT`"), "{}", ran.err);
    }
    for line in ["balance", "funds", "report execution"] {
        let ran = place.ok(line);
        let head = "BREACH: the command of @4 is signed, and the rules refuse it (fund_not_empty)";
        assert!(ran.contains(head), "{line}: {ran}");
        let said = place.value(line);
        assert!(said["notes"][0].as_str().is_some_and(|note| note.starts_with(head)), "{said}");
        assert!(
            place.ok(&format!("{line} --lang zh")).contains("违规：自 @4 开始的命令已签名"),
            "{line}"
        );
    }
    assert!(place.ok("register").contains("BREACH: the command of @4"));
    // A workbook goes on by itself: it says so where it opens.
    for line in ["balance", "register", "funds", "officer list"] {
        place.ok(&format!("{line} -o book.xlsx"));
        let book =
            super::workbook::Workbook::open(&std::fs::read(place.path("book.xlsx")).unwrap());
        for sheet in [1, 2] {
            let cells = book.cells(sheet);
            let is_said =
                |cell: &super::workbook::Cell| cell.value.starts_with("BREACH: the command of @4");
            assert!(cells.values().any(is_said), "{line}: {cells:#?}");
        }
        assert!(book.cells(1)["A1"].value.starts_with("BREACH"), "{line}");
    }
    assert!(place.run("export csv").err.contains("BREACH: the command of @4"));
    assert!(place.ok("show @4").contains("the command of @4 is against fund_not_empty; nobody"));
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
        restored.out.contains("holds, but entry 4 is signed, and the rules of its time refuse it"),
        "{}",
        restored.out
    );
    let ran = place.run("balance --ledger again");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(place.run("payee register P-1 --name One --ledger again").status, 3);
}

/// The only administrator says what it was; the ledger is written to again, and names it for ever.
#[test]
fn what_is_acknowledged_is_gone_on_past_and_named_for_ever() {
    let place = Place::with_fund();
    assert_eq!(forge(&place), 4);
    let none = place.run("breach acknowledge @3 --reason none");
    assert!(none.status != 0 && none.err.contains("no_breach: "), "{}", none.err);
    let line = "breach acknowledge @4 --reason typed-by-a-script --command-id seen";
    let dry = place.ok(&format!("{line} --dry-run"));
    assert!(dry.contains("Would acknowledge") || dry.contains("against fund_not_empty"), "{dry}");
    let said = place.ok(line);
    assert!(said.contains("the command of @4, against fund_not_empty, acknowledged"), "{said}");
    assert!(place.ok(line).starts_with("Recorded before as @5,"));
    let again = place.run("breach acknowledge @4 --reason twice");
    assert!(again.err.starts_with("breach_closed: "), "{}", again.err);
    place.ok("payee register P-1 --name One");
    assert!(!place.ok("balance").contains("BREACH"));
    assert!(place.ok("show @4").contains("against fund_not_empty; acknowledged at @5"));
    let verdict = place.run("verify");
    assert_eq!(verdict.status, 3);
    assert!(verdict.out.contains("acknowledged at 5"), "{}", verdict.out);
    let verdict = place.ok("verify --accept-breaches");
    assert!(verdict.starts_with("Verified: 7 entries"), "{verdict}");
    assert!(verdict.contains("accepted: rules, entry 4, rules:"), "{verdict}");
    let verdict = place.value("verify --accept-breaches --store");
    assert_eq!(verdict["verify"]["accepted"][0]["acknowledged"], 5);
    assert_eq!(verdict["verify"]["figures"]["funds"][0]["fund"], "PD-INFO", "the sums are there");
    let chinese = place.ok("verify --accept-breaches --lang zh");
    assert!(chinese.contains("已接受: ") && chinese.contains("已在第 5 条确认"), "{chinese}");
    assert_eq!(place.value("doctor")["doctor"]["healthy"], true);
    let restored = place.ok("archive restore third --from pudong/log");
    assert!(restored.contains("was acknowledged at 5"), "{restored}");
    place.ok("payee register P-2 --name Two --ledger third");
}
