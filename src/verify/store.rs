//! `--store`: every entry in sled and in the durability log against the log, under the LOCK.

use super::Fault;
use crate::archive::reader::ArchiveReader;
use crate::edge::lock::LedgerLock;
use crate::error::Result;
use crate::store;
use std::path::Path;

/// What a comparison of the store's copies found.
#[derive(Debug, Clone, Default)]
pub struct StoreReport {
    /// The copies that were read, with the number of entries each had.
    pub read: Vec<(String, u64)>,
    /// What differs from the log, or is damaged.
    pub faults: Vec<Fault>,
}

/// Compares every entry in the store's copies with the archive.
///
/// Where something is wrong the clean mark is left out, so that the next opening for writing reads
/// everything and heals.
///
/// # Errors
/// `locked` when another process has the ledger: never a pass. `Kind::Io`.
pub fn verify_store(ledger_folder: &Path, log: &ArchiveReader) -> Result<StoreReport> {
    const RANGE: u64 = 65_536;
    let _lock = LedgerLock::acquire(ledger_folder)?;
    let (mut store, opening) = store::open(ledger_folder)?;
    let mut report = StoreReport::default();
    let fault = |name: &str, index, expected: String, found: String| Fault {
        tier: super::Tier::Chain,
        index,
        file: Some(name.to_owned()),
        field: "store".to_owned(),
        expected,
        found,
        likely: "changed".to_owned(),
    };
    if let Some(words) = &opening.differs {
        report.faults.push(fault("db", None, "copies that fit together".into(), words.clone()));
    }
    let mut at = 0;
    loop {
        let mut any = false;
        let mut published = log.entries(at..at.saturating_add(RANGE));
        let published: Vec<_> = published.by_ref().collect::<Result<_>>()?;
        for copy in store.copies(at..at.saturating_add(RANGE))? {
            any |= !copy.entries.is_empty();
            for damage in copy.damage {
                let damage = fault(copy.name, None, "a readable copy".into(), damage);
                if !report.faults.contains(&damage) {
                    report.faults.push(damage);
                }
            }
            let count = u64::try_from(copy.entries.len()).unwrap_or(u64::MAX);
            match report.read.iter_mut().find(|(name, _)| name == copy.name) {
                Some((_, total)) => *total = total.saturating_add(count),
                None => report.read.push((copy.name.to_owned(), count)),
            }
            for sealed in &copy.entries {
                let place = sealed.index.checked_sub(at).and_then(|n| usize::try_from(n).ok());
                let of_log = place.and_then(|place| published.get(place));
                if let Some(of_log) = of_log.filter(|of_log| of_log.hash != sealed.hash) {
                    let (expected, found) = (of_log.hash.to_string(), sealed.hash.to_string());
                    report.faults.push(fault(copy.name, Some(sealed.index), expected, found));
                }
            }
        }
        at = at.saturating_add(RANGE);
        if !any && at >= log.size() {
            break;
        }
    }
    if report.faults.is_empty()
        && let Ok(head) = store.head()
        && head.size < log.size()
    {
        let (expected, found) =
            (format!("{} entries", log.size()), format!("{} entries", head.size));
        report.faults.push(fault("db", Some(head.size), expected, found));
    }
    if report.faults.is_empty() && opening.clean {
        store.close()?;
    }
    Ok(report)
}
