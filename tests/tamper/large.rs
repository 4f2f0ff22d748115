//! A ledger of 2,000 entries: each of them flipped, dropped, swapped, repeated, and changed with the
//! chain made to fit again; every file of its log damaged in the same ways; and the whole of it
//! written anew under other keys. Nothing passes.
//!
//! What the chain sees and what the tree sees is asked apart: both have to object, each by itself.

use crate::book::{bundle, end_of, entries_of, import, log_key, pay, rehash, remade, start};
use crate::both::verify;
use crate::entries::regions;
use crate::house::{House, ORIGIN, folder, order, payee};
use earmark::archive::writer::ArchiveWriter;
use earmark::chain::body;
use earmark::chain::confidential::{Field, Fields};
use earmark::chain::entry::{self, Envelope, Sealed};
use earmark::chain::signature::{SeedSigner, Signer, enrol_message};
use earmark::domain::command::{Command, Order};
use earmark::domain::event::{Body, Bytes32, Bytes64, ConfidentialErased, Filing};
use earmark::domain::ids::Text;
use earmark::edge::anchors::Anchors;
use earmark::edge::home::Home;
use earmark::edge::pins::Pin;
use earmark::ledger::{Durability, Ledger, Submission};
use earmark::tlog::note::VerifierKey;
use earmark::verify::{Fault, Identity, Report, Tier, Trust};
use std::path::{Path, PathBuf};

const SIZE: usize = 2_000;
const WIDTH: usize = 256;

fn submit(house: &House, ledger: &mut Ledger, order: &Order, confidential: Option<&Fields>) {
    let submission = Submission {
        order,
        confidential,
        signer: &house.officer(),
        command_key: None,
        accept_clock: None,
        dry_run: false,
        until: Durability::Recorded,
    };
    ledger.submit(&submission).unwrap();
}

/// One-entry commands, imports of one and of several entries a row, confidential fields, an erasure.
pub(crate) fn large() -> House {
    let house = House::new();
    let mut ledger = start(&house);
    for index in 0..4 {
        let mut fields = Fields::default();
        fields.set(Field::BankAccount, &format!("0000 {index}")).unwrap();
        submit(&house, &mut ledger, &payee(&format!("S-{index}")), Some(&fields));
    }
    let (entry, legal_basis, filing) = (5, Text::new("request"), Filing::default());
    let erasure = Command::EraseConfidential(ConfidentialErased { entry, legal_basis, filing });
    submit(&house, &mut ledger, &order(erasure), None);
    pay(&house, &mut ledger, 20);
    import(&house, &mut ledger, (20, 60, 1));
    pay(&house, &mut ledger, 5);
    import(&house, &mut ledger, (14, 16, 3));
    let left = SIZE - usize::try_from(ledger.head().size).unwrap();
    import(&house, &mut ledger, (1, left, 1));
    assert_eq!(ledger.head().size, SIZE as u64);
    ledger.close().unwrap();
    house
}

/// A log that whoever holds `signer` made of entries.
pub(crate) struct Forged {
    folder: tempfile::TempDir,
}

