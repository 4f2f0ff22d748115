//! Which rows are new: the memory of an import, about 30 bytes for each different row.
//!
//! Holds the row keys that the ledger already has, and the rows read so far, so that equal rows get
//! different occurrence numbers. Nothing is forgotten or approximated: keys are 128 bits whole.

use super::reader::Row;
use std::collections::BTreeMap;

/// A row's key with what is known about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyed {
    /// The row key that goes into the entry.
    pub key: [u8; 16],
    /// Its number among equal rows, from 0.
    pub occurrence: u32,
    /// True if the ledger already has it.
    pub known: bool,
}

/// The memory of rows.
#[derive(Debug, Default)]
pub struct RowMemory {
    keys: Table,
    /// How often a row was read, for those read more than once; by the key of occurrence 0.
    repeats: BTreeMap<[u8; 16], u32>,
}

const KNOWN: u8 = 1;
const READ: u8 = 2;

impl RowMemory {
    /// Remembers a row key that the ledger has under this source.
    pub fn know(&mut self, key: [u8; 16]) {
        let _before = self.keys.mark(key, KNOWN);
    }

    /// The number of different keys remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.count()
    }

    /// True if nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the next row of the file. The rows of a file MUST each be passed once, in order.
    pub fn next(&mut self, row: &Row) -> Keyed {
        let first = row.key(0);
        let marks = self.keys.mark(first, READ);
        if marks & READ == 0 {
            return Keyed { key: first, occurrence: 0, known: marks & KNOWN != 0 };
        }
        let repeats = self.repeats.entry(first).or_insert(0);
        *repeats = repeats.saturating_add(1);
        let occurrence = *repeats;
        let key = row.key(occurrence);
        Keyed { key, occurrence, known: self.keys.get(key) & KNOWN != 0 }
    }
}

/// Keys with a byte of marks each, by open addressing in 256 parts by the first byte, so that growing
/// one part never doubles the memory. A part grows by half when it is 7/8 full: 19 to 29 bytes a key.
#[derive(Debug)]
struct Table {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Clone)]
struct Part {
    keys: Vec<[u8; 16]>,
    /// 0: the slot is free.
    marks: Vec<u8>,
    used: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { parts: vec![Part::default(); 256] }
    }
}

impl Table {
    fn part(&mut self, key: [u8; 16]) -> Option<&mut Part> {
        self.parts.get_mut(usize::from(key[0]))
    }

    /// Adds marks to a key; those it had before.
    fn mark(&mut self, key: [u8; 16], marks: u8) -> u8 {
        self.part(key).map_or(0, |part| part.mark(key, marks))
    }

    fn get(&mut self, key: [u8; 16]) -> u8 {
        let Some(part) = self.part(key) else { return 0 };
        let slot = part.slot(key);
        part.marks.get(slot).copied().unwrap_or(0)
    }

    fn count(&self) -> usize {
        self.parts.iter().map(|part| part.used).sum()
    }
}

impl Part {
    /// The slot that has `key`, or the free one where it belongs; 0 where there is none at all.
    fn slot(&self, key: [u8; 16]) -> usize {
        // The first byte chose the part; these are as good as random.
        let [_, a, b, c, d, e, f, g, h, ..] = key;
        let random = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let size = self.keys.len();
        // The high half of the product is below `size`, and as evenly spread as `random` is.
        let product = u128::from(random).saturating_mul(u128::try_from(size).unwrap_or(0));
        let mut slot = usize::try_from(product >> 64).unwrap_or(0);
        for _ in 0..size {
            let taken = self.marks.get(slot).is_some_and(|marks| *marks != 0);
            if !taken || self.keys.get(slot) == Some(&key) {
                break;
            }
            slot = slot.saturating_add(1);
            if slot == size {
                slot = 0;
            }
        }
        slot
    }

    fn mark(&mut self, key: [u8; 16], marks: u8) -> u8 {
        if self.used.saturating_mul(8) >= self.keys.len().saturating_mul(7) {
            self.grow();
        }
        let slot = self.slot(key);
        let (Some(stored), Some(place)) = (self.marks.get_mut(slot), self.keys.get_mut(slot))
        else {
            return 0;
        };
        let before = *stored;
        *stored |= marks;
        *place = key;
        if before == 0 {
            self.used = self.used.saturating_add(1);
        }
        before
    }

    fn grow(&mut self) {
        let size = self.keys.len().saturating_add(self.keys.len().div_ceil(2)).max(8);
        let old = std::mem::replace(
            self,
            Self { keys: vec![[0; 16]; size], marks: vec![0; size], used: 0 },
        );
        for (key, marks) in old.keys.into_iter().zip(old.marks) {
            if marks != 0 {
                let _new = self.mark(key, marks);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "test code")]
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn row(cells: &[&str]) -> Row {
        Row::new(cells, 1, 2)
    }

    #[test]
    fn equal_rows_get_numbers_and_unequal_ones_do_not() {
        let mut memory = RowMemory::default();
        let (a, b) = (row(&["a", "b"]), row(&["ab", ""]));
        let all: Vec<Keyed> = [&a, &b, &a, &a, &b].map(|row| memory.next(row)).to_vec();
        let numbers: Vec<u32> = all.iter().map(|keyed| keyed.occurrence).collect();
        assert_eq!(numbers, [0, 0, 1, 2, 1]);
        let keys: BTreeSet<_> = all.iter().map(|keyed| keyed.key).collect();
        assert_eq!(keys.len(), 5);
        assert!(all.iter().all(|keyed| !keyed.known));
    }

    #[test]
    fn a_longer_version_of_a_file_has_only_its_new_rows() {
        let old = ["x", "y", "x"];
        let mut first = RowMemory::default();
        let keys = old.map(|cell| first.next(&row(&[cell])).key);
        let mut second = RowMemory::default();
        keys.into_iter().for_each(|key| second.know(key));
        let known = ["x", "z", "y", "x", "x"].map(|cell| second.next(&row(&[cell])).known);
        assert_eq!(known, [true, false, true, true, false]);
    }

    #[test]
    fn a_row_costs_less_than_32_bytes() {
        let mut memory = RowMemory::default();
        for n in 0..200_000_u32 {
            memory.know(crate::chain::hash::row_key(["x"], n));
        }
        let bytes: usize = memory
            .keys
            .parts
            .iter()
            .map(|part| part.keys.capacity() * 16 + part.marks.capacity())
            .sum();
        assert_eq!(memory.len(), 200_000);
        assert!(bytes <= 200_000 * 32, "{} bytes a row", bytes / 200_000);
    }

    proptest! {
        #[test]
        fn the_memory_is_a_set(
            known in proptest::collection::vec(0_u8..40, 0..60),
            read in proptest::collection::vec(0_u8..40, 0..200),
        ) {
            let mut memory = RowMemory::default();
            let mut set = BTreeSet::new();
            for n in &known {
                let key = row(&["c", &n.to_string()]).key(u32::from(n % 3));
                memory.know(key);
                set.insert(key);
            }
            let mut seen: BTreeMap<u8, u32> = BTreeMap::new();
            for n in read {
                let row = row(&["c", &n.to_string()]);
                let occurrence = *seen.entry(n).and_modify(|times| *times += 1).or_insert(0);
                let key = row.key(occurrence);
                let expected = Keyed { key, occurrence, known: set.contains(&key) };
                prop_assert_eq!(memory.next(&row), expected);
            }
        }
    }
}
