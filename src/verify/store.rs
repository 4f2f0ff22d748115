//! `--store`: every entry in sled and in the durability log against the log, and every sealed file
//! against its entry, under the LOCK.

use super::Fault;
use crate::archive::check::check;
use crate::archive::reader::ArchiveReader;
use crate::chain::breaks::Likely;
use crate::chain::hash::Hash;
use crate::edge::lock::LedgerLock;
use crate::error::{Kind, Result};
use crate::ledger::Reader;
use crate::ledger::reader::state::{self, Compared};
use crate::store::{self, Copy, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

/// What a comparison of the store's copies found.
#[derive(Debug, Clone, Default)]
pub struct StoreReport {
    /// The copies that were read, with the number of entries each had.
    pub read: Vec<(String, u64)>,
    /// What differs from the log, or is damaged.
    pub faults: Vec<Fault>,
    /// What of them could not be compared, because the log itself cannot be read there.
    pub not_compared: Vec<String>,
    /// What was unusual when the store was opened, and what it did about it, in words.
    pub notes: Vec<String>,
}

/// Entries of each copy that are in memory at a time.
const RANGE: u64 = 65_536;

/// Compares every entry in the store's copies with the archive, and the snapshot of the state with the state
/// that the archive gives.
///
/// Where something is wrong, in the store or in the log, a clean end is one no more, so that the next
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
    let there = log.bundles_there()?;
    let end = there.last().map_or(0, |last| last.saturating_add(1).saturating_mul(256));
    let mut published = Published::default();
    let mut at = 0_u64;
    loop {
        let range = at..at.saturating_add(RANGE);
        let copies = store.copies(range.clone())?;
        // What lies beyond a gap is compared too, however far it is.
        let rest = (range.end < end).then_some(range.end);
        let next = [store.next_held(range.end)?, rest].into_iter().flatten().min();
        published.read(log, &there, range)?;
        for copy in copies {
            report.compare(&copy, &published);
        }
        // A bundle begins at a multiple of 256.
        let Some(next) = next else { break };
        at = (next >> 8) << 8;
    }
    report.not_compared = published.unread_in_words();
    if report.faults.is_empty()
        && let Ok(head) = store.head()
        && head.size < published.end
    {
        let (expected, found) =
            (format!("{} entries", published.end), format!("{} entries", head.size));
        report.fault("db", Some(head.size), expected, found);
    }
    report.compare_state(store.as_ref(), log)?;
    let log_is_whole = check(log, None)?.damages.is_empty();
    if !report.faults.is_empty() || !log_is_whole {
        store.distrust()?;
    } else if opening.clean {
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
            acknowledged: None,
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// The snapshot of the state decides what is allowed: it is what the entries give.
    fn compare_state(&mut self, store: &dyn Store, log: &ArchiveReader) -> Result<()> {
        match state::compare(store, &Reader::of(log.clone()))? {
            Compared::None | Compared::Agrees(_) => {}
            Compared::Differs { size, expected, found } => {
                let root = |root| format!("the state after {size} entries, root {root}");
                self.fault("db", size.checked_sub(1), root(expected), root(found));
            }
            Compared::Damaged { size, why } => {
                let expected = format!("the state after {size} entries, whole");
                self.fault("db", size.checked_sub(1), expected, why);
            }
            Compared::Unknown { size, why } => self.notes.push(format!(
                "the snapshot of the state after {size} entries was not compared: {why}"
            )),
        }
        Ok(())
    }

    fn compare(&mut self, copy: &Copy, published: &Published) {
        for damage in &copy.damage {
            self.fault(copy.name, None, "a readable copy".into(), damage.clone());
        }
        let count = u64::try_from(copy.entries.len()).unwrap_or(u64::MAX);
        match self.read.iter_mut().find(|(name, _)| name == copy.name) {
            Some((_, total)) => *total = total.saturating_add(count),
            None => self.read.push((copy.name.to_owned(), count)),
        }
        for sealed in &copy.entries {
            let of_log = published.hashes.get(&sealed.index);
            if let Some(of_log) = of_log.filter(|of_log| **of_log != sealed.hash) {
                let (expected, found) = (of_log.to_string(), sealed.hash.to_string());
                self.fault(copy.name, Some(sealed.index), expected, found);
            }
        }
    }
}

/// What the log has in one range. A bundle that is damaged hides no other: what it held was not
/// compared, which is said, and what is wrong with it is for the tiers to say.
#[derive(Debug, Default)]
struct Published {
    hashes: BTreeMap<u64, Hash>,
    /// One more than the last index of an entry that could be read.
    end: u64,
    /// The first and last index of each stretch that could not be.
    unread: Vec<(u64, u64)>,
}

impl Published {
    fn read(
        &mut self,
        log: &ArchiveReader,
        there: &BTreeSet<u64>,
        range: Range<u64>,
    ) -> Result<()> {
        self.hashes.clear();
        let last = there.last().copied().unwrap_or(0);
        for number in (range.start >> 8)..(range.end >> 8) {
            let first = number.saturating_mul(256);
            if number > last || first >= log.size() {
                break;
            }
            let entries = match log.bundle_entries(number) {
                Err(error) if error.kind() != Kind::Break => return Err(error),
                Err(_) => {
                    self.skip(first, first.saturating_add(255).min(log.size().saturating_sub(1)));
                    continue;
                }
                Ok(entries) => entries,
            };
            for sealed in entries {
                self.end = sealed.index.saturating_add(1);
                self.hashes.insert(sealed.index, sealed.hash);
            }
        }
        Ok(())
    }

    fn skip(&mut self, first: u64, last: u64) {
        match self.unread.last_mut().filter(|(_, end)| end.saturating_add(1) == first) {
            Some((_, end)) => *end = last,
            None => self.unread.push((first, last)),
        }
    }

    fn unread_in_words(&self) -> Vec<String> {
        let words = |(first, last): &(u64, u64)| {
            format!("store, entries {first} to {last}: the log's own cannot be read")
        };
        self.unread.iter().map(words).collect()
    }
}
