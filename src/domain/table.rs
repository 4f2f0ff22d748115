//! Tables of the state: keys and values, found by hash or by order.
//!
//! A [`Table`] finds a key in the same time however many there are, which the rules do some ten times
//! an entry; a `BTreeMap` also gives ranges. Neither shows anything of how it was filled: a table is
//! compared and encoded by its contents, in ascending order; `slot` changes either. The hash is seeded anew in
//! every process, so that nobody can choose codes that meet.
//!
//! A table is cut into shards by the place of its keys ([`Placed`]): one more for every [`KEYS_A_SHARD`]
//! keys, so that a shard stays as long as it is (linear hashing: each new one takes keys from one other
//! alone). A table from a snapshot reads a shard ([`Load`]) when a key in it is first asked for, and knows
//! which shards changed since. Who reads a table sees nothing of that. One that was never in a snapshot has a
//! single shard, however long, until it is cut, which saves `verify` a hash a look-up.

use super::place::Placed;
use super::slot::Lookup;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

/// How many keys a shard has on average, when the next one comes.
pub const KEYS_A_SHARD: usize = 64;

type Keys<K, V> = IndexMap<K, V, RandomState>;

/// What a snapshot has of a table.
pub trait Load<K, V>: fmt::Debug + Send + Sync {
    /// The keys of a shard with their values, each of which `fits` into it.
    ///
    /// `None` where they cannot be read or are not what they should be. The shard is then taken for an
    /// empty one, and every answer that follows from it is worth nothing: whoever gave the table what it
    /// reads from notes it, and lets nothing come of what was asked since.
    fn load(&self, shard: u32, fits: &dyn Fn(&K) -> bool) -> Option<Vec<(K, V)>>;
}

#[derive(Debug, Clone)]
struct Shard<K, V> {
    /// Empty until it is asked for.
    keys: OnceLock<Keys<K, V>>,
    /// Changed since the last snapshot.
    is_changed: bool,
}

impl<K, V> Shard<K, V> {
    fn new(keys: Keys<K, V>) -> Self {
        Self { keys: OnceLock::from(keys), is_changed: true }
    }
}

/// Keys and values, found by hash.
#[derive(Clone)]
pub struct Table<K, V> {
    shards: Vec<Shard<K, V>>,
    len: usize,
    /// Where shards that are not here are read.
    kept: Option<Arc<dyn Load<K, V>>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { shards: Vec::new(), len: 0, kept: None }
    }
}

impl<K, V> fmt::Debug for Table<K, V>
where
    K: Placed + Hash + Eq + fmt::Debug,
    V: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Placed + Hash + Eq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        // Counted, since what a snapshot says of the length is no more than that.
        let same = |(key, value): &(&K, &V)| other.get(key) == Some(*value);
        self.len == other.len && self.iter().filter(same).count() == self.len
    }
}

impl<K: Placed + Hash + Eq, V: Eq> Eq for Table<K, V> {}

/// The shard of a place, of so many, of which there is one at least.
fn shard_at(place: u64, shards: usize) -> usize {
    let within = |power: u64| place & power.saturating_sub(1);
    let count = u64::try_from(shards).unwrap_or(u64::MAX);
    let power = count.next_power_of_two();
    let shard = if within(power) < count { within(power) } else { within(power >> 1) };
    usize::try_from(shard).unwrap_or_default()
}

impl<K: Placed + Hash + Eq, V> Table<K, V> {
    /// A table of a snapshot: nothing of it is read yet.
    #[must_use]
    pub fn kept(len: usize, shards: u32, kept: Arc<dyn Load<K, V>>) -> Self {
        let shard = |_| Shard { keys: OnceLock::new(), is_changed: false };
        Self { shards: (0..shards).map(shard).collect(), len, kept: Some(kept) }
    }

