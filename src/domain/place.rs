//! Where a key of a table is kept: a number that follows from the key alone, on every machine.
//!
//! A snapshot of the state is cut into shards by it (schemas/storage.md §4), so it is no hash of a
//! process: it has no key. Who chooses codes can have them meet in one shard, which then takes longer to read;
//! inside a shard a key is found by a hash that nobody knows beforehand. Keys that one command asks for are
//! placed together: the accounts of a contract, what is reserved for a project.

use super::calendar::Year;
use super::event::Bytes32;
use super::ids::{Code, LineKey};
use super::kinds::Stage;
use super::posting::Leaf;

/// A key with a place.
pub trait Placed {
    /// The place, the same for equal keys.
    fn place(&self) -> u64;

    /// Whether all that has this place is ever asked for together.
    fn is_together(&self) -> bool {
        false
    }
}

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
const END: u64 = 0xD1B5_4A32_D192_ED03;

/// A place in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Sum(u64);

/// Both halves of a product of 128 bits, one over the other.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    let [low, high] = [product & u128::from(u64::MAX), product >> 64];
    u64::try_from(low ^ high).unwrap_or_default()
}

impl Sum {
    fn word(self, word: u64) -> Self {
        Self(fold(self.0 ^ word, FACTOR))
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        let sum = words.iter().fold(self, |sum, word| sum.word(u64::from_le_bytes(*word)));
        if rest.is_empty() {
            return sum;
        }
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        sum.word(u64::from_le_bytes(last))
    }

    fn text(self, text: &str) -> Self {
        self.word(u64::try_from(text.len()).unwrap_or(u64::MAX)).bytes(text.as_bytes())
    }

    fn code(self, code: Option<&Code>) -> Self {
        self.text(code.map_or("", Code::as_str))
    }

    fn year(self, year: Year) -> Self {
        self.word(u64::from(year.cast_unsigned()))
    }

    fn end(self) -> u64 {
        fold(self.0 ^ END, FACTOR)
    }
}

impl Placed for Code {
    fn place(&self) -> u64 {
        Sum::default().code(Some(self)).end()
    }
}

impl Placed for u64 {
    fn place(&self) -> u64 {
        Sum::default().word(*self).end()
    }
}

impl Placed for Bytes32 {
    fn place(&self) -> u64 {
        Sum::default().bytes(&self.0).end()
    }
}

impl Placed for Leaf {
    fn place(&self) -> u64 {
        let sum = Sum::default();
        let (contract, project) = (self.commitment.as_ref(), self.project.as_ref());
        if self.stage == Stage::Reserved {
            sum.code(project).end()
        } else if contract.is_some() || project.is_some() {
            sum.code(contract).code(project).end()
        } else {
            self.line.place()
        }
    }

    fn is_together(&self) -> bool {
        self.stage == Stage::Reserved
    }
}

impl Placed for LineKey {
    fn place(&self) -> u64 {
        let sum = Sum::default().code(Some(&self.fund)).year(self.year).year(self.origin);
        sum.text(self.class.as_str()).end()
    }
}

/// A fund and fiscal year.
impl Placed for (Code, Year) {
    fn place(&self) -> u64 {
        Sum::default().code(Some(&self.0)).year(self.1).end()
    }
}

/// A refunded part of a payment: those of one payment are together.
impl Placed for (u64, LineKey, Option<Code>) {
    fn place(&self) -> u64 {
        self.0.place()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by another implementation, from schemas/storage.md §4.
    #[test]
    fn places_are_what_the_schema_says() {
        let line = LineKey::new(Code::new("PD-INFO"), 2026);
        let (project, contract) = (Code::new("SC-01"), Code::new("C-7"));
        let leaf = |stage, project: Option<&Code>, contract: Option<&Code>| {
            Leaf::new(&line, stage, project, contract).place()
        };
        let found = [
            Code::default().place(),
            Code::new("沪财〔2002〕15号").place(),
            7_u64.place(),
            Bytes32([7; 32]).place(),
            leaf(Stage::Unreserved, None, None),
            leaf(Stage::Paid, Some(&project), Some(&contract)),
            (Code::new("PD-INFO"), 2026).place(),
        ];
        assert_eq!(found, EXPECTED);
        assert_eq!(leaf(Stage::Reserved, Some(&project), Some(&contract)), project.place());
        assert_eq!(leaf(Stage::Authority, None, None), line.place());
        assert_eq!((7, line, Some(project)).place(), 7_u64.place());
    }

    const EXPECTED: [u64; 7] = [
        0xd6cb_8892_a926_a943,
        0x162e_3a6b_b622_52a9,
        0x479b_a276_a9e4_e2f6,
        0x8d2d_a269_ede5_d050,
        0xcd70_1255_83b4_34f4,
        0x809e_2adf_7fc4_ffcc,
        0x7d49_2a17_5795_d594,
    ];

    #[test]
    fn keys_that_count_on_are_spread_evenly() {
        for name in ["P-", "contract number "] {
            let mut shards = [0_u32; 64];
            for number in 0..6_400 {
                let place = Code::new(&format!("{name}{number}")).place();
                shards[usize::try_from(place % 64).unwrap()] += 1;
            }
            assert!(shards.iter().all(|keys| (60..=145).contains(keys)), "{shards:?}");
        }
    }
}
