//! The last sound place, `wal/sound` (schemas/storage.md §3): up to here sled, durability log and published
//! archive were one.
//!
//! It is written without a sync of its own: an older one is as true. Two slots are written in turn, so
//! that a write that is cut short spoils none but itself.

use super::mark::{Mark, read_small, remove_small};
use crate::chain::entry::Head;
use crate::chain::hash::Hash;
use crate::error::{Error, Result};
use crate::store::medium::Medium;
use std::io::ErrorKind;
use std::path::Path;

/// Its name in the folder of the durability log.
pub(super) const NAME: &str = "sound";
const MAGIC: &[u8; 8] = b"EARMSND1";
/// A slot has a sector of its own.
const SLOT_BYTES: usize = 512;
const WRITTEN_BYTES: usize = 76;

/// A place that was sound, and the number of its write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sound {
    number: u64,
    /// The head, and where the durability log went on.
    pub(super) at: Mark,
}

impl Sound {
    /// The one after `before`.
    pub(super) fn after(before: Option<Self>, at: Mark) -> Self {
        Self { number: before.map_or(1, |before| before.number.saturating_add(1)), at }
    }

    fn encode(&self) -> Vec<u8> {
        let Mark { head, generation, position } = self.at;
        let mut out = MAGIC.to_vec();
        out.extend(self.number.to_le_bytes());
        out.extend(head.size.to_le_bytes());
        out.extend(head.hash.0);
        out.extend(generation.to_le_bytes());
        out.extend(position.to_le_bytes());
        out.extend(crc32c::crc32c(&out).to_le_bytes());
        out
    }

    fn decode(slot: &[u8]) -> Option<Self> {
        let written: &[u8; WRITTEN_BYTES] = slot.first_chunk()?;
        let (magic, rest) = written.split_first_chunk::<8>()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let position = rest.first_chunk()?;
        let head = Head { size: u64::from_le_bytes(*size), hash: Hash(*hash) };
        let (generation, position) =
            (u64::from_le_bytes(*generation), u64::from_le_bytes(*position));
        let at = Mark { head, generation, position };
        let found = Self { number: u64::from_le_bytes(*number), at };
        (magic == MAGIC && found.encode() == written).then_some(found)
    }

    /// The newest one that is whole.
    ///
    /// # Errors
    /// `Kind::Io` when the disk cannot say.
    pub(super) fn get(medium: &dyn Medium, folder: &Path) -> Result<Option<Self>> {
        let bytes = read_small(medium, &folder.join(NAME))?.unwrap_or_default();
        let slots = bytes.chunks(SLOT_BYTES).take(2).filter_map(Self::decode);
        Ok(slots.max_by_key(|found| found.number))
    }

    /// Writes it into the slot of the one before the last.
    pub(super) fn put(&self, medium: &dyn Medium, folder: &Path) -> Result<()> {
        let path = folder.join(NAME);
        let write = || {
            let mut file = match medium.open(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => medium.create(&path)?,
                opened => opened?,
            };
            let slot = if self.number.is_multiple_of(2) { SLOT_BYTES } else { 0 };
            file.write_at(u64::try_from(slot).unwrap_or(0), &self.encode())
        };
        write().map_err(|e| Error::io("write", &path, e))
    }

    /// Removes all of them durably.
    pub(super) fn remove(medium: &dyn Medium, folder: &Path) -> Result<()> {
        remove_small(medium, folder, NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::medium::Disk;

    fn sound(number: u64) -> Sound {
        let head = Head { size: number.saturating_mul(3), hash: Hash([7; 32]) };
        Sound { number, at: Mark { head, generation: 3, position: 4_711 } }
    }

    #[test]
    fn the_newest_whole_slot_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), None);
        for number in 1..=5 {
            sound(number).put(&Disk, folder.path()).unwrap();
            assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), Some(sound(number)));
        }
        let whole = std::fs::read(&path).unwrap();
        // The newest is in the first slot; whatever byte of it changes, the one before counts.
        for at in 0..WRITTEN_BYTES {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), Some(sound(4)), "byte {at}");
            bytes[SLOT_BYTES + at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), None, "byte {at} of both");
        }
        for length in 0..SLOT_BYTES {
            std::fs::write(&path, &whole[..length]).unwrap();
            let expected = (length >= WRITTEN_BYTES).then(|| sound(5));
            assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), expected, "cut at {length}");
        }
        Sound::remove(&Disk, folder.path()).unwrap();
        Sound::remove(&Disk, folder.path()).unwrap();
        assert_eq!(Sound::get(&Disk, folder.path()).unwrap(), None);
    }
}
