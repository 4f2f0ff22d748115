//! Tables of the state: keys and values, found by hash or by order.
//!
//! A [`Table`] finds a key in the same time however many there are, which the rules do some ten times
//! an entry; a [`BTreeMap`] also gives ranges. Neither shows anything of how it was filled: a table is
//! compared and encoded by its contents, in ascending order. A `Slot` changes either and notes what
//! was there before. The hash is seeded anew in every process, so that nobody can choose codes that meet.

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::hash::Hash;

/// Keys and values, found by hash.
#[derive(Debug, Clone)]
pub struct Table<K, V>(IndexMap<K, V, RandomState>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(IndexMap::default())
    }
}

impl<K: Hash + Eq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Hash + Eq, V: Eq> Eq for Table<K, V> {}

impl<K: Hash + Eq, V> Table<K, V> {
    /// How many keys have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if no key has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        if self.0.is_empty() { None } else { self.0.get(key) }
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        if self.0.is_empty() { None } else { self.0.get_mut(key) }
    }

    /// True if the key has a value.
    #[must_use]
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &K) {
        self.0.swap_remove(key);
    }

    /// All keys and values, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    /// All keys, in no order that means anything.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// All values, to change, in no order that means anything.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.values_mut()
    }
}

impl<K: Ord, V> Table<K, V> {
    /// All keys and values, ascending.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&K, &V)> {
        let mut all: Vec<(&K, &V)> = self.0.iter().collect();
        all.sort_unstable_by(|a, b| a.0.cmp(b.0));
        all
    }
}

impl<K: Ord + Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.sorted() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, K, V> Deserialize<'de> for Table<K, V>
where
    K: Hash + Eq + Deserialize<'de>,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IndexMap::deserialize(deserializer).map(Self)
    }
}

/// What a journal asks of a table, found by hash or by order.
pub trait Lookup {
    /// Its keys.
    type Key;
    /// Its values.
    type Value;

    /// The value of a key, to change.
    fn value_mut(&mut self, key: &Self::Key) -> Option<&mut Self::Value>;

    /// Sets the value of a key, or removes it; gives the value before.
    fn set(&mut self, key: Self::Key, value: Option<Self::Value>) -> Option<Self::Value>;

    /// All keys and values, in whatever order.
    fn all(&self) -> impl Iterator<Item = (&Self::Key, &Self::Value)>;

    /// The first key, in order, that is `wanted` with its value. Reads the whole table.
    fn find(&self, wanted: impl Fn(&Self::Key, &Self::Value) -> bool) -> Option<&Self::Key>
    where
        Self::Key: Ord,
    {
        self.all().filter(|(key, value)| wanted(key, value)).map(|(key, _)| key).min()
    }
}

impl<K: Hash + Eq, V> Lookup for Table<K, V> {
    type Key = K;
    type Value = V;

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn set(&mut self, key: K, value: Option<V>) -> Option<V> {
        match value {
            Some(value) => self.0.insert(key, value),
            None => self.0.swap_remove(&key),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }
}

impl<K: Ord, V> Lookup for BTreeMap<K, V> {
    type Key = K;
    type Value = V;

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn set(&mut self, key: K, value: Option<V>) -> Option<V> {
        match value {
            Some(value) => self.insert(key, value),
            None => self.remove(&key),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        self.iter()
    }
}

/// A table to change: what a key had before is noted, wrapped as what takes the change back.
pub(super) struct Slot<'j, T: Lookup, U> {
    table: &'j mut T,
    undo: &'j mut Vec<U>,
    wrap: fn(T::Key, Option<T::Value>) -> U,
}

impl<T: Lookup, U> std::fmt::Debug for Slot<'_, T, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").field("noted", &self.undo.len()).finish_non_exhaustive()
    }
}

impl<'j, T: Lookup<Key: Clone, Value: Clone>, U> Slot<'j, T, U> {
    /// Notes in `undo`, as `wrap` says it.
    pub(super) fn new(
        table: &'j mut T,
        undo: &'j mut Vec<U>,
        wrap: fn(T::Key, Option<T::Value>) -> U,
    ) -> Self {
        Self { table, undo, wrap }
    }

    /// Sets the value of a key.
    pub(super) fn insert(self, key: T::Key, value: T::Value) {
        let before = self.table.set(key.clone(), Some(value));
        self.undo.push((self.wrap)(key, before));
    }

    /// Removes a key.
    pub(super) fn remove(self, key: &T::Key) {
        if let Some(before) = self.table.set(key.clone(), None) {
            self.undo.push((self.wrap)(key.clone(), Some(before)));
        }
    }

    /// Changes the value of a key where it has one; gives what `change` says then.
    pub(super) fn change<R>(
        self,
        key: &T::Key,
        change: impl FnOnce(&mut T::Value) -> R,
    ) -> Option<R> {
        let value = self.table.value_mut(key)?;
        self.undo.push((self.wrap)(key.clone(), Some(value.clone())));
        Some(change(value))
    }

    /// Sets the value of a key to what `change` makes of the present one; `None` removes it.
    ///
    /// # Errors
    /// What `change` says; nothing is changed then.
    pub(super) fn update<E>(
        self,
        key: &T::Key,
        change: impl FnOnce(Option<&T::Value>) -> Result<Option<T::Value>, E>,
    ) -> Result<(), E> {
        let before = match self.table.value_mut(key) {
            None => match change(None)? {
                None => return Ok(()),
                now => self.table.set(key.clone(), now),
            },
            Some(value) => match change(Some(value))? {
                None => self.table.set(key.clone(), None),
                Some(now) => Some(std::mem::replace(value, now)),
            },
        };
        self.undo.push((self.wrap)(key.clone(), before));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(keys: &[u32]) -> Table<u32, char> {
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
        assert_eq!(serde_json::from_str::<Table<u32, char>>(&json).unwrap(), one);
    }

    #[test]
    fn what_a_slot_notes_takes_every_change_back() {
        let mut table = filled(&[1, 2, 3]);
        let (before, mut undo) = (table.clone(), Vec::new());
        let mut expected: BTreeMap<u32, char> = [1, 2, 3].map(|key| (key, 'x')).into();
        for step in 0..40_u32 {
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
        assert_eq!(Table::<u32, char>::default().get_mut(&1), None);
    }
}
