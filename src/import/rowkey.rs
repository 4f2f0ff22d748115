//! Which rows are new: the memory of an import, about 30 bytes for each different row.
//!
//! Holds the row keys that the ledger already has, and the rows read so far, so that equal rows get
//! different occurrence numbers. Nothing is forgotten or approximated: keys are 128 bits whole.

use super::reader::Row;
use std::collections::BTreeMap;

/// The memory of rows.
#[derive(Debug, Default)]
pub struct RowMemory {
    keys: Table,
    /// How often a row was read, for those read more than once; by the key of occurrence 0.
    repeats: BTreeMap<[u8; 16], u32>,
}

/// An entry that stands has the key.
const STANDS: u8 = 1;
/// An entry that moves nothing has it.
const IDLE: u8 = 2;
/// An entry that was reversed has it.
const REVERSED: u8 = 4;
/// The same of another list stands so many bits higher.
const ELSEWHERE: u32 = 3;
/// The file had it before.
const READ: u8 = 64;
/// It was booked by another mapping than today's.
const OTHER_MAPPING: u8 = 128;

/// A row is booked that has an entry that stands, or none of its entries was reversed.
fn booked(marks: u8) -> bool {
    marks & STANDS != 0 || marks & (IDLE | REVERSED) == IDLE
}

fn booked_elsewhere(marks: u8) -> bool {
    booked(marks.wrapping_shr(ELSEWHERE) & (STANDS | IDLE | REVERSED))
}

/// How much marks say of whether a row is booked: for this list, for another, not.
fn rank(marks: u8) -> u8 {
    if booked(marks) { 2 } else { u8::from(booked_elsewhere(marks)) }
}

/// What an entry says of the row that it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bears {
    /// It stands.
    Stands,
    /// It moves nothing: what the row created on its way.
    Idle,
    /// It was reversed.
    Reversed,
}

/// An entry that an earlier import booked a row as.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// Its index.
    pub at: u64,
    /// What it says of the row.
    pub bears: Bears,
    /// It is of another list.
    pub elsewhere: bool,
    /// Another mapping than today's made it.
    pub other_mapping: bool,
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    marks: u8,
    /// Index of the entry by which the row is booked, for this list before another; where none is, of the
    /// first that has the key.
    pub at: u64,
}

impl Known {
    /// True if the row is booked for this list.
    #[must_use]
    pub fn is_booked(self) -> bool {
        booked(self.marks)
    }

