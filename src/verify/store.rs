//! `--store`: every entry in sled and in the durability log against the log, and every sealed file
//! against its entry, under the LOCK.

use super::Fault;
use crate::archive::check::check;
use crate::archive::reader::ArchiveReader;
use crate::chain::walk::Likely;
use crate::edge::lock::LedgerLock;
use crate::error::Result;
use crate::store::{self, Copy};
use std::ops::Range;
use std::path::Path;

/// What a comparison of the store's copies found.
#[derive(Debug, Clone, Default)]
pub struct StoreReport {
    /// The copies that were read, with the number of entries each had.
    pub read: Vec<(String, u64)>,
    /// What differs from the log, or is damaged.
    pub faults: Vec<Fault>,
    /// What was unusual when the store was opened, and what it did about it, in words.
    pub notes: Vec<String>,
}

/// Entries of each copy that are in memory at a time.
const RANGE: u64 = 65_536;

/// Compares every entry in the store's copies with the archive.
///
/// Where something is wrong, in the store or in the log, the clean mark is left out, so that the next
/// opening for writing reads everything and heals.
///
/// # Errors
/// `locked` when another process has the ledger: never a pass. `Kind::Io`.
pub fn verify_store(ledger_folder: &Path, log: &ArchiveReader) -> Result<StoreReport> {
    let _lock = LedgerLock::acquire(ledger_folder)?;
    let (mut store, opening) = store::open(ledger_folder)?;
    let mut report = StoreReport { notes: opening.notes.clone(), ..StoreReport::default() };
    if let Some(words) = &opening.differs {
        report.fault("db", None, "copies that fit together".into(), words.clone());
    }
    let mut at = 0_u64;
    loop {
        let range = at..at.saturating_add(RANGE);
        let copies = store.copies(range.clone())?;
        let is_end = copies.iter().all(|copy| copy.entries.is_empty()) && at >= log.size();
        for copy in copies {
            report.compare(&copy, log, range.clone());
        }
        if is_end {
            break;
        }
        at = range.end;
    }
    if report.faults.is_empty()
        && let Ok(head) = store.head()
        && head.size < log.size()
    {
        let (expected, found) =
            (format!("{} entries", log.size()), format!("{} entries", head.size));
        report.fault("db", Some(head.size), expected, found);
    }
    let log_is_whole = check(log, None)?.damages.is_empty();
    if report.faults.is_empty() && log_is_whole && opening.clean {
        store.close()?;
    }
    super::sealed::compare(&mut report, ledger_folder, log)?;
    Ok(report)
}

impl StoreReport {
    pub(super) fn fault(
        &mut self,
        name: &str,
        index: Option<u64>,
        expected: String,
        found: String,
    ) {
        let fault = Fault {
            tier: super::Tier::Chain,
            index,
            file: Some(name.to_owned()),
            field: "store".to_owned(),
            expected,
            found,
            likely: Likely::Changed.to_string(),
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Where the log itself cannot be read, that is for the tiers to say; the rest is compared.
    fn compare(&mut self, copy: &Copy, log: &ArchiveReader, range: Range<u64>) {
        for damage in &copy.damage {
            self.fault(copy.name, None, "a readable copy".into(), damage.clone());
        }
        let count = u64::try_from(copy.entries.len()).unwrap_or(u64::MAX);
        match self.read.iter_mut().find(|(name, _)| name == copy.name) {
            Some((_, total)) => *total = total.saturating_add(count),
            None => self.read.push((copy.name.to_owned(), count)),
        }
        let mut published = log.entries(range).filter_map(Result::ok).peekable();
        for sealed in &copy.entries {
            while published.next_if(|of_log| of_log.index < sealed.index).is_some() {}
            let of_log = published.peek().filter(|of_log| of_log.index == sealed.index);
            if let Some(of_log) = of_log.filter(|of_log| of_log.hash != sealed.hash) {
                let (expected, found) = (of_log.hash.to_string(), sealed.hash.to_string());
                self.fault(copy.name, Some(sealed.index), expected, found);
            }
        }
    }
}
