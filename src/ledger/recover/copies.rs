//! What every copy of a ledger has, range by range, damaged or not.

use crate::archive::damage::Damage;
use crate::archive::medium::Medium;
use crate::archive::reader::ArchiveReader;
use crate::archive::scan::{Found, Scan, scan_on};
use crate::chain::entry::Sealed;
use crate::chain::hash::Hash;
use crate::error::Result;
use crate::ledger::checks::unless_damaged;
use crate::store::Store;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Entries of each copy that are in memory at a time.
const RANGE: u64 = 32_768;

/// The copy that something was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// sled or its durability log.
    Store,
    /// The archive.
    Archive,
}

/// Everything found in one range.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The entries, with the index that their place gives them.
    pub(super) entries: Vec<(Place, Sealed)>,
    /// What was damaged, in words.
    pub(super) damage: Vec<(Place, String)>,
}

/// The copies of one ledger.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) struct Copies<'a> {
    pub(in crate::ledger) store: &'a dyn Store,
    pub(in crate::ledger) medium: &'a Arc<dyn Medium>,
    pub(in crate::ledger) log: &'a Path,
}

impl<'a> Copies<'a> {
    /// Everything from index 0 on, in order.
    pub(super) fn sections(&self) -> Result<Sections<'a>> {
        let scan = scan_on(Arc::clone(self.medium), self.log)?.peekable();
        Ok(Sections { store: self.store, scan, at: Some(0) })
    }

    /// The published log, if it can be opened.
    ///
    /// # Errors
    /// `Kind::Io` when the machine cannot read it.
    pub(in crate::ledger) fn reader(&self) -> Result<Option<ArchiveReader>> {
        unless_damaged(ArchiveReader::open_on(Arc::clone(self.medium), self.log))
    }

    /// The entry at `index`, with this hash where the copies have more than one form of it, from whichever
    /// copy has it; the quick ways first.
    pub(super) fn entry(
        &self,
        reader: Option<&ArchiveReader>,
        index: u64,
        hash: Option<Hash>,
    ) -> Result<Option<Sealed>> {
        let fits =
            |sealed: &Sealed| sealed.index == index && hash.is_none_or(|hash| hash == sealed.hash);
        let range = index..index.saturating_add(1);
        let stored = unless_damaged(self.store.read(range.clone()))?.unwrap_or_default();
        if let Some(sealed) = stored.into_iter().find(fits) {
            return Ok(Some(sealed));
        }
        let archived = reader.map(|reader| unless_damaged(reader.entry(index))).transpose()?;
        if let Some(sealed) = archived.flatten().filter(fits) {
            return Ok(Some(sealed));
        }
        let copies = self.store.copies(range)?;
        if let Some(sealed) = copies.into_iter().flat_map(|copy| copy.entries).find(fits) {
            return Ok(Some(sealed));
        }
        let scanned = scan_on(Arc::clone(self.medium), self.log)?;
        let entries = scanned.filter_map(|found| match found {
            Found::Entry(sealed) => Some(sealed),
            Found::Damage(_) => None,
        });
        Ok(entries.take_while(|sealed| sealed.index <= index).find(fits))
    }
}

/// See [`Copies::sections`].
#[derive(Debug)]
pub(super) struct Sections<'a> {
    store: &'a dyn Store,
    scan: Peekable<Scan>,
    /// Where the next range begins; nothing once no copy has anything any more.
    at: Option<u64>,
}

impl Sections<'_> {
    /// The next range with the index where it ends: `u64::MAX` for the last one, then `None`. Where no copy
    /// has anything for a while, the range after it begins where one has.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Section)>> {
        let Some(at) = self.at else { return Ok(None) };
        let end = at.saturating_add(RANGE);
        let mut section = Section::default();
        self.read(at..end, &mut section)?;
        let scanned = self.scan.peek().and_then(|found| match found {
            Found::Entry(sealed) => Some(sealed.index.max(end)),
            // All of it before the next entry was read with the range.
            Found::Damage(_) => None,
        });
        let stored = self.store.next_held(end)?;
        self.at = [stored, scanned].into_iter().flatten().min().filter(|_| end < u64::MAX);
        Ok(Some((if self.at.is_some() { end } else { u64::MAX }, section)))
    }

    fn read(&mut self, range: Range<u64>, section: &mut Section) -> Result<()> {
        for copy in self.store.copies(range.clone())? {
            let words = |damage| (Place::Store, format!("{}: {damage}", copy.name));
            section.damage.extend(copy.damage.into_iter().map(words));
            section.entries.extend(copy.entries.into_iter().map(|sealed| (Place::Store, sealed)));
        }
        let within = |found: &Found| match found {
            Found::Entry(sealed) => sealed.index < range.end,
            Found::Damage(_) => true,
        };
        while let Some(found) = self.scan.next_if(within) {
            match found {
                Found::Entry(sealed) => section.entries.push((Place::Archive, sealed)),
                Found::Damage(damage) => {
                    Damage::check_readable(std::slice::from_ref(&damage))?;
                    section.damage.push((Place::Archive, format!("archive: {damage}")));
                }
            }
        }
        Ok(())
    }
}

/// The entries of a section that belong to a sequence of `size` entries, by index; `chosen` has the hash of
/// each of which the copies have more than one form.
pub(super) fn pick(
    section: Section,
    size: u64,
    chosen: &BTreeMap<u64, Hash>,
) -> BTreeMap<u64, Sealed> {
    let entries = section.entries.into_iter().map(|(_, sealed)| sealed);
    let is_ours = |sealed: &Sealed| {
        let hash = chosen.get(&sealed.index);
        sealed.index < size && hash.is_none_or(|hash| *hash == sealed.hash)
    };
    entries.filter(is_ours).map(|sealed| (sealed.index, sealed)).collect()
}
