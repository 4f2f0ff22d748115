//! Random ids, from the operating system or, for tests and the demo, from a seed.
//!
//! Ids tell things apart; none of them is a secret. Private keys take their randomness in
//! [`keys`](super::keys), never from here. The form of an entry's id is
//! [`EntryId`](crate::chain::entry::EntryId)'s; this file gives it the random bits.

use super::randomness;
use crate::chain::entry::{CommandId, LedgerId};
use crate::error::Result;

/// Makes ids that no one else makes.
pub trait Ids: std::fmt::Debug + Send {
    /// 64 random bits, for an entry's id.
    fn random_64(&mut self) -> u64;

    /// A command id: 128 random bits, the same shape as one derived from a user's key.
    fn command_id(&mut self) -> CommandId {
        CommandId(self.random_128())
    }

    /// A ledger's identity: a UUID v4 (RFC 9562 §5.4).
    fn ledger_id(&mut self) -> LedgerId {
        LedgerId(uuid::Builder::from_random_bytes(self.random_128()).into_uuid().into_bytes())
    }

    /// 128 random bits.
    fn random_128(&mut self) -> [u8; 16] {
        let mut out = [0; 16];
        let (front, back) = out.split_at_mut(8);
        front.copy_from_slice(&self.random_64().to_be_bytes());
        back.copy_from_slice(&self.random_64().to_be_bytes());
        out
    }
}

/// Bytes asked from the system at a time: 512 entries' worth, so an import is not a system call an
/// entry.
const POOL_BYTES: usize = 4_096;

/// Ids from the operating system's generator.
pub struct SystemIds {
    pool: Vec<u8>,
    fill: fn(&mut [u8]) -> bool,
    /// Takes over should the system fail after it has worked once; seeded by its last bits.
    stretch: SeededIds,
}

impl SystemIds {
    /// Takes the first pool from the system.
    ///
    /// Should a later pool fail, which Linux rules out, the ids go on from the last good random bits:
    /// they stay distinct, which is all an id promises.
    ///
    /// # Errors
    /// Code `no_randomness` if the system gives none.
    pub fn new() -> Result<Self> {
        Self::with(|bytes| randomness::fill(bytes).is_ok())
    }

    fn with(fill: fn(&mut [u8]) -> bool) -> Result<Self> {
        let mut ids = Self { pool: Vec::new(), fill, stretch: SeededIds::new(0) };
        if ids.refill() {
            return Ok(ids);
        }
        Err(randomness::none())
    }

    fn refill(&mut self) -> bool {
        let mut fresh = vec![0; POOL_BYTES];
        let filled = (self.fill)(&mut fresh);
        if filled {
            self.pool = fresh;
        }
        filled
    }

    fn take_8(&mut self) -> Option<u64> {
        let (rest, last) = self.pool.split_last_chunk()?;
        let (left, random) = (rest.len(), u64::from_le_bytes(*last));
        self.pool.truncate(left);
        Some(random)
    }
}

impl std::fmt::Debug for SystemIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemIds")
    }
}

impl Ids for SystemIds {
    fn random_64(&mut self) -> u64 {
        if self.pool.is_empty() {
            self.refill();
        }
        match self.take_8() {
            Some(random) => {
                self.stretch = SeededIds::new(random);
                random
            }
            None => self.stretch.random_64(),
        }
    }
}

/// The same ids again for the same seed: for tests and the demo. Not for a real ledger, where two
/// machines with one seed would make the same ids.
#[derive(Debug, Clone)]
pub struct SeededIds(u64);

impl SeededIds {
    /// Ids that follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Ids for SeededIds {
    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    fn random_64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_the_published_splitmix_values() {
        let mut ids = SeededIds::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| ids.random_64()).collect();
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_seed_gives_the_same_ids_again() {
        assert_eq!(SeededIds::new(7).command_id(), SeededIds::new(7).command_id());
        assert_ne!(SeededIds::new(7).command_id(), SeededIds::new(8).command_id());
    }

    #[test]
    fn a_ledger_id_is_a_uuid_v4() {
        let id = uuid::Uuid::from_bytes(SeededIds::new(1).ledger_id().0);
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn system_ids_do_not_repeat_across_pools() {
        let mut ids = SystemIds::new().unwrap();
        let count = POOL_BYTES / 8 * 3;
        let seen: BTreeSet<u64> = (0..count).map(|_| ids.random_64()).collect();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn a_system_that_stops_giving_leaves_the_ids_distinct() {
        let mut ids = SystemIds::new().unwrap();
        ids.fill = |_| false;
        let count = POOL_BYTES / 8 * 3;
        let seen: BTreeSet<u64> = (0..count).map(|_| ids.random_64()).collect();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn a_system_without_randomness_is_an_error() {
        assert_eq!(
            SystemIds::with(|_| false).unwrap_err().to_string(),
            "no_randomness: the operating system gives no random bytes\n  \
             next: check that getrandom is allowed here and /dev/urandom can be read"
        );
    }
}
