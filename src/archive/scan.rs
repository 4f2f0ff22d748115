//! Whatever entries a log folder still holds, damaged or not, for recovery.
//!
//! No checkpoint is needed and nothing is verified: entries come with the index that their place in
//! the files gives them, from every bundle and partial bundle that is there. Where two files hold
//! different bytes for an index, both come, and the caller sees which one chains.
//!
//! What it lacks on purpose: judgement, and speed.

use super::damage::Damage;
use super::folder::{CHECKPOINT, Folder};
use super::listing::every_tile;
use super::medium::{Disk, Medium};
use super::reader::first_index;
use crate::chain::entry::Sealed;
use crate::error::Result;
use crate::tlog::tile::{self, BundleEntries, Content, FULL_WIDTH, Tile};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

/// Something that a scan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An entry. Indices ascend, but one may come again with other bytes.
    Entry(Sealed),
    /// A file that is missing or damaged; the entries that it still gave came before.
    Damage(Damage),
}

/// The entries and damages of a log folder, one bundle in memory at a time; see [`scan`].
#[derive(Debug)]
pub struct Scan {
    folder: Folder,
    /// The widths found of each bundle, by number.
    bundles: BTreeMap<u64, BTreeSet<u16>>,
    /// Number of the next bundle that should be there.
    next: u64,
    /// One more than the highest index found.
    end: u64,
    /// Number of entries that the checkpoint says; 0 without one.
    promised: u64,
    ready: VecDeque<Found>,
}

/// Looks through a log folder. A folder that is not there has no entries and no damage.
///
/// # Errors
/// `Kind::Io` when the folder cannot be listed. A file that cannot be read is damage, no error.
pub fn scan(log_folder: &Path) -> Result<Scan> {
    scan_on(Arc::new(Disk), log_folder)
}

/// [`scan`] on another medium.
///
/// # Errors
/// As [`scan`].
pub fn scan_on(medium: Arc<dyn Medium>, log_folder: &Path) -> Result<Scan> {
    let folder = Folder::new(medium, log_folder);
    let mut bundles: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    every_tile(&folder, Content::Entries, &mut |bundle| {
        bundles.entry(bundle.index).or_default().insert(bundle.width);
    })?;
    let mut scan = Scan { folder, bundles, next: 0, end: 0, promised: 0, ready: VecDeque::new() };
    match scan.folder.checkpoint() {
        Ok(Some(signed)) => scan.promised = signed.checkpoint.size,
        Ok(None) if scan.bundles.is_empty() => {}
        Ok(None) => scan.damage(Damage::missing(CHECKPOINT, None)),
        Err(error) => scan.damage(Damage::from_error(&error, CHECKPOINT, None)),
    }
    Ok(scan)
}

impl Scan {
    fn damage(&mut self, damage: Damage) {
        self.ready.push_back(Found::Damage(damage));
    }

    /// Reports a bundle of which nothing is there, or not enough.
    fn miss(&mut self, number: u64, index: u64) {
        let bundle = tile::at(Content::Entries, number, self.promised);
        let full = Tile { content: Content::Entries, index: number, width: FULL_WIDTH };
        self.damage(Damage::missing(bundle.unwrap_or(full).path(), Some(index)));
    }

    /// What the checkpoint promises beyond the last entry.
    fn miss_the_rest(&mut self) {
        if self.end < self.promised {
            self.miss(self.end >> 8, self.end);
            self.promised = 0;
        }
    }

    fn read(&mut self, number: u64, widths: &BTreeSet<u16>) {
        let first = first_index(number);
        let full = Tile { content: Content::Entries, index: number, width: FULL_WIDTH };
        let mut seen: BTreeSet<(u64, Vec<u8>)> = BTreeSet::new();
        let mut damages = Vec::new();
        for width in widths.iter().rev() {
            let tile = Tile { width: *width, ..full };
            let file = match self.folder.tile(tile) {
                Ok(Some(file)) => file,
                // The writer deleted it since it was listed.
                Ok(None) => continue,
                Err(error) => {
                    damages.push(Damage::from_error(&error, &tile.path(), Some(first)));
                    continue;
                }
            };
            let entries = BundleEntries::new(&file.bytes).take(usize::from(*width)).zip(first..);
            seen.extend(entries.map(|(entry, index)| (index, entry.to_vec())));
            if let Err(error) = file.entries(*width) {
                damages.push(Damage::from_error(&error, &tile.path(), Some(first)));
            }
        }
        let after = |(index, _): &(u64, _)| index.saturating_add(1);
        self.end = seen.last().map_or(self.end, after);
        let entries = seen.into_iter().map(|(index, bytes)| Sealed::new(index, bytes));
        self.ready.extend(entries.map(Found::Entry));
        self.ready.extend(damages.into_iter().map(Found::Damage));
    }
}

impl Iterator for Scan {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        while self.ready.is_empty() {
            let Some((number, widths)) = self.bundles.pop_first() else {
                self.miss_the_rest();
                break;
            };
            if number > self.next {
                self.miss(self.next, first_index(self.next));
            }
            self.read(number, &widths);
            self.next = number.saturating_add(1);
        }
        self.ready.pop_front()
    }
}
