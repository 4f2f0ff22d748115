//! A store that does not say what it was given: one that comes up shorter than it was left, as sled does
//! where a read of its file fails once, and one whose index of command ids lost a key. Nothing is signed at
//! an index that a copy already has an entry at, and nothing is booked twice.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "test code"
)]

mod both;
mod house;
mod raw;

use base64::Engine as _;
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::entry::{self, CommandId, Head, Sealed, SealedCommand};
use earmark::chain::hash;
use earmark::chain::signature::{Signer, entry_message};
use earmark::error::{Kind, Result};
use earmark::ledger::{Media, Reader};
use earmark::store::{self, Appended, Copy, Opening, Part, Parts, Snapshot, Span, Store};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Tier, Trust, verify_store};
use house::{House, ORIGIN, allocation, fund, payee};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Shows the first entries only: from the start, or once it was rebuilt.
#[derive(Debug)]
struct Shortened {
    inner: Box<dyn Store>,
    shown: u64,
    is_short: bool,
}

impl Shortened {
    fn shown(&self) -> u64 {
        if self.is_short { self.shown } else { u64::MAX }
    }
}

impl Store for Shortened {
    fn head(&self) -> Result<Head> {
        let head = self.inner.head()?;
        let size = head.size.min(self.shown());
        let last = self.inner.read(size.saturating_sub(1)..size)?;
        let hash = last.last().map_or(Head::default().hash, |sealed| sealed.hash);
        Ok(Head { size, hash })
    }

    fn append(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        assert!(!self.is_short, "appended to a store that was read back short: {commands:?}");
        self.inner.append(expected, commands)
    }

    fn complete(&mut self, expected: Head, commands: &[SealedCommand]) -> Result<Appended> {
        assert!(!self.is_short, "appended to a store that was read back short: {commands:?}");
        self.inner.complete(expected, commands)
    }

    fn read(&self, range: Range<u64>) -> Result<Vec<Sealed>> {
        self.inner.read(range.start..range.end.min(self.shown()))
    }

    fn command(&self, id: CommandId) -> Result<Option<Span>> {
        Ok(self.inner.command(id)?.filter(|span| span.first < self.shown()))
    }

    fn snapshot(&self) -> Result<Option<Snapshot>> {
        self.inner.snapshot()
    }

    fn parts(&self) -> Result<Arc<dyn Parts>> {
        self.inner.parts()
    }

    fn put_snapshot(&mut self, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
        self.inner.put_snapshot(snapshot, parts)
    }

    fn forget_snapshot(&mut self) -> Result<()> {
        self.inner.forget_snapshot()
    }

    fn sync(&mut self) -> Result<()> {
        self.inner.sync()
    }

    fn release(&mut self, published: u64) -> Result<()> {
        self.inner.release(published)
    }

    fn next_held(&self, from: u64) -> Result<Option<u64>> {
        self.inner.next_held(from)
    }

    fn copies(&self, range: Range<u64>) -> Result<Vec<Copy>> {
        assert!(range.end - range.start <= 65_536, "asked for without bound: {range:?}");
        let mut copies = self.inner.copies(range)?;
        if !self.is_short {
            copies[0].damage.push("a page cannot be read".to_owned());
        }
        Ok(copies)
    }

    fn rebuild(
        &mut self,
        commands: &mut dyn Iterator<Item = Result<SealedCommand>>,
    ) -> Result<String> {
        let aside = self.inner.rebuild(commands)?;
        self.is_short = true;
        Ok(aside)
    }

    fn distrust(&self) -> Result<()> {
        self.inner.distrust()
    }

    fn close(&mut self) -> Result<()> {
        self.inner.close()
    }
}

fn shortened(folder: &Path, shown: u64) -> Result<(Box<dyn Store>, Opening)> {
    let (inner, opening) = store::open(folder)?;
    let opening = Opening { clean: false, ..opening };
    Ok((Box::new(Shortened { inner, shown, is_short: false }), opening))
}