impl Forged {
    pub(crate) fn new(entries: &[Vec<u8>], signer: &dyn Signer) -> Self {
        let forged = Self { folder: folder() };
        let mut archive = ArchiveWriter::open(&forged.path()).unwrap();
        let sealed: Vec<Sealed> = (0_u64..)
            .zip(entries)
            .map(|(index, bytes)| Sealed::new(index, bytes.clone()))
            .collect();
        archive.append(&sealed).unwrap();
        archive.publish(signer, ORIGIN, 1, &mut |_| Ok(())).unwrap();
        forged
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

pub(crate) fn key_of(signer: &dyn Signer) -> VerifierKey {
    VerifierKey::new(ORIGIN, &signer.public_key()).unwrap()
}

fn report(log: &Path, tiers: &[Tier]) -> Report {
    let trust = Trust { key: Some(key_of(&log_key())), pin: None };
    verify(log, tiers, &trust).unwrap()
}

/// The file of a bundle, in a log of [`SIZE`] entries.
fn bundle_file(number: usize) -> String {
    match SIZE - number * WIDTH {
        left if left < WIDTH => format!("tile/entries/{number:03}.p/{left}"),
        _ => format!("tile/entries/{number:03}"),
    }
}

/// A log of which bundles are replaced, and put back.
struct Scene {
    log: PathBuf,
    entries: Vec<Vec<u8>>,
    _house: House,
}

impl Scene {
    fn new() -> Self {
        let house = large();
        let entries = entries_of(&house);
        let log = house.ledger_folder().join("log");
        assert!(report(&log, &Tier::ALL).is_verified());
        Self { log, entries, _house: house }
    }

    /// Writes these entries from the bundle of `from` on; those beyond the last bundle go into it.
    fn put(&self, entries: &[Vec<u8>], from: usize) {
        let last = (SIZE - 1) / WIDTH;
        for number in from / WIDTH..=last {
            let end = if number == last { entries.len() } else { (number + 1) * WIDTH };
            let bytes = bundle(&entries[number * WIDTH..end]);
            std::fs::write(self.log.join(bundle_file(number)), bytes).unwrap();
        }
    }

    /// Chain and tree both object, and the first fault is at `index`.
    #[track_caller]
    fn check(&self, what: &str, entries: &[Vec<u8>], from: usize, index: usize) {
        assert_ne!(entries, self.entries, "{what} changed nothing");
        self.put(entries, from);
        // Signatures are what tells of the last entry, which no other vouches for.
        let tiers: &[Tier] = if from + 2 < SIZE {
            &[Tier::Chain, Tier::Log]
        } else {
            &[Tier::Chain, Tier::Signatures, Tier::Log]
        };
        let report = report(&self.log, tiers);
        self.put(&self.entries, from);
        assert!(!report.is_whole() && !report.is_verified(), "{what} passes");
        let of_log = |fault: &&Fault| fault.tier == Tier::Log;
        let (of_log, of_chain): (Vec<_>, Vec<_>) = report.faults.iter().partition(of_log);
        assert!(!of_log.is_empty(), "{what}: the tree does not object");
        let fault = of_chain.first().unwrap_or_else(|| panic!("{what}: the chain does not object"));
        assert_eq!(fault.index, Some(index as u64), "{what}: {:#?}", report.faults);
    }
}

/// A place in a region, another for every entry.
fn place(index: usize, begin: usize, end: usize) -> usize {
    begin + index.wrapping_mul(2_654_435_761) % (end - begin)
}

#[test]
fn every_entry_flipped_dropped_swapped_or_repeated_is_named() {
    let scene = Scene::new();
    for index in 0..SIZE {
        let mut entries = scene.entries.clone();
        let regions = regions(&entries[index]);
        let number = index % regions.len();
        let end = regions.get(number + 1).map_or(entries[index].len(), |(_, at)| *at);
        let at = place(index, regions[number].1, end);
        entries[index][at] ^= 1 << (index % 8);
        let region = regions[number].0;
        scene.check(&format!("byte {at} ({region}) of entry {index}"), &entries, index, index);

        if index + 1 < SIZE {
            let mut entries = scene.entries.clone();
            entries.remove(index);
            scene.check(&format!("entry {index} dropped"), &entries, index, index);
            let mut entries = scene.entries.clone();
            entries.swap(index, index + 1);
            scene.check(&format!("entry {index} swapped"), &entries, index, index);
            let mut entries = scene.entries.clone();
            entries.insert(index, entries[index].clone());
            scene.check(&format!("entry {index} repeated"), &entries, index, index + 1);
        }
    }
    assert!(report(&scene.log, &Tier::ALL).is_verified(), "everything was put back");
}

/// The last entry dropped or repeated: its command is not whole, or the log says another size.
#[test]
fn the_last_entry_dropped_or_repeated_is_seen() {
    let scene = Scene::new();
    let last = scene.entries.last().unwrap().clone();
    for entries in
        [scene.entries[..SIZE - 1].to_vec(), [scene.entries.clone(), vec![last]].concat()]
    {
        scene.put(&entries, SIZE - 1);
        let changed = report(&scene.log, &Tier::ALL);
        assert!(!changed.is_whole() && !changed.is_verified());
        // And by whoever makes the tree fit.
        let forged = Forged::new(&entries, &log_key());
        let forged = report(&forged.path(), &Tier::ALL);
        assert!(!forged.is_whole() && !forged.is_verified());
        assert!(forged.faults.iter().all(|fault| fault.tier != Tier::Log), "{:#?}", forged.faults);
        scene.put(&scene.entries, SIZE - 1);
    }
}

/// Whoever holds the log key, but no officer's, changes an entry and makes chain, tree and checkpoint
/// fit again: with the old signatures, and with new ones by a stranger.
#[test]
fn every_entry_changed_and_hashed_again_breaks_at_a_signature() {
    let entries = entries_of(&large());
    let stranger = SeedSigner::new(&[77; 32]);
    let tiers = [Tier::Chain, Tier::Signatures, Tier::Log];
    for index in 0..SIZE {
        let end = end_of(&entries, index);
        // Somebody who signs has to sign what ends a command; the rest is the same for every entry of it.
        let strangers = (end == index).then_some(Some(&stranger as &dyn Signer));
        for signer in [None].into_iter().chain(strangers) {
            let mut entries = entries.clone();
            entries[index] =
                remade(&entries[index], signer, |envelope| envelope.occurred_on_days -= 1);
            rehash(&mut entries, index + 1, signer);
            let forged = Forged::new(&entries, &log_key());
            let report = report(&forged.path(), &tiers);
            assert!(!report.is_whole() && !report.is_verified(), "entry {index} passes");
            let fault = report.faults.first().unwrap();
            assert_eq!((fault.tier, fault.index), (Tier::Signatures, Some(end as u64)), "{fault}");
            assert_eq!(fault.field, "signature");
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_of(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Neither whole nor verified; or the log does not even open.
#[track_caller]
fn refused(log: &Path, what: &str) {
    let trust = Trust { key: Some(key_of(&log_key())), pin: None };
    let Ok(report) = verify(log, &Tier::ALL, &trust) else { return };
    assert!(!report.is_whole() && !report.is_verified(), "{what} passes");
}

#[test]
fn every_file_flipped_dropped_cut_exchanged_or_copied_over_is_seen() {
    let entries = entries_of(&large());
    let forged = Forged::new(&entries, &log_key());
    let log = forged.path();
    assert!(report(&log, &Tier::ALL).is_verified());
    let files = files_of(&log);
    assert_eq!(files.len(), 1 + 8 + 8 + 1, "checkpoint, bundles, tiles of two levels: {files:#?}");
    for (number, path) in files.iter().enumerate() {
        let name = path.strip_prefix(&log).unwrap().display();
        let good = std::fs::read(path).unwrap();
        std::fs::remove_file(path).unwrap();
        refused(&log, &format!("{name} dropped"));
        std::fs::write(path, &good[..good.len() - 1]).unwrap();
        refused(&log, &format!("{name} cut"));
        for step in 0..24 {
            let mut bad = good.clone();
            let at = place(step * 31 + number, 0, good.len());
            bad[at] ^= 1 << (step % 8);
            std::fs::write(path, &bad).unwrap();
            refused(&log, &format!("byte {at} of {name}"));
        }
        for other in &files {
            let bytes = std::fs::read(other).unwrap();
            if other == path || bytes == good {
                continue;
            }
            // Copied over, and exchanged.
            std::fs::write(path, &bytes).unwrap();
            refused(&log, &format!("{} copied over {name}", other.display()));
            std::fs::write(other, &good).unwrap();
            refused(&log, &format!("{} and {name} exchanged", other.display()));
            std::fs::write(other, &bytes).unwrap();
        }
        std::fs::write(path, &good).unwrap();
    }
    assert!(report(&log, &Tier::ALL).is_verified(), "everything was put back");
}

/// The same ledger under keys of somebody else, from its first entry on.
fn written_anew(entries: &[Vec<u8>], officer: &SeedSigner, log: &SeedSigner) -> Vec<Vec<u8>> {
    let mut entries = entries.to_vec();
    for index in [0, 1] {
        let old = entries[index].clone();
        let envelope = entry::parse(&old).unwrap();
        let (number, version) = (envelope.event_type, envelope.event_version);
        let mut body = body::decode(number, version, envelope.body).unwrap().unwrap();
        match &mut body {
            Body::LedgerOpened(opened) => opened.log_key = Bytes32(log.public_key()),
            Body::OfficerEnrolled(enrolled) => {
                let key = officer.public_key();
                let message = enrol_message(envelope.ledger, enrolled.name.as_str(), &key);
                enrolled.key = Bytes32(key);
                enrolled.proof = Bytes64(officer.sign(&message));
            }
            other => panic!("{other:?}"),
        }
        let bytes = body::encode(&body).unwrap();
        let mut made = Envelope { body: &bytes, ..envelope }.prefix().unwrap();
        // `rehash` below chains and signs it again.
        made.extend(envelope.signature.into_iter().flatten());
        entries[index] = made;
    }
    rehash(&mut entries, 1, Some(officer));
    entries
}

#[test]
fn a_rewrite_of_everything_under_new_keys_is_not_pinned_or_refused() {
    let house = large();
    let entries = entries_of(&house);
    let (officer, log) = (SeedSigner::new(&[101; 32]), SeedSigner::new(&[102; 32]));
    let forged = Forged::new(&written_anew(&entries, &officer, &log), &log);
    let run = |trust: &Trust| verify(&forged.path(), &Tier::ALL, trust).unwrap();
    // It holds in itself, as it must; but nobody vouches for it, and it is not called verified.
    let unpinned = run(&Trust::default());
    assert!(unpinned.is_whole(), "{:#?}", unpinned.faults);
    assert!(!unpinned.is_verified());
    assert_eq!(unpinned.identity, Identity::NotPinned);
    // Whoever has the key, or a pin, of the true log sees another.
    let true_key = key_of(&log_key());
    let by_key = run(&Trust { key: Some(true_key.clone()), pin: None });
    assert!(!by_key.is_whole() && !by_key.is_verified());
    let honest = report(&house.ledger_folder().join("log"), &Tier::ALL);
    let pin = Pin {
        origin: ORIGIN.to_owned(),
        ledger: honest.ledger.unwrap(),
        genesis: honest.genesis.unwrap(),
        vkey: true_key.to_string(),
    };
    let by_pin = run(&Trust { key: None, pin: Some(pin.clone()) });
    assert!(!by_pin.is_whole() && !by_pin.is_verified());
    // Somebody who is given the new key with the copy is not helped by the pin.
    let both = run(&Trust { key: Some(key_of(&log)), pin: Some(pin.clone()) });
    assert!(!both.is_whole() && !both.is_verified(), "the pin names another genesis");

    // The program says so, too, with and without the pin.
    let home = folder();
    let said = || {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_earmark"))
            .args(["verify", "--from", forged.path().to_str().unwrap()])
            .env_clear()
            .env("EARMARK_HOME", home.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, text) = said();
    assert!(status == Some(3) && text.contains("NOT PINNED"), "{text}");
    assert!(!text.contains("Verified"), "{text}");
    Home::at(home.path()).known_logs().add(&pin).unwrap();
    let (status, text) = said();
    assert!(status == Some(3) && text.starts_with("BROKEN"), "{text}");

    // In the place of the true log, on the machine that has the anchor and the keys.
    let in_place = house.ledger_folder().join("log");
    std::fs::remove_dir_all(&in_place).unwrap();
    crate::house::copy_folder(&forged.path(), &in_place);
    for name in ["db", "wal"] {
        std::fs::remove_dir_all(house.ledger_folder().join(name)).unwrap();
    }
    let error = house.try_open().unwrap_err();
    assert!(["log_key_differs", "differs_from_anchor"].contains(&error.code()), "{error}");
    let anchors = Anchors::at(house.folder.path().join("home/anchors"));
    assert_eq!(anchors.read(ORIGIN).unwrap().unwrap().size, SIZE as u64, "the anchor stays");
}

/// An entry that another cites is in a damaged file: that file is named, and the one that cites it is
/// not blamed for breaking a rule.
#[test]
fn a_cited_entry_in_a_damaged_file_is_no_fault_of_the_rules() {
    let entries = entries_of(&large());
    let forged = Forged::new(&entries, &log_key());
    let path = forged.path().join("tile/entries/000");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(&path, &good[..good.len() - 1]).unwrap();
    let report = report(&forged.path(), &Tier::ALL);
    let of = |tier| report.faults.iter().filter(move |fault| fault.tier == tier);
    assert!(of(Tier::Log).any(|fault| fault.file.as_deref() == Some("tile/entries/000")));
    assert_eq!(of(Tier::Chain).next().unwrap().index, Some(255));
    assert_eq!(of(Tier::Rules).count(), 0, "{:#?}", report.faults);
    let rules = report.tiers.iter().find(|(tier, _)| *tier == Tier::Rules).unwrap();
    assert_eq!(rules.1, earmark::verify::Outcome::NotCheckedFrom(9));
}
