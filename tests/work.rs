//! What an import and a verification do, counted: four times the entries are four times the work, and no more.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "test code"
)]

mod house;

use earmark::archive::medium::{Disk, Medium};
use earmark::archive::reader::ArchiveReader;
use earmark::ledger::{LOG_FOLDER, Media, Reader, RowIn, RowOut};
use earmark::store::Store;
use earmark::store::counting::{CountingStore, Counts};
use earmark::verify::{Tier, Trust, verify};
use house::{House, allocation, fund, payee, payment};
use std::io::Result;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The disk, with what went over it counted.
#[derive(Debug, Default)]
struct Weighed {
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    files: AtomicU64,
    folders_synced: AtomicU64,
}

impl Weighed {
    fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn figures(&self) -> [u64; 4] {
        [&self.bytes_read, &self.bytes_written, &self.files, &self.folders_synced]
            .map(|counter| counter.load(Ordering::Relaxed))
    }
}

impl Medium for Weighed {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        let read = Disk.read(path, cap_bytes)?;
        Self::add(&self.bytes_read, read.as_ref().map_or(0, Vec::len));
        Ok(read)
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        Disk.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> Result<bool> {
        Disk.create_folder(folder)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()> {
        Self::add(&self.files, files.len());
        Self::add(&self.bytes_written, files.iter().map(|(_, bytes)| bytes.len()).sum());
        Disk.write(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        Disk.rename(from, to)
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()> {
        Self::add(&self.folders_synced, folders.len());
        Disk.sync_folders(folders)
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        Disk.remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> Result<()> {
        Disk.remove_folder(folder)
    }
}

fn weighing() -> (Media, Arc<Weighed>, Arc<Mutex<Arc<Counts>>>) {
    let (log, shared) = (Arc::new(Weighed::default()), Arc::new(Mutex::new(Arc::default())));
    let ours = Arc::clone(&shared);
    let open = move |folder: &Path| {
        let (store, opening) = earmark::store::open(folder)?;
        let (store, counts) = CountingStore::new(store);
        *ours.lock().unwrap() = counts;
        let store: Box<dyn Store> = Box::new(store);
        Ok((store, opening))
    };
    (Media { store: Box::new(open), log: Arc::clone(&log) as Arc<dyn Medium> }, log, shared)
}

/// Imports so many payments; gives the ledger and what was counted.
fn import(rows: u32) -> (House, Vec<u64>) {
    let house = House::new();
    let mut ledger = house.create();
    house.submit(&mut ledger, fund("PD-INFO"));
    house.submit(&mut ledger, payee("P-1"));
    house.submit(&mut ledger, allocation("PD-INFO:2026", 100_000_000));
    ledger.close().unwrap();
    let (media, log, counts) = weighing();
    let mut ledger = house.try_open_on(&media).unwrap();
    let signer = house.officer();
    let mut batch = ledger.batch("bank", &signer, None, false).unwrap();
    for number in 0..rows {
        let mut key = [0; 16];
        key[..4].copy_from_slice(&number.to_le_bytes());
        let orders = [payment("PD-INFO", "P-1", 1)];
        let row = RowIn { key, orders: &orders };
        if matches!(batch.admit(&row).unwrap(), RowOut::Full) {
            batch.seal().unwrap();
            assert!(matches!(batch.admit(&row).unwrap(), RowOut::Admitted { entries: 1, .. }));
        }
    }
    batch.finish().unwrap();
    let calls = counts.lock().unwrap().calls();
    ledger.close().unwrap();
    let mut counted = log.figures().to_vec();
    counted.extend([calls.append, calls.read, calls.sync, calls.bytes_put]);
    (house, counted)
}

/// Verifies by these tiers; gives what was read.
fn verified(house: &House, tiers: &[Tier]) -> Vec<u64> {
    let log = Arc::new(Weighed::default());
    let medium = Arc::clone(&log) as Arc<dyn Medium>;
    let archive = ArchiveReader::open_on(medium, &house.ledger_folder().join(LOG_FOLDER)).unwrap();
    let reader = Reader::of(archive);
    let caches = house.ledger_folder().join("cache");
    let report = verify(&reader, Some(&caches), tiers, &Trust::default(), &mut |_| {}).unwrap();
    assert!(report.is_whole(), "{:?}", report.faults);
    let cache = report.tiers.iter().find(|(tier, _)| *tier == Tier::Projections).unwrap();
    let asks = tiers.contains(&Tier::Projections);
    assert_eq!(
        cache.1 == earmark::verify::Outcome::Passed,
        asks,
        "the cache was held to a fresh run"
    );
    log.figures().to_vec()
}

#[test]
fn four_times_the_entries_are_four_times_the_work() {
    // Beyond the distance at which an import publishes for the first time, from where on it keeps the
    // readers' books along.
    let [(few, few_asked), (many, many_asked)] = [11_000, 44_000].map(import);
    let at_most = |what: &str, few: &[u64], many: &[u64]| {
        for (place, (few, many)) in few.iter().zip(many).enumerate() {
            assert!(2 * many <= 9 * few + 64, "{what}, figure {place}: {few} and {many}");
        }
    };
    at_most("import", &few_asked, &many_asked);
    for tiers in [&Tier::ALL[..], &[Tier::Chain, Tier::Log]] {
        at_most("verify", &verified(&few, tiers), &verified(&many, tiers));
    }
}
