//! The state in parts, for a snapshot: a top, which is always read, lists and shards (schemas/storage.md §4).
//!
//! The top holds the hashes of the lists, a list those of 32 shards, so the hash of the top vouches for
//! all of it. A shard is read when something in it is asked for. The tables of a state give no errors: a part
//! that cannot be had is noted in [`Parts`], and whoever acts on the state asks it ([`Parts::fault`]) before
//! anything comes of it. [`Parts`] never change; what they name does, two
//! snapshots later, so a copy of a state that goes on meanwhile is asked for its fault as well.

use super::{STATE_VERSION, check_version, decode_value, encode_value};
use crate::chain::entry::{Malformed, malformed};
use crate::chain::hash::{Hash, state_part};
use crate::domain::sharded::{Key, Value, Visit};
use crate::domain::state::State;
use crate::domain::table::{Load, Table};
use crate::error::{Error, Kind, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Shards in a list.
const SHARDS_A_LIST: usize = 32;
/// What a table counts in the number of a part, and what a kind does.
const A_TABLE: u64 = 1 << 40;
const A_KIND: u64 = 1 << 32;

/// Which part, and in which of its two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the part; that of the top is 0.
    pub part: u64,
    /// In place 1, not 0.
    pub is_second: bool,
}

/// Reads parts.
pub trait Fetch: fmt::Debug + Send + Sync {
    /// The bytes of a part; `None` if they are not there.
    ///
    /// # Errors
    /// `Kind::Break` when they are damaged, `Kind::Io` when the machine cannot read.
    fn fetch(&self, place: Place, length: u32) -> Result<Option<Vec<u8>>>;
}

/// What is known of a part beforehand. One without length is nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Listed {
    is_second: bool,
    length: u32,
    hash: [u8; 32],
}

#[derive(Debug, Clone, Copy)]
enum PartKind {
    List,
    Shard,
}

fn part(table: u8, kind: PartKind, number: u32) -> u64 {
    let kind = match kind {
        PartKind::List => 0,
        PartKind::Shard => A_KIND,
    };
    let table = u64::from(table).saturating_mul(A_TABLE);
    table.saturating_add(kind).saturating_add(u64::from(number))
}

impl Listed {
    /// The part with these bytes: written into its other place, unless it has them already.
    fn next(self, part: u64, bytes: Vec<u8>, written: &mut Vec<(Place, Vec<u8>)>) -> Result<Self> {
        let length = u32::try_from(bytes.len()).map_err(too_large)?;
        let next = Self { is_second: !self.is_second, length, hash: state_part(&bytes).0 };
        if (next.length, next.hash) == (self.length, self.hash) {
            return Ok(self);
        }
        written.push((Place { part, is_second: next.is_second }, bytes));
        Ok(next)
    }

    /// The part without anything in it.
    fn emptied(self) -> Self {
        Self { is_second: self.is_second, ..Self::default() }
    }
}

/// A table in the top.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct TableTop {
    keys: u64,
    shards: u32,
    lists: Vec<Listed>,
}

/// A table, with its lists as far as they were read.
#[derive(Debug, Clone, Default)]
struct TableParts {
    top: TableTop,
    lists: Vec<OnceLock<Vec<Listed>>>,
}

/// The parts of a snapshot.
#[derive(Debug)]
pub struct Parts {
    fetch: Arc<dyn Fetch>,
    tables: Vec<TableParts>,
    fault: Mutex<Option<Error>>,
}

impl Parts {
    fn new(fetch: Arc<dyn Fetch>, tables: Vec<TableParts>) -> Self {
        Self { fetch, tables, fault: Mutex::new(None) }
    }

