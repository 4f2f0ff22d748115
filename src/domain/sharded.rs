//! The tables of a state one after the other, for whoever puts a state down or opens one by its shards.

use super::place::Placed;
use super::table::Table;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::Hash;

/// What goes through the tables of a state that are cut into shards.
pub trait Visit {
    /// What stops it.
    type Stop;

    /// Looks at a table; tables are numbered in their order, from 1.
    ///
    /// # Errors
    /// What stops it: no further table is looked at.
    fn table<K: Key, V: Value>(
        &mut self,
        number: u8,
        table: &mut Table<K, V>,
    ) -> Result<(), Self::Stop>;
}

/// What a key of a table is.
pub trait Key:
    Placed + Hash + Ord + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

impl<K> Key for K where
    K: Placed + Hash + Ord + fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

/// What a value of a table is.
pub trait Value: fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<V> Value for V where V: fmt::Debug + Serialize + DeserializeOwned + Send + Sync + 'static {}

/// A part of a state that is a table or a map: only a table is cut into shards.
pub(super) trait Sharded: Sized {
    /// What stays when the shards are taken out.
    fn without_shards(&self) -> Self;

    /// How many keys are in shards that changed since the last snapshot, and how many such shards there are.
    fn changed(&self) -> [usize; 2];

    /// Shows a table, with the next number, to who goes through them.
    fn visit<T: Visit>(&mut self, number: &mut u8, visitor: &mut T) -> Result<(), T::Stop>;
}

impl<K: Key, V: Value> Sharded for Table<K, V> {
    fn without_shards(&self) -> Self {
        Self::default()
    }

    fn changed(&self) -> [usize; 2] {
        Table::changed(self).fold([0, 0], |[all, shards], (_, keys)| {
            [all.saturating_add(keys), shards.saturating_add(1)]
        })
    }

    fn visit<T: Visit>(&mut self, number: &mut u8, visitor: &mut T) -> Result<(), T::Stop> {
        *number = number.saturating_add(1);
        visitor.table(*number, self)
    }
}

impl<K: Clone, V: Clone> Sharded for BTreeMap<K, V> {
    fn without_shards(&self) -> Self {
        self.clone()
    }

    fn changed(&self) -> [usize; 2] {
        [0, 0]
    }

    fn visit<T: Visit>(&mut self, _: &mut u8, _: &mut T) -> Result<(), T::Stop> {
        Ok(())
    }
}