#[test]
fn a_rebuilt_store_that_is_read_back_short_is_not_written_to() {
    for shown in 0..4 {
        let house = House::new();
        let mut ledger = house.create();
        house.submit(&mut ledger, fund("PD-INFO"));
        house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000));
        ledger.close().unwrap();
        let open = move |folder: &Path| shortened(folder, shown);
        let media = Media { store: Box::new(open), ..Media::default() };
        let error = house.try_open_on(&media).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("store_stands_elsewhere", Kind::Io), "{shown}");
        let said = error.message();
        assert!(said.contains("expected 4 entries"), "{said}");
        assert!(said.contains(&format!("found {shown}")), "{said}");

        let mut ledger = house.open();
        let receipt = house.submit(&mut ledger, payee("P-1"));
        assert_eq!(receipt.head.size, 5, "{shown}");
        ledger.close().unwrap();
    }
}

/// Removes the key of one command in sled alone; the mark of a clean end stands.
fn lose_key(folder: &Path, number: usize) -> bool {
    raw::with_sled(folder, |db| {
        let Some(key) = db.range([0x20]..[0x21]).keys().nth(number) else { return false };
        db.remove(key.unwrap()).unwrap();
        true
    })
}

#[test]
fn a_command_whose_id_was_lost_is_not_recorded_again() {
    let orders = [fund("PD-INFO"), allocation("PD-INFO:2026", 1_000), payee("P-1")];
    for lost in 0..4 {
        let house = House::new();
        let mut ledger = house.create();
        for (key, order) in (0_u8..).zip(&orders) {
            house.submit_as(&mut ledger, order, Some(&[key])).unwrap();
        }
        let size = ledger.head().size;
        ledger.close().unwrap();
        assert!(lose_key(&house.ledger_folder(), lost));

        let mut failed = 0;
        let mut again = |ledger: &mut earmark::ledger::Ledger| {
            for (key, order) in (0_u8..).zip(&orders) {
                match house.submit_as(ledger, order, Some(&[key])) {
                    Ok(receipt) => assert!(receipt.replayed, "{lost}: {key} was recorded again"),
                    Err(error) => {
                        assert_eq!(error.kind(), Kind::Break, "{error}");
                        assert!(error.hint().is_some(), "{error}");
                        failed += 1;
                    }
                }
            }
        };
        let mut ledger = house.open();
        again(&mut ledger);
        ledger.close().unwrap();
        // The next opening has found it and mended it; the key of the first command, which has none of
        // ours, nobody asked for.
        let mut ledger = house.open();
        again(&mut ledger);
        assert!(failed <= 1, "{failed}");
        assert_eq!(ledger.head().size, size);
        ledger.close().unwrap();
    }
}

/// The log of a ledger in which two commands have one id, signed by its officer and its log key: what a
/// release that lost an id could write.
fn with_an_id_twice(house: &House) -> u64 {
    let mut ledger = house.create();
    for order in [fund("PD-INFO"), payee("P-1"), payee("P-2"), payee("P-3")] {
        house.submit(&mut ledger, order);
    }
    let size = ledger.head().size;
    let entries: Vec<Sealed> = (0..size).map(|i| ledger.entry(i).unwrap().unwrap()).collect();
    ledger.close().unwrap();
    let first = entry::parse(&entries[3].bytes).unwrap().command;
    let mut forged: Vec<Sealed> = Vec::new();
    for (index, sealed) in (0..).zip(&entries) {
        let mut envelope = entry::parse(&sealed.bytes).unwrap();
        if index == 5 {
            envelope.command = first;
        }
        envelope.previous = forged.last().map(|sealed| sealed.hash).unwrap_or_default();
        let mut bytes = envelope.prefix().unwrap();
        if envelope.signature.is_some() {
            let message = entry_message(envelope.ledger, &hash::signing(&bytes));
            bytes.extend(house.officer().sign(&message));
        }
        forged.push(Sealed::new(index, bytes));
    }
    let folder = house.ledger_folder();
    for name in ["db", "wal", "log", "cache"] {
        std::fs::remove_dir_all(folder.join(name)).ok();
    }
    let mut writer = ArchiveWriter::open(&folder.join("log")).unwrap();
    writer.append(&forged).unwrap();
    writer.publish(&house.log_signer(), ORIGIN, 0, &mut |_| Ok(())).unwrap();
    let note = std::fs::read_to_string(folder.join("log/checkpoint")).unwrap();
    std::fs::remove_dir_all(folder.parent().unwrap().join("home/anchors")).unwrap();
    house.outside().anchors.write(ORIGIN, &note).unwrap();
    size
}