    /// Whether every part that was asked for could be had: else what follows from it is worth nothing.
    ///
    /// # Errors
    /// `state_damaged` (`Kind::Break`) for one that is not there or not the one that was signed; `state_unread`
    /// (`Kind::Io`) where the machine could not read it.
    pub fn fault(&self) -> Result<()> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(why) = &*fault else { return Ok(()) };
        let words = why.message();
        if why.kind() == Kind::Break {
            let message = format!("the snapshot of the state is damaged: {words}");
            return Err(Error::new(Kind::Break, "state_damaged", message).with_hint(
                "nothing was written; run the command again: the state is then made anew from the entries",
            ));
        }
        let message = format!("the snapshot of the state cannot be read: {words}");
        Err(Error::new(Kind::Io, "state_unread", message).with_hint(
            "nothing was written; run the command again, and look at the disk where it says so twice",
        ))
    }

    fn note(&self, why: Error) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// A part with the hash that is listed.
    fn read(&self, part: u64, listed: Listed) -> Option<Vec<u8>> {
        let place = Place { part, is_second: listed.is_second };
        match self.fetch.fetch(place, listed.length) {
            Ok(Some(bytes)) if state_part(&bytes) == Hash(listed.hash) => return Some(bytes),
            Ok(Some(_)) => self.note(damaged(part, "is not what its list says")),
            Ok(None) => self.note(damaged(part, "is not there")),
            Err(error) => self.note(error),
        }
        None
    }

    fn decode<T: DeserializeOwned>(&self, part: u64, bytes: &[u8]) -> Option<T> {
        decode_value(bytes).inspect_err(|why| self.note(damaged(part, &why.to_string()))).ok()
    }

    /// What is known of a shard: by its list, which is read for it.
    fn listed(&self, table: u8, shard: u32) -> Option<Listed> {
        let number = usize::try_from(shard).ok()?;
        let found = self.list(table, list_of(number)).and_then(|list| list.get(within(number)));
        if found.is_none() {
            // The first fault stays, where it was one of the list.
            self.note(damaged(part(table, PartKind::Shard, shard), "is in no list"));
        }
        found.copied()
    }

    fn list(&self, table: u8, number: usize) -> Option<&Vec<Listed>> {
        let of_table = usize::from(table).checked_sub(1).and_then(|at| self.tables.get(at))?;
        let (listed, list) = (of_table.top.lists.get(number)?, of_table.lists.get(number)?);
        if let Some(list) = list.get() {
            return Some(list);
        }
        let part = part(table, PartKind::List, u32::try_from(number).ok()?);
        let read: Vec<Listed> = self.decode(part, &self.read(part, *listed)?)?;
        Some(list.get_or_init(|| read))
    }
}

fn damaged(part: u64, words: &str) -> Error {
    Error::new(Kind::Break, "state_damaged", format!("part {part:x} {words}"))
}

fn list_of(shard: usize) -> usize {
    shard.checked_div(SHARDS_A_LIST).unwrap_or_default()
}

fn within(shard: usize) -> usize {
    shard.checked_rem(SHARDS_A_LIST).unwrap_or_default()
}

/// The shards of one table.
#[derive(Debug)]
struct OfTable {
    parts: Arc<Parts>,
    number: u8,
}

impl<K: Key, V: Value> Load<K, V> for OfTable {
    fn load(&self, shard: u32, fits: &dyn Fn(&K) -> bool) -> Option<Vec<(K, V)>> {
        let Self { parts, number } = self;
        let listed = parts.listed(*number, shard)?;
        if listed.length == 0 {
            return Some(Vec::new());
        }
        let part = part(*number, PartKind::Shard, shard);
        let keys: Vec<(K, V)> = parts.decode(part, &parts.read(part, listed)?)?;
        let is_ascending = keys.is_sorted_by(|(a, _), (b, _)| a < b);
        if is_ascending && keys.iter().all(|(key, _)| fits(key)) {
            return Some(keys);
        }
        parts.note(damaged(part, "has keys that do not belong there"));
        None
    }
}

/// The state that a top gives, its tables unread, and what they are read from.
///
/// # Errors
/// [`Malformed`] when the bytes are the top of another version of the state or of none.
pub fn open_state(
    top: &[u8],
    fetch: Arc<dyn Fetch>,
) -> std::result::Result<(State, Arc<Parts>), Malformed> {
    check_version(top)?;
    let (_, tops, mut state): (u8, Vec<TableTop>, State) = decode_value(top)?;
    let table = |top: TableTop| {
        let lists = top.lists.iter().map(|_| OnceLock::new()).collect();
        TableParts { top, lists }
    };
    let parts = Arc::new(Parts::new(fetch, tops.into_iter().map(table).collect()));
    state.visit(&mut Opened(&parts))?;
    Ok((state, parts))
}

struct Opened<'p>(&'p Arc<Parts>);

