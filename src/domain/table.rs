//! Tables of the state: keys and values, found by hash or by order.
//!
//! A [`Table`] finds a key in the same time however many there are, which the rules do some ten times
//! an entry; a [`BTreeMap`] also gives ranges. Neither shows anything of how it was filled: a table is
//! compared and encoded by its contents, in ascending order. A [`Layer`] lays changes over either. The
//! hash is seeded anew in every process, so that nobody can choose codes that meet.

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

/// What the rules ask of a table, found by hash or by order.
pub trait Lookup: Default {
    /// Its keys.
    type Key;
    /// Its values.
    type Value;

    /// The value of a key.
    fn value(&self, key: &Self::Key) -> Option<&Self::Value>;

    /// The value of a key, to change.
    fn value_mut(&mut self, key: &Self::Key) -> Option<&mut Self::Value>;

    /// Sets the value of a key, or removes it.
    fn set(&mut self, key: Self::Key, value: Option<Self::Value>);

    /// All keys and values, in whatever order.
    fn all(&self) -> impl Iterator<Item = (&Self::Key, &Self::Value)>;

    /// Gives every key and value away, in whatever order.
    fn give(self, to: &mut dyn FnMut(Self::Key, Self::Value));
}

impl<K: Hash + Eq, V> Lookup for Table<K, V> {
    type Key = K;
    type Value = V;

    fn value(&self, key: &K) -> Option<&V> {
        self.get(key)
    }

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn set(&mut self, key: K, value: Option<V>) {
        match value {
            Some(value) => self.insert(key, value),
            None => self.remove(&key),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    fn give(self, to: &mut dyn FnMut(K, V)) {
        self.0.into_iter().for_each(|(key, value)| to(key, value));
    }
}

impl<K: Ord, V> Lookup for BTreeMap<K, V> {
    type Key = K;
    type Value = V;

    fn value(&self, key: &K) -> Option<&V> {
        self.get(key)
    }

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        self.get_mut(key)
    }

    fn set(&mut self, key: K, value: Option<V>) {
        match value {
            Some(value) => self.insert(key, value),
            None => self.remove(&key),
        };
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        self.iter()
    }

    fn give(self, to: &mut dyn FnMut(K, V)) {
        self.into_iter().for_each(|(key, value)| to(key, value));
    }
}

/// The changes of a draft to a [`Table`]: as a rule a handful, found by looking at each of them; an
/// allocation the less, and no hashing.
#[derive(Debug, Clone)]
pub enum Changes<K, V> {
    /// At most eight.
    Few(Vec<(K, V)>),
    /// More than that.
    Many(Box<Table<K, V>>),
}

/// Changes that are looked at one by one.
const FEW: usize = 8;

impl<K, V> Default for Changes<K, V> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<K: Hash + Eq, V> Lookup for Changes<K, V> {
    type Key = K;
    type Value = V;

    fn value(&self, key: &K) -> Option<&V> {
        match self {
            Self::Few(few) => few.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            Self::Many(many) => many.get(key),
        }
    }

    fn value_mut(&mut self, key: &K) -> Option<&mut V> {
        match self {
            Self::Few(few) => {
                few.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
            }
            Self::Many(many) => many.get_mut(key),
        }
    }

    fn set(&mut self, key: K, value: Option<V>) {
        match self {
            Self::Many(many) => many.set(key, value),
            Self::Few(few) => {
                let place = few.iter().position(|(known, _)| *known == key);
                match (value, place.and_then(|place| few.get_mut(place))) {
                    (Some(value), Some((_, known))) => *known = value,
                    (Some(value), None) => few.push((key, value)),
                    (None, _) => drop(place.map(|place| few.swap_remove(place))),
                }
                if few.len() > FEW {
                    *self = Self::Many(Box::new(Table(few.drain(..).collect())));
                }
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (&K, &V)> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few), None),
            Self::Many(many) => (None, Some(many)),
        };
        let few = few.into_iter().flatten().map(|(key, value)| (key, value));
        few.chain(many.into_iter().flat_map(|many| many.iter()))
    }

    fn give(self, to: &mut dyn FnMut(K, V)) {
        match self {
            Self::Few(few) => few.into_iter().for_each(|(key, value)| to(key, value)),
            Self::Many(many) => many.give(to),
        }
    }
}

/// A table that changes are laid over.
pub trait Base: Lookup {
    /// What holds the changes: by key the new value, or that there is none any more.
    type Over: Lookup<Key = Self::Key, Value = Option<Self::Value>>;
}

impl<K: Hash + Eq, V> Base for Table<K, V> {
    type Over = Changes<K, Option<V>>;
}

impl<K: Ord, V> Base for BTreeMap<K, V> {
    type Over = BTreeMap<K, Option<V>>;
}

