//! A ledger of about 200 entries, and logs made of its entries by whoever holds the log key.

use crate::both::{judge, verify};
use crate::house::{House, ORIGIN, allocation, folder, fund, payee, payment};
use earmark::chain::entry::{self, Envelope};
use earmark::chain::hash;
use earmark::chain::signature::{SeedSigner, Signer, entry_message};
use earmark::ledger::{Ledger, Reader, RowIn, RowOut};
use earmark::tlog::checkpoint::Checkpoint;
use earmark::tlog::note::VerifierKey;
use earmark::tlog::tile;
use earmark::tlog::tree::{leaf_hash, root_of};
use earmark::verify::{Fault, Report, Tier, Trust};
use std::path::{Path, PathBuf};

/// Imports rows of so many entries each, `rows` of them to a command.
pub(crate) fn import(
    house: &House,
    ledger: &mut Ledger,
    (commands, rows, entries): (usize, usize, usize),
) {
    let signer = house.officer();
    let known = ledger.known_rows("bank").unwrap().len();
    let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
    for row in known..known + commands * rows {
        let key = hash::row_key([row.to_string().as_str()], 0);
        let orders: Vec<_> = (0..entries).map(|_| payment("PD-INFO", "P-1", 1)).collect();
        let admitted = batch.admit(&RowIn { key, orders: &orders }).unwrap();
        assert!(matches!(admitted, RowOut::Admitted { .. }), "{admitted:?}");
        if (row - known) % rows == rows - 1 {
            batch.seal().unwrap();
        }
    }
    batch.finish().unwrap();
}

pub(crate) fn start(house: &House) -> Ledger {
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 1_000_000));
    ledger
}

pub(crate) fn pay(house: &House, ledger: &mut Ledger, times: u64) {
    for _ in 0..times {
        house.submit(ledger, payment("PD-INFO", "P-1", 1));
    }
}

/// A ledger of 200 entries, of one-entry commands, imports of one and of several entries a row; it
/// ends as asked, and is closed.
pub(crate) fn book(ends_in_import: bool) -> House {
    let house = House::new();
    let mut ledger = start(&house);
    pay(&house, &mut ledger, 6);
    import(&house, &mut ledger, (3, 20, 1));
    pay(&house, &mut ledger, 4);
    import(&house, &mut ledger, (4, 5, 3));
    if ends_in_import {
        pay(&house, &mut ledger, 3);
        import(&house, &mut ledger, (2, 31, 1));
    } else {
        import(&house, &mut ledger, (2, 31, 1));
        pay(&house, &mut ledger, 3);
    }
    assert_eq!(ledger.head().size, 200);
    ledger.close().unwrap();
    house
}

/// The entries of a ledger, as published.
pub(crate) fn entries_of(house: &House) -> Vec<Vec<u8>> {
    let reader = Reader::open(&house.ledger_folder(), None).unwrap();
    let entries = reader.archive().entries(0..u64::MAX);
    entries.map(|sealed| sealed.unwrap().bytes).collect()
}

/// The last index of the command that entry `index` belongs to.
pub(crate) fn end_of(entries: &[Vec<u8>], index: usize) -> usize {
    let envelope = entry::parse(&entries[index]).unwrap();
    index + usize::from(envelope.count - envelope.place) - 1
}