impl Visit for Opened<'_> {
    type Stop = Malformed;

    fn table<K: Key, V: Value>(
        &mut self,
        number: u8,
        table: &mut Table<K, V>,
    ) -> std::result::Result<(), Malformed> {
        let found = usize::from(number).checked_sub(1).and_then(|at| self.0.tables.get(at));
        let counted = found.and_then(|TableParts { top, .. }| {
            let shards = usize::try_from(top.shards).ok()?;
            let fits = shards.div_ceil(SHARDS_A_LIST) == top.lists.len();
            let keys = usize::try_from(top.keys).ok().filter(|keys| shards > 0 || *keys == 0);
            keys.filter(|_| fits).map(|keys| (keys, top.shards))
        });
        let Some((keys, shards)) = counted else {
            return Err(malformed(
                "state",
                "a list for every 32 shards",
                format!("table {number}"),
            ));
        };
        let parts = Arc::clone(self.0);
        *table = Table::kept(keys, shards, Arc::new(OfTable { parts, number }));
        Ok(())
    }
}

/// What a snapshot of a state is made of.
#[derive(Debug)]
pub struct Written {
    /// The top.
    pub top: Vec<u8>,
    /// The parts that are not where they should be yet.
    pub parts: Vec<(Place, Vec<u8>)>,
    tables: Vec<TableParts>,
}

/// The snapshot of a state: the parts that changed since `before`; all of them, where there is none.
///
/// # Errors
/// `state_too_large`; what [`Parts::fault`] says.
pub fn write_state(state: &mut State, before: Option<&Parts>) -> Result<Written> {
    let mut writing = Writing { before, parts: Vec::new(), tables: Vec::new() };
    state.visit(&mut writing)?;
    let Writing { parts, tables, .. } = writing;
    before.map_or(Ok(()), Parts::fault)?;
    let tops: Vec<&TableTop> = tables.iter().map(|table| &table.top).collect();
    let top = encode_value(&(STATE_VERSION, tops, state.without_shards())).map_err(too_large)?;
    Ok(Written { top, parts, tables })
}

impl Written {
    /// The state as it is now is what was put down; gives what its tables are read from since.
    pub fn mark_kept(self, state: &mut State, fetch: Arc<dyn Fetch>) -> Arc<Parts> {
        let parts = Arc::new(Parts::new(fetch, self.tables));
        let Ok(()) = state.visit(&mut Marked(&parts));
        parts
    }
}

struct Marked<'p>(&'p Arc<Parts>);

impl Visit for Marked<'_> {
    type Stop = Infallible;

    fn table<K: Key, V: Value>(
        &mut self,
        number: u8,
        table: &mut Table<K, V>,
    ) -> std::result::Result<(), Infallible> {
        table.mark_kept(Arc::new(OfTable { parts: Arc::clone(self.0), number }));
        Ok(())
    }
}

struct Writing<'p> {
    before: Option<&'p Parts>,
    parts: Vec<(Place, Vec<u8>)>,
    tables: Vec<TableParts>,
}

impl Visit for Writing<'_> {
    type Stop = Error;

    fn table<K: Key, V: Value>(&mut self, number: u8, table: &mut Table<K, V>) -> Result<()> {
        if self.before.is_none() {
            table.cut();
        }
        let kept = self.before.and_then(|before| before.tables.get(self.tables.len()));
        let mut now = kept.cloned().unwrap_or_default();
        let had = now.lists.len();
        let shards = table.shards();
        now.top.keys = u64::try_from(table.len()).map_err(too_large)?;
        now.top.shards = u32::try_from(shards).map_err(too_large)?;
        let lists = shards.div_ceil(SHARDS_A_LIST);
        now.top.lists.resize(lists, Listed::default());
        now.lists.resize_with(lists, OnceLock::new);
        let changed: Vec<usize> = match self.before {
            Some(_) => table.changed().map(|(shard, _)| shard).collect(),
            None => (0..shards).collect(),
        };
        for of_list in changed.chunk_by(|a, b| list_of(*a) == list_of(*b)) {
            let at = of_list.first().copied().map_or(0, list_of);
            let mut list = match self.before.filter(|_| at < had) {
                None => Vec::new(),
                Some(before) => match before.list(number, at) {
                    Some(list) => list.clone(),
                    None => return before.fault(),
                },
            };
            let first = at.saturating_mul(SHARDS_A_LIST);
            list.resize(shards.saturating_sub(first).min(SHARDS_A_LIST), Listed::default());
            for shard in of_list {
                let Some(listed) = list.get_mut(within(*shard)) else { continue };
                *listed = self.shard(number, *shard, *listed, table)?;
            }
            let bytes = encode_value(&list).map_err(too_large)?;
            let part = part(number, PartKind::List, u32::try_from(at).map_err(too_large)?);
            if let (Some(listed), Some(kept)) = (now.top.lists.get_mut(at), now.lists.get_mut(at)) {
                *listed = listed.next(part, bytes, &mut self.parts)?;
                *kept = OnceLock::from(list);
            }
        }
        self.tables.push(now);
        Ok(())
    }
}