/// The values that a change replaces, by the keys that it sets.
pub(super) fn replaced<B>(base: &B, over: &B::Over) -> B::Over
where
    B: Base<Key: Clone, Value: Clone>,
{
    let mut back = B::Over::default();
    for (key, _) in over.all() {
        back.set(key.clone(), Some(base.value(key).cloned()));
    }
    back
}

/// One table of a draft: changes over a base.
#[derive(Debug)]
pub struct Layer<'a, B: Base> {
    base: &'a B,
    over: B::Over,
}

impl<'a, B: Base> Layer<'a, B> {
    /// No changes over a base.
    #[must_use]
    pub fn over(base: &'a B) -> Self {
        Self { base, over: B::Over::default() }
    }

    /// The changes alone.
    #[must_use]
    pub fn into_changes(self) -> B::Over {
        self.over
    }

    /// The value of a key, changes first.
    #[must_use]
    pub fn get(&self, key: &B::Key) -> Option<&B::Value> {
        match self.over.value(key) {
            Some(changed) => changed.as_ref(),
            None => self.base.value(key),
        }
    }

    /// True if the key has a value.
    #[must_use]
    pub fn contains(&self, key: &B::Key) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: B::Key, value: B::Value) {
        self.over.set(key, Some(Some(value)));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &B::Key)
    where
        B::Key: Clone,
    {
        self.over.set(key.clone(), Some(None));
    }

    /// Sets the value of a key to what `change` makes of the present one.
    ///
    /// # Errors
    /// What `change` says; nothing is changed then.
    pub fn update<E>(
        &mut self,
        key: &B::Key,
        change: impl FnOnce(Option<&B::Value>) -> Result<Option<B::Value>, E>,
    ) -> Result<(), E>
    where
        B::Key: Clone,
    {
        if let Some(changed) = self.over.value_mut(key) {
            *changed = change(changed.as_ref())?;
            return Ok(());
        }
        let value = change(self.base.value(key))?;
        self.over.set(key.clone(), Some(value));
        Ok(())
    }

    /// The keys of the base: what was known before the command.
    pub fn base_keys(&self) -> impl Iterator<Item = &B::Key> {
        self.base.all().map(|(key, _)| key)
    }

    /// The first key, in order, whose value is `wanted`. Reads the whole table.
    pub fn find(&self, wanted: impl Fn(&B::Key, &B::Value) -> bool) -> Option<&B::Key>
    where
        B::Key: Ord,
    {
        let base = self.base.all().filter(|(key, _)| self.over.value(key).is_none());
        let over = self.over.all().filter_map(|(k, v)| v.as_ref().map(|v| (k, v)));
        base.chain(over).filter(|(key, value)| wanted(key, value)).map(|(key, _)| key).min()
    }
}

impl<K: Ord + Clone, V> Layer<'_, BTreeMap<K, V>> {
    /// All keys and values from `from` on for as long as `wanted` says yes, ascending. Only for
    /// tables or ranges that are small.
    pub fn range<'s>(
        &'s self,
        from: &K,
        wanted: impl Fn(&K) -> bool + 's,
    ) -> impl Iterator<Item = (&'s K, &'s V)> {
        let base = self
            .base
            .range(from.clone()..)
            .take_while(|(key, _)| wanted(key))
            .filter(|(key, _)| !self.over.contains_key(*key))
            .collect::<Vec<_>>();
        let over = self
            .over
            .range(from.clone()..)
            .take_while(|(key, _)| wanted(key))
            .filter_map(|(key, value)| value.as_ref().map(|value| (key, value)));
        let mut all: Vec<(&K, &V)> = base.into_iter().chain(over).collect();
        all.sort_by(|a, b| a.0.cmp(b.0));
        all.into_iter()
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
    fn changes_are_the_same_few_or_many() {
        let base = filled(&[1, 2, 3]);
        let mut layer = Layer::over(&base);
        let mut expected: BTreeMap<u32, char> = [1, 2, 3].map(|key| (key, 'x')).into();
        for step in 0..40_u32 {
            // The same key is set, removed and set again, before and after there are many.
            let key = (step * 7) % 17;
            if step % 3 == 2 {
                layer.remove(&key);
                expected.remove(&key);
            } else {
                layer.insert(key, 'y');
                expected.insert(key, 'y');
            }
            let seen = |key: &u32| layer.get(key).copied();
            assert!((0..20).all(|key| seen(&key) == expected.get(&key).copied()), "step {step}");
            assert_eq!(layer.find(|_, _| true), expected.keys().next());
        }
        let mut applied = base.clone();
        let changes = layer.into_changes();
        let back = replaced(&base, &changes);
        changes.give(&mut |key, value| applied.set(key, value));
        assert_eq!(applied.sorted(), expected.iter().collect::<Vec<_>>());
        back.give(&mut |key, value| applied.set(key, value));
        assert_eq!(applied, base);
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