#[test]
fn a_log_with_an_id_twice_is_named_read_and_written_to_and_nothing_piles_up() {
    let house = House::new();
    let mut size = with_an_id_twice(&house);
    let names = || {
        let names = std::fs::read_dir(house.ledger_folder()).unwrap();
        names.map(|name| name.unwrap().file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    let mut ledger = house.open();
    let twice = "the command of entry 5 has the id of an earlier one";
    let said = |ledger: &earmark::ledger::Ledger| {
        ledger.notes().iter().filter(|note| note.starts_with(twice)).count()
    };
    assert_eq!(said(&ledger), 1, "{:?}", ledger.notes());
    let before = names();
    for number in 0..3 {
        house.submit(&mut ledger, payee(&format!("N-{number}")));
        size += 1;
        assert_eq!(ledger.head().size, size);
        // An end that is not clean: the next opening compares what came after the last sound place, or
        // everything where there is none, and has nothing to write anew.
        drop(ledger);
        if number == 1 {
            std::fs::remove_file(house.ledger_folder().join("wal/sound")).unwrap();
        }
        ledger = house.open();
        assert_eq!(said(&ledger), usize::from(number == 1), "{:?}", ledger.notes());
        assert!(names().is_subset(&before), "{:?}", names());
    }
    ledger.close().unwrap();

    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    let key = VerifierKey::new(ORIGIN, &house.log_signer().public_key()).unwrap();
    let trust = Trust { key: Some(key), pin: None };
    let report = both::verify(&house.ledger_folder().join("log"), &Tier::ALL, &trust).unwrap();
    let faults: Vec<_> =
        report.faults.iter().map(|fault| (fault.tier, fault.index, fault.field.as_str())).collect();
    assert_eq!(faults, [(Tier::Chain, Some(5), "command id")]);
    assert_eq!(report.head.size, size, "the chain is followed to its end");
    let store = verify_store(&house.ledger_folder(), reader.archive()).unwrap();
    assert_eq!(store.faults, []);
}

/// An Ed25519 seed as the private key file that holds it (PKCS#8).
fn pem(seed: [u8; 32]) -> String {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let text = base64::prelude::BASE64_STANDARD.encode([&head[..], &seed].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

#[test]
fn a_log_with_an_id_twice_is_restored_to_read_and_to_write() {
    let house = House::new();
    let size = with_an_id_twice(&house);
    let log = house.ledger_folder().join("log");
    let key = VerifierKey::new(ORIGIN, &house.log_signer().public_key()).unwrap().to_string();
    let place = tempfile::tempdir().unwrap();
    let run = |home: &str, words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_earmark"));
        command.args(words).current_dir(place.path()).env_clear();
        command.env("EARMARK_HOME", place.path().join(home));
        command.env("EARMARK_TEST_CLOCK", "2026-03-02T09:00:00+08:00");
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let from = log.to_str().unwrap();
    let restore = ["archive", "restore", "--from", from, "--log-key", &key];
    let twice = "holds, but the command of entry 5 has the id of an earlier one";

    let (status, out, err) = run("reader", &[&restore[..], &["copy"]].concat());
    assert!(status == 0 && out.contains(twice) && out.contains("It can be read"), "{out}{err}");
    let (status, out, err) = run("reader", &["--ledger", "copy", "payees"]);
    assert!(status == 0 && out.contains("P-3"), "{out}{err}");

    let keys = place.path().join("writer/keys");
    let name = format!("{}.pem", earmark::tlog::tree::sha256(ORIGIN.as_bytes()));
    for (folder, name, seed) in [("officers", "chen.pem", [1; 32]), ("log", &name, [2; 32])] {
        let path = keys.join(folder);
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join(name), pem(seed)).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(path.join(name), mode).unwrap();
    }
    let (status, out, err) = run("writer", &[&restore[..], &["again"]].concat());
    assert!(status == 0 && out.contains(twice) && out.contains("written to again"), "{out}{err}");
    let (status, out, err) =
        run("writer", &["--ledger", "again", "payee", "register", "N-1", "--name", "N"]);
    assert_eq!(status, 0, "{out}{err}");
    let (status, out, _) = run("writer", &["--ledger", "again", "verify"]);
    let breaks = out.lines().filter(|line| line.contains("break:")).count();
    assert!(status == 3 && breaks == 1 && out.contains("entry 5, command id"), "{out}");
    assert!(out.contains(&format!("at size {}", size + 2)), "{out}");
}
