//! A copy of a store's files to look at, in a new folder of its own beside the ledger.

use crate::edge::durable::{self, Readers};
use crate::error::{Error, Kind, Result};
use crate::file;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Bytes that are copied at once.
const COPIED_AT_ONCE: usize = 1 << 20;
/// Names that are tried for a folder of one's own.
const FRESH_NAMES: u32 = 100;
/// How the name of such a folder begins; the process's number follows.
const PREFIX: &str = ".earmark-doctor-";

/// A copy of the store's files, removed at the end.
pub(super) struct StoreCopy {
    pub(super) folder: PathBuf,
}

impl StoreCopy {
    /// Copies what a store has in the folder `of`.
    ///
    /// # Errors
    /// `Kind::Io`; nothing is left then.
    pub(super) fn make(of: &Path) -> Result<Self> {
        let copy = Self { folder: fresh_folder(of)? };
        for name in ["db", "wal", "db.rebuilding"] {
            copy_files(&of.join(name), &copy.folder.join(name))?;
        }
        Ok(copy)
    }
}

/// A new folder that nobody else can look into, beside the ledger: what a ledger's disk holds it holds
/// twice, which a temporary folder in memory may not. There only where nothing can be made beside it.
fn fresh_folder(ledger: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(ledger).map_err(|e| Error::io("find", ledger, e))?;
    let beside = whole.parent().unwrap_or(&whole).to_owned();
    let mut refused = None;
    for place in [beside, std::env::temp_dir()] {
        for number in 0..FRESH_NAMES {
            let folder = place.join(format!("{PREFIX}{}-{number}", std::process::id()));
            // One that is there, a link too, is somebody else's.
            match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => return Ok(folder),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => {
                    refused = Some(Error::io("create the folder", &folder, e));
                    break;
                }
            }
        }
    }
    let taken = || Error::new(Kind::Io, "no_fresh_folder", "every name for a copy is taken");
    Err(refused.unwrap_or_else(taken))
}

impl Drop for StoreCopy {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Copies a file; where it has nothing but zeros for a while, nothing is written either.
fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    let (mut from, mut to) = (file::open(from)?, file::create(to, 0o600)?);
    let metadata = from.metadata()?;
    if file::is_hollow(&metadata) {
        return to.set_len(metadata.len());
    }
    let (zeros, mut piece) = (vec![0; COPIED_AT_ONCE], vec![0; COPIED_AT_ONCE]);
    let (mut at, mut length) = (0_u64, 0_u64);
    loop {
        let read = from.read(&mut piece)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        length = length.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        if zeros.get(..read) != Some(bytes) {
            to.seek(SeekFrom::Start(at))?;
            to.write_all(bytes)?;
        }
        at = length;
    }
    to.set_len(length)
}

/// Copies the regular files below a folder; links and the like are nothing of a store.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    let found = match std::fs::read_dir(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(|e| Error::io("list", from, e))?,
    };
    durable::create_folder(to, Readers::Owner)?;
    for entry in found {
        let entry = entry.map_err(|e| Error::io("list", from, e))?;
        let kind = entry.file_type().map_err(|e| Error::io("look at", &entry.path(), e))?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy_files(&entry.path(), &target)?;
        } else if kind.is_file() {
            copy_file(&entry.path(), &target).map_err(|e| Error::io("copy", &entry.path(), e))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn the_copy_is_beside_the_ledger_and_nobody_elses() {
        let around = tempfile::tempdir().unwrap();
        let (book, trap) = (around.path().join("book"), around.path().join("trap"));
        for folder in [&book.join("db"), &trap] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(book.join("db/db"), b"bytes").unwrap();
        // A name that could be guessed is taken: it is left alone.
        let taken = around.path().join(format!("{PREFIX}{}-0", std::process::id()));
        symlink(&trap, &taken).unwrap();
        let copy = StoreCopy::make(&book).unwrap();
        assert_eq!(copy.folder.parent(), Some(around.path()));
        assert_ne!(copy.folder, taken);
        let mode = std::fs::metadata(&copy.folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(std::fs::read(copy.folder.join("db/db")).unwrap(), b"bytes");
        let folder = copy.folder.clone();
        drop(copy);
        assert!(!folder.exists());
        assert_eq!(std::fs::read_dir(&trap).unwrap().count(), 0);
    }

    #[test]
    fn what_is_empty_on_the_disk_is_not_filled_by_a_copy() {
        let around = tempfile::tempdir().unwrap();
        let book = around.path().join("book");
        std::fs::create_dir_all(book.join("db")).unwrap();
        let file = std::fs::File::create(book.join("db/db")).unwrap();
        file.set_len(12 << 30).unwrap();
        let copy = StoreCopy::make(&book).unwrap();
        let metadata = std::fs::metadata(copy.folder.join("db/db")).unwrap();
        assert_eq!(metadata.len(), 12 << 30);
        assert!(metadata.blocks() < 16, "{} blocks", metadata.blocks());
    }
}
