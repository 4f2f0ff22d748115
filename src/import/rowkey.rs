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

/// An entry that stands has the key.
const STANDS: u8 = 1;
/// The file had it before.
const READ: u8 = 2;
/// An entry that moves nothing has it.
const IDLE: u8 = 4;
/// An entry that was reversed has it.
const REVERSED: u8 = 8;
/// An entry of another list that stands has it.
const ELSEWHERE: u8 = 16;
/// It was booked by another mapping than today's.
const OTHER_MAPPING: u8 = 32;

/// What an entry says of the row that it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bears {
    /// It stands.
    Stands,
    /// It moves nothing: what the row created on its way.
    Idle,
    /// It was reversed.
    Reversed,
    /// It stands, and is of another list.
    Elsewhere,
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    marks: u8,
    /// Index of the first entry that has it, where one has.
    pub at: u64,
}

impl Known {
    /// True if the row is booked: it has an entry that stands, or none of its entries was reversed.
    #[must_use]
    pub fn is_booked(self) -> bool {
        self.marks & STANDS != 0 || self.marks & (IDLE | REVERSED) == IDLE
    }

    /// True if it is booked for another list.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        self.marks & ELSEWHERE != 0
    }

    /// True if it is booked, for this list or another.
    #[must_use]
    pub fn is_met(self) -> bool {
        self.is_booked() || self.is_elsewhere()
    }

    /// True if the file had the key before.
    #[must_use]
    pub fn was_read(self) -> bool {
        self.marks & READ != 0
    }

    /// True if another mapping booked it.
    #[must_use]
    pub fn is_of_other_mapping(self) -> bool {
        self.marks & OTHER_MAPPING != 0
    }
}

impl RowMemory {
    /// Remembers what the entry at index `at` says of a row key.
    pub fn learn(&mut self, key: [u8; 16], at: u64, bears: Bears, other_mapping: bool) {
        let mark = match bears {
            Bears::Stands => STANDS,
            Bears::Idle => IDLE,
            Bears::Reversed => REVERSED,
            Bears::Elsewhere => ELSEWHERE,
        };
        let _before = self.keys.mark(key, mark | if other_mapping { OTHER_MAPPING } else { 0 }, at);
    }

    /// What is known of a key.
    pub fn look(&mut self, key: [u8; 16]) -> Known {
        self.keys.get(key)
    }

    /// What is known of a key that the file has now.
    pub fn read(&mut self, key: [u8; 16]) -> Known {
        self.keys.mark(key, READ, NOWHERE)
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
        let known = self.read(first);
        if !known.was_read() {
            return Keyed { key: first, occurrence: 0, known: known.is_booked() };
        }
        let repeats = self.repeats.entry(first).or_insert(0);
        *repeats = repeats.saturating_add(1);
        let occurrence = *repeats;
        let key = row.key(occurrence);
        Keyed { key, occurrence, known: self.look(key).is_booked() }
    }
}

/// No entry has the key yet. Indexes from here on are told as this.
const NOWHERE: u64 = 0xffff_ffff;

/// Keys with a byte of marks and the index of an entry each, by open addressing in 256 parts by the first byte, so that growing
/// one part never doubles the memory. A part grows by a quarter when it is 7/8 full: 24 to 30 bytes a key.
#[derive(Debug)]
struct Table {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Clone)]
struct Part {
    keys: Vec<[u8; 16]>,
    /// 0: the slot is free.
    marks: Vec<u8>,
    at: Vec<u32>,
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

    /// Adds marks to a key; what was known of it before.
    fn mark(&mut self, key: [u8; 16], marks: u8, at: u64) -> Known {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        self.part(key).map_or(UNKNOWN, |part| part.mark(key, marks, at))
    }

    fn get(&mut self, key: [u8; 16]) -> Known {
        let Some(part) = self.part(key) else { return UNKNOWN };
        let slot = part.slot(key);
        part.known(slot)
    }

    fn count(&self) -> usize {
        self.parts.iter().map(|part| part.used).sum()
    }
}

const UNKNOWN: Known = Known { marks: 0, at: NOWHERE };

impl Part {
    fn known(&self, slot: usize) -> Known {
        let marks = self.marks.get(slot).copied().unwrap_or(0);
        Known { marks, at: self.at.get(slot).map_or(NOWHERE, |at| u64::from(*at)) }
    }

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

    fn mark(&mut self, key: [u8; 16], marks: u8, at: u32) -> Known {
        if self.used.saturating_mul(8) >= self.keys.len().saturating_mul(7) {
            self.grow();
        }
        let slot = self.slot(key);
        let before = self.known(slot);
        let (Some(stored), Some(place), Some(entry)) =
            (self.marks.get_mut(slot), self.keys.get_mut(slot), self.at.get_mut(slot))
        else {
            return UNKNOWN;
        };
        *stored |= marks;
        *place = key;
        // The first entry stays the one that is named.
        if before.marks == 0 || *entry == u32::MAX {
            *entry = at;
        }
        if before.marks == 0 {
            self.used = self.used.saturating_add(1);
            return UNKNOWN;
        }
        before
    }

    fn grow(&mut self) {
        let size = self.keys.len().saturating_add(self.keys.len().div_ceil(4)).max(8);
        let (keys, marks, at) = (vec![[0; 16]; size], vec![0; size], vec![u32::MAX; size]);
        let old = std::mem::replace(self, Self { keys, marks, at, used: 0 });
        for ((key, marks), at) in old.keys.into_iter().zip(old.marks).zip(old.at) {
            if marks != 0 {
                let _new = self.mark(key, marks, at);
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
        keys.into_iter().for_each(|key| second.learn(key, 0, Bears::Stands, false));
        let known = ["x", "z", "y", "x", "x"].map(|cell| second.next(&row(&[cell])).known);
        assert_eq!(known, [true, false, true, true, false]);
    }

    #[test]
    fn a_row_is_booked_while_an_entry_of_it_stands() {
        use Bears::{Elsewhere, Idle, Reversed, Stands};
        for (entries, booked, elsewhere) in [
            (&[Stands][..], true, false),
            (&[Idle], true, false),
            (&[Reversed], false, false),
            (&[Idle, Reversed], false, false),
            (&[Idle, Stands, Reversed], true, false),
            (&[Reversed, Stands], true, false),
            (&[Elsewhere], false, true),
            (&[], false, false),
        ] {
            let mut memory = RowMemory::default();
            for (at, bears) in (5..).zip(entries) {
                memory.learn([1; 16], at, *bears, false);
            }
            let known = memory.look([1; 16]);
            assert_eq!(
                (known.is_booked(), known.is_elsewhere()),
                (booked, elsewhere),
                "{entries:?}"
            );
            if !entries.is_empty() {
                assert_eq!(known.at, 5);
            }
        }
    }

    #[test]
    fn a_row_costs_less_than_32_bytes() {
        let mut memory = RowMemory::default();
        for n in 0..200_000_u32 {
            memory.learn(crate::chain::hash::row_key(["x"], n), 0, Bears::Stands, false);
        }
        let bytes: usize = memory
            .keys
            .parts
            .iter()
            .map(|part| part.keys.capacity() * 16 + part.marks.capacity() + part.at.capacity() * 4)
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
                memory.learn(key, 0, Bears::Stands, false);
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