    /// How many keys have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if no key has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.shards.len()
    }

    /// The numbers of the shards that changed since the last snapshot, with how many keys each has.
    pub fn changed(&self) -> impl Iterator<Item = (usize, usize)> {
        let changed = self.shards.iter().enumerate().filter(|(_, shard)| shard.is_changed);
        changed.map(|(number, shard)| (number, shard.keys.get().map_or(0, Keys::len)))
    }

    /// A snapshot has it as it is: nothing changed since, and `kept` is where it is read.
    pub fn mark_kept(&mut self, kept: Arc<dyn Load<K, V>>) {
        self.shards.iter_mut().for_each(|shard| shard.is_changed = false);
        self.kept = Some(kept);
    }

    /// Cuts a table that was in no snapshot yet into as many shards as its keys ask for.
    pub fn cut(&mut self) {
        let count = self.len.div_ceil(KEYS_A_SHARD);
        if self.kept.is_some() || self.shards.len() != 1 || count < 2 {
            return;
        }
        let mut shards: Vec<Keys<K, V>> = Vec::new();
        shards.resize_with(count, Keys::default);
        for (key, value) in
            self.shards.pop().and_then(|all| all.keys.into_inner()).into_iter().flatten()
        {
            if let Some(shard) = shards.get_mut(shard_at(key.place(), count)) {
                shard.insert(key, value);
            }
        }
        self.shards = shards.into_iter().map(Shard::new).collect();
    }

    fn number_of(&self, key: &K) -> usize {
        if self.shards.len() < 2 { 0 } else { shard_at(key.place(), self.shards.len()) }
    }

    fn read(&self, number: usize) -> Keys<K, V> {
        let mut keys = Keys::default();
        if let (Some(kept), Ok(shard)) = (&self.kept, u32::try_from(number)) {
            keys.extend(kept.load(shard, &|key| self.number_of(key) == number).unwrap_or_default());
        }
        keys
    }

    fn shard(&self, number: usize) -> Option<&Keys<K, V>> {
        Some(self.shards.get(number)?.keys.get_or_init(|| self.read(number)))
    }

    /// A shard to change.
    fn shard_mut(&mut self, number: usize) -> Option<&mut Keys<K, V>> {
        self.shard(number)?;
        let shard = self.shards.get_mut(number)?;
        shard.is_changed = true;
        shard.keys.get_mut()
    }

    /// All that is placed where this key is, with its values, in no order that means anything.
    pub fn beside(&self, key: &K) -> impl Iterator<Item = (&K, &V)> {
        let number = self.number_of(key);
        self.shard(number).into_iter().flatten()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        if self.len == 0 { None } else { self.shard(self.number_of(key))?.get(key) }
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get(key)?;
        self.shard_mut(self.number_of(key))?.get_mut(key)
    }

    /// True if the key has a value.
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        self.set(key, Some(value));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &K) {
        self.take(key);
    }

    fn take(&mut self, key: &K) -> Option<V> {
        self.get(key)?;
        let before = self.shard_mut(self.number_of(key))?.swap_remove(key);
        self.len = self.len.saturating_sub(usize::from(before.is_some()));
        before
    }

    /// Adds a shard where there are too few for the keys.
    fn grow(&mut self) {
        let new = self.shards.len();
        if self.len <= new.saturating_mul(KEYS_A_SHARD) {
            return;
        }
        // Its keys are where they were when the number of shards was the power of two before.
        let power = new.checked_ilog2().and_then(|log| 1_usize.checked_shl(log));
        let from = new.saturating_sub(power.unwrap_or_default());
        // Read while its keys still fit.
        if self.shard(from).is_none() {
            return;
        }
        self.shards.push(Shard::new(Keys::default()));
        let count = self.shards.len();
        let Some(old) = self.shard_mut(from).map(std::mem::take) else { return };
        let (stay, go): (Keys<K, V>, Keys<K, V>) =
            old.into_iter().partition(|(key, _)| shard_at(key.place(), count) == from);
        for (number, keys) in [(from, stay), (new, go)] {
            if let Some(shard) = self.shards.get_mut(number) {
                *shard = Shard::new(keys);
            }
        }
    }

    /// All keys and values, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        (0..self.shards.len()).filter_map(|number| self.shard(number)).flatten()
    }

    /// All keys, in no order that means anything.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// All values, to change, in no order that means anything.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        for number in 0..self.shards.len() {
            self.shard_mut(number);
        }
        self.shards.iter_mut().filter_map(|shard| shard.keys.get_mut()).flat_map(Keys::values_mut)
    }
}

impl<K: Placed + Hash + Ord, V> Table<K, V> {
    /// All keys and values, ascending.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&K, &V)> {
        ascending(self.iter())
    }

    /// The keys and values of a shard, ascending.
    #[must_use]
    pub fn sorted_shard(&self, number: usize) -> Vec<(&K, &V)> {
        ascending(self.shard(number).into_iter().flatten())
    }
}

