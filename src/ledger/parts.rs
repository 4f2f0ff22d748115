//! The state as it lies in the store: read part by part, and what is done where a part is not to be had.
//!
//! Whatever the rules say on a state with a missing part is worth nothing, so it is asked for before
//! anything is recorded and before a refusal is passed on ([`Ledger::check_state`]).

use super::Ledger;
use crate::chain::body::{Fetch, Parts, Place, open_state, write_state};
use crate::chain::entry::Malformed;
use crate::domain::sharded::{Key, Value, Visit};
use crate::domain::state::State;
use crate::domain::table::Table;
use crate::error::{Kind, Result};
use crate::store::{Part, Parts as StoreParts, Snapshot, Store};
use std::convert::Infallible;
use std::sync::Arc;

/// Parts from a store.
#[derive(Debug)]
struct FromStore(Arc<dyn StoreParts>);

impl Fetch for FromStore {
    fn fetch(&self, place: Place, length: u32) -> Result<Option<Vec<u8>>> {
        self.0.part(place.part, place.is_second, length)
    }
}

fn fetch_from(store: &dyn Store) -> Result<Arc<dyn Fetch>> {
    Ok(Arc::new(FromStore(store.parts()?)))
}

/// The state of a snapshot, and what its tables are read from; `None` where its top is of another release.
///
/// # Errors
/// When the store was closed, or needs recovery.
pub(super) fn open(store: &dyn Store, snapshot: &Snapshot) -> Result<Option<(State, Arc<Parts>)>> {
    let opened: std::result::Result<_, Malformed> = open_state(&snapshot.bytes, fetch_from(store)?);
    Ok(opened.ok())
}

/// Asks a table for every key.
struct ReadAll;

impl Visit for ReadAll {
    type Stop = Infallible;

    fn table<K: Key, V: Value>(
        &mut self,
        _: u8,
        table: &mut Table<K, V>,
    ) -> std::result::Result<(), Infallible> {
        table.iter().for_each(drop);
        Ok(())
    }
}

impl Ledger {
    /// Every part of the state that was asked for could be had: what [`Ledger::state`] said since is so.
    ///
    /// # Errors
    /// `state_damaged`, `state_unread`.
    pub fn state_was_read(&self) -> Result<()> {
        self.parts.as_ref().map_or(Ok(()), |parts| parts.fault())
    }

    /// Every part of the state that was asked for could be had. Where one is damaged the snapshot is
    /// forgotten: the next opening makes the state anew.
    ///
    /// # Errors
    /// `state_damaged`, `state_unread`.
    pub fn check_state(&mut self) -> Result<()> {
        let Err(fault) = self.state_was_read() else { return Ok(()) };
        if fault.kind() == Kind::Break && self.snapshot_size > 0 {
            self.store.forget_snapshot()?;
            self.snapshot_size = 0;
        }
        Err(fault)
    }

    /// Reads what was not asked for yet, so that all of the state is here.
    ///
    /// # Errors
    /// As [`Ledger::check_state`].
    pub(super) fn read_state(&mut self) -> Result<()> {
        let Ok(()) = self.state.visit(&mut ReadAll);
        self.check_state()
    }

    /// Puts the state into the store: what changed since the last snapshot, or all of it.
    pub(super) fn put_state(
        &mut self,
        sign: impl FnOnce(&Self, &[u8]) -> Result<Snapshot>,
    ) -> Result<()> {
        self.check_state()?;
        let mut written = write_state(&mut self.state, self.parts.as_deref())?;
        let parts: Vec<Part> = std::mem::take(&mut written.parts).into_iter().map(part).collect();
        let snapshot = sign(self, &written.top)?;
        if self.parts.is_none() {
            self.store.forget_snapshot()?;
        }
        self.store.put_snapshot(&snapshot, &parts)?;
        let fetch = fetch_from(self.store.as_ref())?;
        self.parts = Some(written.mark_kept(&mut self.state, fetch));
        Ok(())
    }
}

fn part((Place { part, is_second }, bytes): (Place, Vec<u8>)) -> Part {
    Part { number: part, is_second, bytes }
}
