//! What is changed in a table, noted so that it can be taken back.

use std::collections::BTreeMap;

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