fn ascending<'a, K: Ord, V>(all: impl Iterator<Item = (&'a K, &'a V)>) -> Vec<(&'a K, &'a V)> {
    let mut all: Vec<(&K, &V)> = all.collect();
    all.sort_unstable_by(|a, b| a.0.cmp(b.0));
    all
}

impl<K: Placed + Hash + Ord + Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.sorted();
        let mut map = serializer.serialize_map(Some(all.len()))?;
        for (key, value) in all {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, K, V> Deserialize<'de> for Table<K, V>
where
    K: Placed + Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = Self::default();
        for (key, value) in Keys::deserialize(deserializer)? {
            table.insert(key, value);
        }
        Ok(table)
    }
}

impl<K: Placed + Hash + Eq, V> Lookup for Table<K, V> {
    type Key = K;
    type Value = V;

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn set(&mut self, key: K, value: Option<V>) -> Option<V> {
        let Some(value) = value else { return self.take(&key) };
        if self.shards.is_empty() {
            self.shards.push(Shard::new(Keys::default()));
        }
        let is_whole = self.kept.is_none() && self.shards.len() == 1 && !key.is_together();
        let before = self.shard_mut(self.number_of(&key))?.insert(key, value);
        if before.is_none() {
            self.len = self.len.saturating_add(1);
            if !is_whole {
                self.grow();
            }
        }
        before
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::domain::slot::Slot;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    fn filled(keys: &[u64]) -> Table<u64, char> {
        let mut table = Table::default();
        keys.iter().for_each(|key| table.insert(*key, 'x'));
        table
    }

    #[test]
    fn a_table_shows_nothing_of_how_it_was_filled() {
        let one = filled(&[3, 1, 2]);
        let mut other = filled(&[9, 2, 3, 1]);
        assert_ne!(one, other);
        other.remove(&9);
        assert_eq!(one, other);
        let ascending = [(&1, &'x'), (&2, &'x'), (&3, &'x')];
        assert_eq!(one.sorted(), ascending);
        assert_eq!(other.sorted(), ascending);
        let json = serde_json::to_string(&other).unwrap();
        assert_eq!(json, r#"{"1":"x","2":"x","3":"x"}"#);
        assert_eq!(serde_json::from_str::<Table<u64, char>>(&json).unwrap(), one);
    }

    #[test]
    fn what_a_slot_notes_takes_every_change_back() {
        let mut table = filled(&[1, 2, 3]);
        let (before, mut undo) = (table.clone(), Vec::new());
        let mut expected: BTreeMap<u64, char> = [1, 2, 3].map(|key| (key, 'x')).into();
        for step in 0..40_u64 {
            // The same key is set, changed, removed and set again.
            let key = (step * 7) % 17;
            let slot = Slot::new(&mut table, &mut undo, |key, before| (key, before));
            match step % 3 {
                0 => {
                    slot.insert(key, 'y');
                    expected.insert(key, 'y');
                }
                1 => {
                    let changed = slot.change(&key, |value| *value = 'z');
                    assert_eq!(changed.is_some(), expected.contains_key(&key));
                    expected.entry(key).and_modify(|value| *value = 'z');
                }
                _ => {
                    slot.remove(&key);
                    expected.remove(&key);
                }
            }
            assert_eq!(table.sorted(), expected.iter().collect::<Vec<_>>(), "step {step}");
            assert_eq!(table.find(|_, _| true), expected.keys().next());
        }
        for (key, value) in undo.into_iter().rev() {
            table.set(key, value);
        }
        assert_eq!(table, before);
    }

    #[test]
    fn keys_are_found_changed_and_removed() {
        let mut table = filled(&[1]);
        *table.get_mut(&1).unwrap() = 'y';
        assert_eq!(table.get(&1), Some(&'y'));
        assert!(!table.contains_key(&2));
        table.set(1, None);
        assert_eq!(table.get(&1), None);
        assert_eq!(Table::<u64, char>::default().get_mut(&1), None);
    }

    /// Shards as a snapshot has them.
    #[derive(Debug)]
    struct Shelf {
        shards: Vec<Vec<(u64, char)>>,
        read: Mutex<Vec<u32>>,
    }

    impl Load<u64, char> for Shelf {
        fn load(&self, shard: u32, fits: &dyn Fn(&u64) -> bool) -> Option<Vec<(u64, char)>> {
            self.read.lock().unwrap().push(shard);
            let keys = self.shards.get(usize::try_from(shard).unwrap())?.clone();
            keys.iter().all(|(key, _)| fits(key)).then_some(keys)
        }
    }

    /// The table as it is after a snapshot was made and opened.
    fn kept(table: &Table<u64, char>) -> (Table<u64, char>, Arc<Shelf>) {
        let mut table = table.clone();
        table.cut();
        let shard = |shard| table.sorted_shard(shard).into_iter().map(|(k, v)| (*k, *v)).collect();
        let shards: Vec<_> = (0..table.shards()).map(shard).collect();
        let count = u32::try_from(shards.len()).unwrap();
        let shelf = Arc::new(Shelf { shards, read: Mutex::default() });
        (Table::kept(table.len(), count, Arc::<Shelf>::clone(&shelf)), shelf)
    }

    #[test]
    fn a_table_grows_by_a_shard_and_every_key_stays_where_it_is_looked_for() {
        let mut whole = filled(&(0..100).collect::<Vec<_>>());
        assert_eq!(whole.shards(), 1, "in no snapshot yet");
        let mut table = kept(&whole).0;
        whole.cut();
        assert_eq!((whole.shards(), table.shards()), (2, 2));
        for key in 100..5_000_u64 {
            table.insert(key, 'x');
            let count = table.len().div_ceil(KEYS_A_SHARD);
            assert_eq!(table.shards(), count, "after key {key}");
        }
        for number in 0..table.shards() {
            let keys = table.sorted_shard(number);
            assert!(keys.len() < 4 * KEYS_A_SHARD, "{}", keys.len());
            assert!(keys.iter().all(|(key, _)| shard_at(key.place(), table.shards()) == number));
        }
        assert_eq!(table.iter().count(), 5_000);
        assert!((0..5_000).all(|key| table.contains_key(&key)) && !table.contains_key(&5_000));
        // It does not shrink, which nobody sees.
        (100..5_000).for_each(|key| table.remove(&key));
        assert_eq!(table, filled(&(0..100).collect::<Vec<_>>()));
    }

    #[test]
    fn a_shard_is_read_when_it_is_asked_for_and_what_changed_is_known() {
        let whole = filled(&(0..1_000).collect::<Vec<_>>());
        let (mut table, shelf) = kept(&whole);
        let read = || shelf.read.lock().unwrap().len();
        assert_eq!((table.len(), table.changed().count(), read()), (1_000, 0, 0));
        let number = table.number_of(&7);
        assert_eq!((table.get(&7), table.get(&7), read()), (Some(&'x'), Some(&'x'), 1));
        assert_eq!(table.changed().count(), 0, "asked for and not changed");
        // Nothing is removed that is not there, and nothing changes for it.
        table.remove(&1_000_000);
        assert_eq!(table.changed().count(), 0);
        table.insert(7, 'y');
        let keys = table.sorted_shard(number).len();
        assert_eq!(table.changed().collect::<Vec<_>>(), [(number, keys)]);
        let copy = table.clone();
        table.set(7, Some('x'));
        assert_eq!(copy.get(&7), Some(&'y'));
        assert_eq!(table, whole);
        assert!(read() >= table.shards(), "compared by all that is in it");
    }

    #[test]
    fn a_kept_table_changes_as_one_in_memory_does() {
        let mut whole = filled(&(0..200).collect::<Vec<_>>());
        let mut table = kept(&whole).0;
        for step in 0..3_000_u64 {
            let key = (step * 7_919) % 1_499;
            let value = (step % 5 > 0).then_some('z');
            assert_eq!(table.set(key, value), whole.set(key, value), "step {step}");
            if step % 400 == 0 {
                table = kept(&table).0;
            }
        }
        assert!(table.shards() > 8);
        assert_eq!(table.sorted(), whole.sorted());
    }

    #[test]
    fn a_shard_with_keys_of_another_is_not_taken() {
        let whole = filled(&(0..1_000).collect::<Vec<_>>());
        let (_, shelf) = kept(&whole);
        let mut shards = shelf.shards.clone();
        shards.swap(0, 1);
        let count = u32::try_from(shards.len()).unwrap();
        let shelf = Arc::new(Shelf { shards, read: Mutex::default() });
        let table = Table::kept(1_000, count, shelf);
        let lost = (0..1_000).filter(|key| table.get(key).is_none());
        assert!(lost.into_iter().all(|key| table.number_of(&key) < 2));
        assert!(table != whole);
    }
}
