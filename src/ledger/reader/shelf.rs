//! Books that are taken down one by one: of a cache at the very size that is asked for, a read needs the parts that it
//! asks for and nothing else. In every other case they are folded, all together.

use super::Reader;
use super::books::Books;
use super::cache::{self, Opened, Part};
use crate::domain::calendar::Date;
use crate::domain::state::{Breach, State};
use crate::error::Result;
use crate::projection::balances::Balances;
use crate::projection::leverage::Leverage;
use crate::projection::names::Names;
use crate::projection::totals::Totals;
use serde::de::DeserializeOwned;
use std::cell::OnceCell;

/// The books of a log at a size, each there when it is asked for.
#[derive(Debug)]
pub struct Shelf<'r> {
    reader: &'r Reader,
    size: u64,
    as_of: Option<Date>,
    cache: Option<Opened>,
    whole: OnceCell<Books>,
    totals: OnceCell<Totals>,
    balances: OnceCell<Balances>,
    names: OnceCell<Names>,
    leverage: OnceCell<Leverage>,
    state: OnceCell<State>,
}

impl Reader {
    /// The books at `size`, of what happened up to `as_of`, each read when it is asked for.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn shelf(&self, size: u64, as_of: Option<Date>) -> Result<Shelf<'_>> {
        let cache = if as_of.is_none() { self.cache_at(size)? } else { None };
        Ok(Shelf {
            reader: self,
            size,
            as_of,
            cache,
            whole: OnceCell::new(),
            totals: OnceCell::new(),
            balances: OnceCell::new(),
            names: OnceCell::new(),
            leverage: OnceCell::new(),
            state: OnceCell::new(),
        })
    }

    /// So many of the first `size` entries are known to break no rule: as many as a cache has that does not. 0 where
    /// none says so.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn orderly_size(&self, size: u64) -> Result<u64> {
        for cache in self.caches_opened() {
            let head = cache.head();
            if head.size <= size && self.head_at(head.size)? == head {
                return Ok(if cache.is_orderly() { head.size } else { 0 });
            }
        }
        Ok(0)
    }

    /// The names of the newest cache of at most `size` entries whose head is in the log, and its size.
    pub(super) fn kept_names(&self, size: u64) -> Result<Option<(u64, Names)>> {
        for cache in self.caches_opened() {
            let head = cache.head();
            if head.size <= size
                && self.head_at(head.size)? == head
                && let Some(names) = cache.part(Part::Names)
            {
                return Ok(Some((head.size, names)));
            }
        }
        Ok(None)
    }

    /// The cache of exactly this size, whose head is in the log.
    fn cache_at(&self, size: u64) -> Result<Option<Opened>> {
        for cache in self.caches_opened() {
            let head = cache.head();
            if head.size == size && self.head_at(size)? == head {
                self.prove_last(size)?;
                return Ok(Some(cache));
            }
        }
        Ok(None)
    }

    /// The cache that the trusted log key signed, then that of the home: what is there of both.
    pub(super) fn caches_opened(&self) -> impl Iterator<Item = Opened> + '_ {
        let signed = || {
            let (folder, key) = self.caches.as_ref().zip(self.trusted_key)?;
            cache::open(folder, &key, self.size())
        };
        let own = || {
            let origin = &self.archive.checkpoint().origin;
            self.home_caches.as_ref()?.open(origin, self.size())
        };
        std::iter::once_with(signed).chain(std::iter::once_with(own)).flatten()
    }
}

impl Shelf<'_> {
    /// All books.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn whole(&self) -> Result<&Books> {
        if let Some(books) = self.whole.get() {
            return Ok(books);
        }
        let books = self.reader.books(self.size, self.as_of)?;
        Ok(self.whole.get_or_init(|| books))
    }

    /// What a balance by fund, year or line needs.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn totals(&self) -> Result<&Totals> {
        if let Some(totals) = self.kept(&self.totals, Part::Totals) {
            return Ok(totals);
        }
        let whole = self.whole()?;
        Ok(self.totals.get_or_init(|| Totals::of(&whole.balances, &whole.names)))
    }

    /// Master data.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn names(&self) -> Result<&Names> {
        let kept = self.kept(&self.names, Part::Names);
        kept.map_or_else(|| Ok(&self.whole()?.names), Ok)
    }

    /// Balances of leaves and lines.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn balances(&self) -> Result<&Balances> {
        let kept = self.kept(&self.balances, Part::Balances);
        kept.map_or_else(|| Ok(&self.whole()?.balances), Ok)
    }

    /// Follow-on investment.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn leverage(&self) -> Result<&Leverage> {
        let kept = self.kept(&self.leverage, Part::Leverage);
        kept.map_or_else(|| Ok(&self.whole()?.leverage), Ok)
    }

    /// The state of the rules.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn state(&self) -> Result<&State> {
        let kept = self.kept(&self.state, Part::State);
        kept.map_or_else(|| Ok(&self.whole()?.state), Ok)
    }

    /// The breaches that nobody acknowledged, each with the index of its first entry.
    ///
    /// # Errors
    /// As [`Reader::books`].
    pub fn open_breaches(&self) -> Result<Vec<(u64, &Breach)>> {
        Ok(match &self.cache {
            Some(cache) => {
                cache.open_breaches().iter().map(|(first, breach)| (*first, breach)).collect()
            }
            None => self.whole()?.state.open_breaches().collect(),
        })
    }

    /// A part of the cache; nothing where there is none, or it is damaged: all is folded then.
    fn kept<'a, T: DeserializeOwned>(&self, cell: &'a OnceCell<T>, part: Part) -> Option<&'a T> {
        if self.whole.get().is_none() && cell.get().is_none() {
            let read = self.cache.as_ref()?.part(part)?;
            cell.set(read).ok();
        }
        cell.get()
    }
}
