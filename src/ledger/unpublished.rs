//! Recorded, and not yet published: what a writer leaves for readers to know, who take no lock.
//!
//! A publish that fails takes nothing back: the entries are durable in the store, and the next opening or
//! `publish` makes them public. Until then the file `UNPUBLISHED` says how many the ledger has. It is a
//! hint and no more: readers hold it against the size of the log, and it may be missing.

use super::Ledger;
use crate::archive::medium::{Disk, Medium as _};
use crate::edge::durable::{self, Readers};
use crate::error::Error;
use std::path::Path;

/// The file in a ledger's folder.
pub const UNPUBLISHED_FILE: &str = "UNPUBLISHED";
/// The most bytes that are read of it.
const MAX_BYTES: usize = 32;

impl Ledger {
    /// Why the last publish failed, if it did: what is recorded since the log was published last, is not
    /// public yet.
    #[must_use]
    pub fn unpublished(&self) -> Option<&Error> {
        self.unpublished.as_ref()
    }

    /// [`Ledger::unpublished`], which is then forgotten: for a caller who has told it.
    pub fn take_unpublished(&mut self) -> Option<Error> {
        self.unpublished.take()
    }

    /// Keeps that a publish failed, for whoever asks, and for readers.
    pub(super) fn keep_unpublished(&mut self, error: Error) {
        let path = self.folder.join(UNPUBLISHED_FILE);
        let text = format!("{}\n", self.head.size);
        // Readers only miss a hint where even this cannot be written.
        durable::replace(&path, text.as_bytes(), Readers::Everyone).ok();
        self.unpublished = Some(error);
    }

    /// Forgets it: everything is published.
    pub(super) fn forget_unpublished(&mut self) {
        self.unpublished = None;
        let path = self.folder.join(UNPUBLISHED_FILE);
        if durable::is_there(&path).unwrap_or(true) {
            durable::remove(&path).ok();
        }
    }
}

/// How many entries of the ledger in `folder` are recorded and not in its log of `published` entries, as
/// far as its writer left word.
#[must_use]
pub fn unpublished_entries(folder: &Path, published: u64) -> u64 {
    let read = Disk.read(&folder.join(UNPUBLISHED_FILE), MAX_BYTES).ok().flatten();
    let text = read.and_then(|bytes| String::from_utf8(bytes).ok());
    let size = text.and_then(|text| text.trim().parse::<u64>().ok());
    size.unwrap_or(0).saturating_sub(published)
}