/// An entry again with other fields; unsigned unless `signer` signs it, with its old signature if it
/// had one.
pub(crate) fn remade(
    bytes: &[u8],
    signer: Option<&dyn Signer>,
    change: impl FnOnce(&mut Envelope<'_>),
) -> Vec<u8> {
    let mut envelope = entry::parse(bytes).unwrap();
    change(&mut envelope);
    let mut new = envelope.prefix().unwrap();
    match (signer, envelope.signature) {
        (Some(signer), Some(_)) => {
            let message = entry_message(envelope.ledger, &hash::signing(&new));
            new.extend(signer.sign(&message));
        }
        (None, Some(signature)) => new.extend(signature),
        (_, None) => {}
    }
    new
}

/// Makes the chain fit again from entry `from` on: each `previous` and, with a signer, each signature.
pub(crate) fn rehash(entries: &mut [Vec<u8>], from: usize, signer: Option<&dyn Signer>) {
    for index in from.max(1)..entries.len() {
        let previous = hash::entry(&entries[index - 1]);
        entries[index] = remade(&entries[index], signer, |envelope| envelope.previous = previous);
    }
}

/// Who signs a checkpoint.
pub(crate) fn log_key() -> SeedSigner {
    SeedSigner::new(&[2; 32])
}

/// A log folder of fewer than 256 entries, which anybody could have made.
pub(crate) struct Log {
    folder: tempfile::TempDir,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { folder: folder() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Replaces everything: bundle, tile and checkpoint fit together.
    pub(crate) fn publish(&self, entries: &[Vec<u8>], signer: &dyn Signer) {
        std::fs::remove_dir_all(self.path()).ok();
        let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let width = entries.len();
        assert!((1..256).contains(&width));
        write(&self.path(), &format!("tile/0/000.p/{width}"), &tile::tile_bytes(&leaves));
        write(&self.path(), &format!("tile/entries/000.p/{width}"), &bundle(entries));
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: width as u64,
            root: root_of(&leaves),
            extensions: Vec::new(),
        };
        write(&self.path(), "checkpoint", checkpoint.sign(signer).unwrap().as_bytes());
    }

    /// Replaces the bundle of a log of `size` entries alone.
    pub(crate) fn replace_bundle(&self, size: usize, entries: &[Vec<u8>]) {
        write(&self.path(), &format!("tile/entries/000.p/{size}"), &bundle(entries));
    }

    pub(crate) fn verify(&self) -> Report {
        verify_log(&self.path(), None)
    }
}

pub(crate) fn bundle(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        assert!(tile::push_entry(&mut bytes, entry));
    }
    bytes
}

pub(crate) fn write(folder: &Path, file: &str, bytes: &[u8]) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The right log key from outside.
pub(crate) fn trusted() -> Trust {
    Trust { key: Some(VerifierKey::new(ORIGIN, &log_key().public_key()).unwrap()), pin: None }
}

/// Verifies with the right log key from outside.
pub(crate) fn verify_log(log: &Path, caches: Option<&Path>) -> Report {
    let trust = trusted();
    let Some(caches) = caches else { return verify(log, &Tier::ALL, &trust).unwrap() };
    let reader = Reader::open_log(log, Some(caches), None).unwrap();
    let report =
        earmark::verify::verify(&reader, Some(caches), &Tier::ALL, &trust, &mut |_| {}).unwrap();
    judge(log, &trust, &report);
    report
}

/// The fault that comes first: tier by tier, and in a tier by index.
#[track_caller]
pub(crate) fn first(report: &Report) -> &Fault {
    assert!(!report.is_whole() && !report.is_verified());
    report.faults.first().expect("what is not whole has a fault")
}

/// A ledger with keys and an anchor, of which nothing is left but a log of these entries.
pub(crate) fn house_with(entries: &[Vec<u8>]) -> House {
    let (house, log) = (House::new(), Log::new());
    house.create().close().unwrap();
    log.publish(entries, &log_key());
    for name in ["db", "wal", "log", "cache"] {
        std::fs::remove_dir_all(house.ledger_folder().join(name)).ok();
    }
    crate::house::copy_folder(&log.path(), &house.ledger_folder().join("log"));
    let anchors = house.outside().anchors;
    std::fs::remove_dir_all(anchors.path(ORIGIN).parent().unwrap()).unwrap();
    let note = std::fs::read_to_string(log.path().join("checkpoint")).unwrap();
    anchors.write(ORIGIN, &note).unwrap();
    house
}

/// One more entry, a command of its own, as an officer could have signed it whatever the rules say.
pub(crate) fn signed_by(
    entries: &[Vec<u8>],
    officer: u32,
    signer: &dyn Signer,
    body: impl Into<earmark::domain::event::Body>,
) -> Vec<u8> {
    let body = body.into();
    let before = entries.last().unwrap();
    let last = entry::parse(before).unwrap();
    let (event_type, event_version) = (body.number(), body.version());
    let bytes = earmark::chain::body::encode(&body).unwrap();
    let recorded_at_microseconds = last.recorded_at_microseconds + 1;
    let index = last.index + 1;
    let envelope = Envelope {
        event_type,
        event_version,
        flags: entry::SIGNED,
        index,
        id: entry::EntryId::new(recorded_at_microseconds, index).unwrap(),
        previous: hash::entry(before),
        recorded_at_microseconds,
        officer,
        command: entry::CommandId(u128::from(index).to_be_bytes()),
        place: 0,
        count: 1,
        digest: Some(hash::command_digest(&index.to_le_bytes())),
        row: None,
        body: &bytes,
        commitment: None,
        signature: None,
        ..last
    };
    let mut new = envelope.prefix().unwrap();
    new.extend(signer.sign(&entry_message(envelope.ledger, &hash::signing(&new))));
    new
}