    /// True if it is booked for another list.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        booked_elsewhere(self.marks)
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
    /// Remembers what an entry says of a row key; of entries in their order.
    pub fn learn(&mut self, key: [u8; 16], booking: Booking) {
        let mark = match booking.bears {
            Bears::Stands => STANDS,
            Bears::Idle => IDLE,
            Bears::Reversed => REVERSED,
        };
        let mark = if booking.elsewhere { mark.wrapping_shl(ELSEWHERE) } else { mark };
        let mapping = if booking.other_mapping { OTHER_MAPPING } else { 0 };
        let _before = self.keys.mark(key, mark | mapping, booking.at);
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

    /// The key of the next row of the file: equal rows have different ones. The rows of a file MUST each
    /// be passed once, in order.
    pub fn next(&mut self, row: &Row) -> [u8; 16] {
        let first = row.key(0);
        if !self.read(first).was_read() {
            return first;
        }
        let repeats = self.repeats.entry(first).or_insert(0);
        *repeats = repeats.saturating_add(1);
        row.key(*repeats)
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
        // Named is the entry by which the row is booked, and that one's mapping counts.
        if before.marks == 0 || *entry == u32::MAX || rank(*stored | marks) > rank(*stored) {
            *entry = at;
            *stored &= !OTHER_MAPPING;
        }
        *stored |= marks;
        *place = key;
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
        let all = [&a, &b, &a, &a, &b].map(|row| memory.next(row));
        assert_eq!(all, [a.key(0), b.key(0), a.key(1), a.key(2), b.key(1)]);
        assert_eq!(BTreeSet::from(all).len(), 5);
    }

    #[test]
    fn a_longer_version_of_a_file_has_only_its_new_rows() {
        let old = ["x", "y", "x"];
        let mut first = RowMemory::default();
        let keys = old.map(|cell| first.next(&row(&[cell])));
        let mut second = RowMemory::default();
        keys.into_iter().for_each(|key| second.learn(key, STOOD));
        let known = ["x", "z", "y", "x", "x"].map(|cell| {
            let key = second.next(&row(&[cell]));
            second.look(key).is_booked()
        });
        assert_eq!(known, [true, false, true, true, false]);
    }

    const STOOD: Booking =
        Booking { at: 0, bears: Bears::Stands, elsewhere: false, other_mapping: false };

    #[test]
    fn a_row_is_booked_while_an_entry_of_it_stands_and_that_one_is_named() {
        use Bears::{Idle, Reversed, Stands};
        const HERE: bool = false;
        const THERE: bool = true;
        for (entries, booked, elsewhere, at) in [
            (&[(Stands, HERE)][..], true, false, 5),
            (&[(Idle, HERE)], true, false, 5),
            (&[(Reversed, HERE)], false, false, 5),
            (&[(Idle, HERE), (Reversed, HERE)], false, false, 5),
            (&[(Idle, HERE), (Stands, HERE), (Reversed, HERE)], true, false, 5),
            // Reversed and booked anew: the new booking.
            (&[(Reversed, HERE), (Stands, HERE)], true, false, 6),
            (&[(Idle, HERE), (Reversed, HERE), (Idle, HERE), (Stands, HERE)], true, false, 8),
            // Of another list, whatever became of that: never booked here.
            (&[(Stands, THERE)], false, true, 5),
            (&[(Idle, THERE)], false, true, 5),
            (&[(Reversed, THERE)], false, false, 5),
            (&[(Reversed, HERE), (Idle, THERE)], false, true, 6),
            // Of both: the one of this list.
            (&[(Stands, THERE), (Stands, HERE)], true, true, 6),
            (&[(Stands, HERE), (Stands, THERE)], true, true, 5),
            (&[(Stands, HERE), (Reversed, THERE)], true, false, 5),
        ] {
            let mut memory = RowMemory::default();
            for (at, (bears, elsewhere)) in (5..).zip(entries) {
                let booking = Booking { at, bears: *bears, elsewhere: *elsewhere, ..STOOD };
                memory.learn([1; 16], booking);
            }
            let known = memory.look([1; 16]);
            let found = (known.is_booked(), known.is_elsewhere(), known.at);
            assert_eq!(found, (booked, elsewhere, at), "{entries:?}");
        }
        assert!(!RowMemory::default().look([1; 16]).is_met());
    }

    #[test]
    fn the_mapping_is_that_of_the_booking_that_stands() {
        let mut memory = RowMemory::default();
        let reversed = Booking { bears: Bears::Reversed, other_mapping: true, ..STOOD };
        memory.learn([1; 16], reversed);
        memory.learn([1; 16], Booking { at: 3, ..STOOD });
        assert!(!memory.look([1; 16]).is_of_other_mapping());
        memory.learn([2; 16], Booking { other_mapping: true, ..STOOD });
        assert!(memory.look([2; 16]).is_of_other_mapping());
    }

    #[test]
    fn a_row_costs_less_than_32_bytes() {
        let mut memory = RowMemory::default();
        for n in 0..200_000_u32 {
            memory.learn(crate::chain::hash::row_key(["x"], n), STOOD);
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
                memory.learn(key, STOOD);
                set.insert(key);
            }
            let mut seen: BTreeMap<u8, u32> = BTreeMap::new();
            for n in read {
                let row = row(&["c", &n.to_string()]);
                let occurrence = *seen.entry(n).and_modify(|times| *times += 1).or_insert(0);
                let key = row.key(occurrence);
                prop_assert_eq!(memory.next(&row), key);
                prop_assert_eq!(memory.look(key).is_booked(), set.contains(&key));
            }
        }
    }
}