impl Writing<'_> {
    fn shard<K: Key, V: Value>(
        &mut self,
        table: u8,
        shard: usize,
        listed: Listed,
        of: &Table<K, V>,
    ) -> Result<Listed> {
        let keys = of.sorted_shard(shard);
        if keys.is_empty() {
            return Ok(listed.emptied());
        }
        let bytes = encode_value(&keys).map_err(too_large)?;
        let shard = u32::try_from(shard).map_err(too_large)?;
        listed.next(part(table, PartKind::Shard, shard), bytes, &mut self.parts)
    }
}

fn too_large(why: impl fmt::Display) -> Error {
    Error::new(Kind::Io, "state_too_large", format!("the state: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Code;
    use std::collections::BTreeMap;

    /// Parts that are there, and those that the machine cannot read.
    #[derive(Debug, Default)]
    struct Shelf {
        parts: BTreeMap<Place, Vec<u8>>,
        fails: bool,
    }

    impl Fetch for Shelf {
        fn fetch(&self, place: Place, _: u32) -> Result<Option<Vec<u8>>> {
            if self.fails {
                return Err(Error::new(Kind::Io, "io", "the disk is gone"));
            }
            Ok(self.parts.get(&place).cloned())
        }
    }

    fn payees(count: u32) -> State {
        let mut state = State::default();
        (0..count).for_each(|number| state.payees.insert(Code::new(&format!("P-{number}")), ()));
        state
    }

    #[test]
    fn only_what_changed_is_written_and_into_the_other_place() {
        let mut state = payees(10_000);
        let mut first = write_state(&mut state, None).unwrap();
        assert!(first.parts.len() > 150 && first.parts.iter().all(|(place, _)| place.is_second));
        let mut shelf = Shelf::default();
        shelf.parts.extend(std::mem::take(&mut first.parts));
        let (mut kept, parts) = open_state(&first.top, Arc::new(shelf)).unwrap();
        assert!(kept.payees.contains_key(&Code::new("P-77")));
        // What comes back to what it was is not written.
        kept.payees.remove(&Code::new("P-77"));
        kept.payees.insert(Code::new("P-77"), ());
        assert!(write_state(&mut kept, Some(&parts)).unwrap().parts.is_empty());
        kept.payees.remove(&Code::new("P-77"));
        let second = write_state(&mut kept, Some(&parts)).unwrap();
        assert_eq!(second.parts.len(), 2, "a shard and its list");
        assert!(second.parts.iter().all(|(place, _)| !place.is_second));
        parts.fault().unwrap();
    }

    #[test]
    fn a_part_that_cannot_be_had_is_noted() {
        let mut state = payees(100);
        let written = write_state(&mut state, None).unwrap();
        let whole: BTreeMap<Place, Vec<u8>> = written.parts.iter().cloned().collect();
        let fault = |shelf: Shelf| {
            let (state, parts) = open_state(&written.top, Arc::new(shelf)).unwrap();
            parts.fault().unwrap();
            assert!(!(0..100).all(|n| state.payees.contains_key(&Code::new(&format!("P-{n}")))));
            let fault = parts.fault().unwrap_err();
            (fault.code(), fault.kind())
        };
        for place in whole.keys() {
            let mut parts = whole.clone();
            parts.remove(place);
            assert_eq!(fault(Shelf { parts, fails: false }), ("state_damaged", Kind::Break));
            let mut parts = whole.clone();
            parts.get_mut(place).unwrap().push(0);
            assert_eq!(fault(Shelf { parts, fails: false }), ("state_damaged", Kind::Break));
        }
        let shelf = Shelf { parts: whole, fails: true };
        assert_eq!(fault(shelf), ("state_unread", Kind::Io));
    }
}
