//! The mark of a clean end, `wal/clean` (schemas/storage.md §3).

use crate::chain::entry::Head;
use crate::chain::hash::Hash;
use crate::error::{Error, Result};
use crate::store::medium::Medium;
use std::path::Path;

/// Its name in the folder of the durability log.
pub(super) const NAME: &str = "clean";
const TITLE: &str = "earmark clean end 1";

/// What a close left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The head of sled and of the durability log.
    pub(super) head: Head,
    /// Generation of the segment being written, 0 if none.
    pub(super) generation: u64,
    /// Where its next frame would start, 0 if none.
    pub(super) position: u64,
}

impl Mark {
    fn text(&self) -> String {
        let Head { size, hash } = self.head;
        let Self { generation, position, .. } = self;
        let lines = format!(
            "{TITLE}\nsize {size}\nhash {hash}\ngeneration {generation}\nposition {position}\n"
        );
        format!("{lines}crc32c {:08x}\n", crc32c::crc32c(lines.as_bytes()))
    }

    /// Reads the text; `None` unless it is exactly what [`Mark::text`] writes.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(1);
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let size = field("size")?.parse().ok()?;
        let hash: Hash = field("hash")?.parse().ok()?;
        let generation = field("generation")?.parse().ok()?;
        let position = field("position")?.parse().ok()?;
        let mark = Self { head: Head { size, hash }, generation, position };
        (mark.text() == text).then_some(mark)
    }

    /// Writes the mark durably.
    pub(super) fn put(&self, medium: &dyn Medium, folder: &Path) -> Result<()> {
        let path = folder.join(NAME);
        let write = || {
            let mut file = medium.create(&path)?;
            file.write_at(0, self.text().as_bytes())?;
            file.sync_all()?;
            medium.sync_folder(folder)
        };
        write().map_err(|e| Error::io("write", &path, e))
    }

    /// The mark, if there is a valid one.
    ///
    /// # Errors
    /// `Kind::Io` when the disk cannot say.
    pub(super) fn get(medium: &dyn Medium, folder: &Path) -> Result<Option<Self>> {
        let bytes = read_small(medium, &folder.join(NAME))?;
        Ok(bytes.and_then(|bytes| Self::parse(std::str::from_utf8(&bytes).ok()?)))
    }

    /// Removes the mark durably, valid or not; nothing happens when there is none.
    pub(super) fn remove(medium: &dyn Medium, folder: &Path) -> Result<()> {
        remove_small(medium, folder, NAME)
    }
}

/// Removes a small file of ours durably; nothing happens when there is none.
pub(super) fn remove_small(medium: &dyn Medium, folder: &Path, name: &str) -> Result<()> {
    let path = folder.join(name);
    match medium.remove(&path) {
        Ok(()) => medium.sync_folder(folder).map_err(|e| Error::io("sync the folder", folder, e)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("remove", &path, error)),
    }
}

/// The bytes of a small file of ours; `None` where there is none, or something else stands in its place.
///
/// # Errors
/// `Kind::Io` when it is there and cannot be read.
pub(super) fn read_small(medium: &dyn Medium, path: &Path) -> Result<Option<Vec<u8>>> {
    match medium.read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) if crate::file::is_unfit(&error) => Ok(None),
        read => read.map(Some).map_err(|e| Error::io("read", path, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::medium::Disk;

    #[test]
    fn round_trips_and_refuses_anything_else() {
        let head = Head { size: 12, hash: Hash([7; 32]) };
        let mark = Mark { head, generation: 3, position: 4711 };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Mark::get(&Disk, folder.path()).unwrap(), None);
        mark.put(&Disk, folder.path()).unwrap();
        assert_eq!(Mark::get(&Disk, folder.path()).unwrap(), Some(mark));
        let text = mark.text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Mark::parse(&changed), None, "byte {at}");
            assert_eq!(Mark::parse(&text[..at]), None, "cut at {at}");
        }
        Mark::remove(&Disk, folder.path()).unwrap();
        Mark::remove(&Disk, folder.path()).unwrap();
        assert_eq!(Mark::get(&Disk, folder.path()).unwrap(), None);
    }
}
