//! The tier `projections`: a cache that is there equals a fresh run, and is signed as a reader asks.

use super::Run;
use crate::ledger::reader::Reader;
use crate::ledger::reader::cache::{self, Contents, Glance};
use crate::tlog::note::VerifierKey;
use crate::verify::{Fault, Tier, Trust};
use std::path::Path;

/// A cache, if there is one; or why it cannot be one.
pub(super) type FoundCache = std::result::Result<Option<Glance>, String>;

/// Entries that may be recorded between a look at the log and one at its cache.
const NEWER: u64 = 1_000;

/// A cache that is there is read whoever signed it; `Err` says why it cannot be one. One that a writer
/// made since this log was opened cannot be judged at this size, and is not.
pub(super) fn read_cache(folder: &Path, reader: &Reader) -> FoundCache {
    // The size in the checkpoint is anybody's word; the files of the log are not.
    let most = reader.archive().most_entries().map_err(|error| error.message().to_owned())?;
    let cache = cache::glance(folder, most.saturating_add(NEWER))?;
    let Some(ahead) = cache.as_ref().map(|cache| cache.head.size) else { return Ok(None) };
    let size = reader.size();
    if ahead > size {
        let mut now = reader.archive().clone();
        let is_newer = now.refresh().is_ok() && ahead <= now.size();
        return if is_newer {
            Ok(None)
        } else {
            Err(format!("a cache of {ahead} entries of a log of {size}"))
        };
    }
    Ok(cache)
}

pub(super) fn cached_size(cache: &FoundCache) -> u64 {
    match cache {
        Ok(Some(cache)) => cache.head.size,
        Ok(None) | Err(_) => 0,
    }
}

impl Run<'_> {
    /// A cache equals a fresh run: byte for byte, by its digest.
    pub(super) fn compare_cache(&mut self) {
        let Ok(Some(cache)) = &self.cache else { return };
        self.compared = Some(cache.file);
        let walk = self.replay.walk();
        let books = &self.folding.tally().books;
        let same = walk.ledger().is_some_and(|ledger| {
            cache.holds(&Contents {
                ledger: ledger.0,
                head: walk.head(),
                recorded_at_microseconds: walk.recorded_at_microseconds(),
                books: books.with_state(self.replay.state()),
            })
        });
        if !same {
            let size = cache.head.size;
            self.cache_fault(format!("a fresh run over {size} entries"), "other contents".into());
        }
    }

    /// The cache that is there was compared, in this run or in the one that left the bookmark.
    pub(super) fn is_compared(&self) -> bool {
        let digest = self.cache.as_ref().ok().and_then(Option::as_ref).map(|cache| cache.file);
        self.compared.is_some() && self.compared == digest
    }

    fn cache_fault(&mut self, expected: String, found: String) {
        if self.wants(Tier::Projections) {
            self.faults.push(Fault {
                tier: Tier::Projections,
                index: None,
                file: Some("cache/projections".to_owned()),
                field: "contents".to_owned(),
                expected,
                found,
                likely: "changed".to_owned(),
                acknowledged: None,
            });
        }
    }

    /// A cache was equal to a fresh run, and is signed by the key that a reader asks for.
    pub(super) fn finish_cache(&mut self, reader: &Reader, trust: &Trust, caches: Option<&Path>) {
        let size = cached_size(&self.cache);
        match &self.cache {
            // The release that made it knows more of it; a reader of this one reads the log instead.
            Err(_) if self.is_cache_of_other_release(caches) => self.cache = Ok(None),
            Err(words) => self.cache_fault("a cache of this log".to_owned(), words.clone()),
            Ok(Some(_)) if !self.is_compared() && self.stopped().is_none() => {
                let found = format!("one of {size} entries, inside a command");
                self.cache_fault("a cache that ends with a command".to_owned(), found);
            }
            Ok(Some(_)) => {
                // A reader uses only a cache of the present key; an older one is still what it was.
                let facts = self.facts().filter(|facts| facts.log_key_at(size) != facts.log_key);
                let origin = &reader.archive().checkpoint().origin;
                let former =
                    facts.and_then(|f| VerifierKey::new(origin, &f.log_key_at(size).0).ok());
                let now = trust.key.clone().or_else(|| self.claimed_key(reader));
                let key = former.or(now);
                let signed = key.as_ref().zip(caches).is_some_and(|(key, folder)| {
                    cache::is_signed(folder, &key.public_key().to_bytes(), size)
                });
                if let Some(key) = key.filter(|_| !signed) {
                    let found = "one that does not verify".to_owned();
                    self.cache_fault(format!("a signature of {key}"), found);
                }
            }
            Ok(None) => {}
        }
    }

    fn is_cache_of_other_release(&self, caches: Option<&Path>) -> bool {
        let size = self.replay.walk().head().size;
        let facts = self.replay.state().ledger.as_ref();
        let former = facts.into_iter().flat_map(|facts| &facts.former_log_keys);
        let mut keys = former.map(|former| former.key).chain(facts.map(|facts| facts.log_key));
        caches
            .is_some_and(|folder| keys.any(|key| cache::is_of_other_release(folder, &key.0, size)))
    }
}
