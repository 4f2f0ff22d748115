//! Entries that decide, held against the signed checkpoint.
//!
//! Pages of sled carry checksums, which anybody can make: an entry below the published size counts
//! only if its leaf is the one in the tree of the checkpoint that the log key signed. Tiles that were
//! verified are kept. What it lacks on purpose: entries that are not published yet. They were written
//! by this session, or followed and checked by the recovery before it.

use super::{Ledger, event_of};
use crate::archive::writer::ArchiveWriter;
use crate::chain::entry::Sealed;
use crate::domain::event::Event;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::tlog::tiled_tree::TiledTree;
use crate::tlog::tree::leaf_hash;
use std::cell::RefCell;

/// The tree of the published log, as far as its tiles were read and verified.
#[derive(Debug, Default)]
pub(super) struct Proven {
    tree: RefCell<Option<TiledTree<'static>>>,
}

impl Proven {
    /// The event at `index`, if the store has an entry there and its type is known.
    ///
    /// # Errors
    /// As [`Proven::check`]; `Kind::Break` or `Kind::Io` when the store cannot be read.
    pub(super) fn event(
        &self,
        store: &dyn Store,
        archive: &ArchiveWriter,
        index: u64,
    ) -> Result<Option<Event>> {
        let found = store.read(index..index.saturating_add(1))?.into_iter().next();
        let Some(sealed) = found else { return Ok(None) };
        self.check(archive, &sealed)?;
        event_of(&sealed)
    }

    /// An entry below the published size is the one of the signed checkpoint.
    ///
    /// # Errors
    /// `entry_unproven` (`Kind::Break`); what damaged tiles are called; `Kind::Io` when they cannot be
    /// read.
    pub(super) fn check(&self, archive: &ArchiveWriter, sealed: &Sealed) -> Result<()> {
        let Some(published) = archive.published().filter(|p| sealed.index < p.size) else {
            return Ok(());
        };
        let mut kept = self.tree.borrow_mut();
        // A tree of a smaller size still says what it said.
        let tree = match kept.take().filter(|tree| sealed.index < tree.size()) {
            Some(tree) => kept.insert(tree),
            None => {
                let reader = archive.reader()?;
                if (reader.size(), reader.root()) != (published.size, published.root) {
                    return Err(unproven(sealed.index, "the checkpoint was changed meanwhile"));
                }
                kept.insert(reader.into_tree()?)
            }
        };
        let (expected, found) = (tree.leaf(sealed.index)?, leaf_hash(&sealed.bytes));
        if expected == found {
            return Ok(());
        }
        let words = format!("the store's has the leaf {found}, the published log {expected}");
        Err(unproven(sealed.index, &words)
            .with_detail("expected", expected)
            .with_detail("found", found))
    }
}

impl Ledger {
    /// The event at `index`, if there is an entry and its type is known: what commands cite. An entry that
    /// is published is held against the signed checkpoint.
    ///
    /// # Errors
    /// `entry_unproven`, or a damaged tile (`Kind::Break`): the next opening then looks at every copy;
    /// `Kind::Io` when the store or a tile cannot be read.
    pub fn event(&self, index: u64) -> Result<Option<Event>> {
        if index >= self.head().size {
            return self.entry(index)?.map_or(Ok(None), |sealed| event_of(&sealed));
        }
        let found = self.proven.event(self.store.as_ref(), &self.archive, index);
        if found.as_ref().is_err_and(|error| error.kind() == Kind::Break) {
            self.store.distrust()?;
        }
        found
    }
}

fn unproven(index: u64, words: &str) -> Error {
    let message = format!("entry {index} is not the one that was published: {words}");
    Error::new(Kind::Break, "entry_unproven", message).with_detail("index", index).with_hint(
        "nothing was written; run it again: opening then compares all copies and mends the store",
    )
}
