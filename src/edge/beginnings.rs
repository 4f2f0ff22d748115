//! Ledgers that were begun on this machine and are not finished.
//!
//! `init` makes keys, folder, ledger and pin in steps. Before the first of them it notes here, by the
//! log's origin, which folder it makes, and takes the note away after the last: so the same `init` again
//! knows its own leftovers, the log key among them, from a ledger or a key that somebody relies on.

use super::durable::{self, Readers};
use super::keys::origin_file_name;
use crate::error::{Error, Result};
use crate::file;
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The notes of one user.
#[derive(Debug, Clone)]
pub struct Beginnings {
    folder: PathBuf,
}

/// The right to begin a ledger: one `init` of a home at a time. Given up when dropped.
#[derive(Debug)]
pub struct Turn {
    _folder: File,
}

impl Beginnings {
    /// The notes in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, origin: &str) -> PathBuf {
        self.folder.join(origin_file_name(origin))
    }

    /// Waits until no other `init` of this home runs.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn turn(&self) -> Result<Turn> {
        durable::create_folder(&self.folder, Readers::Owner)?;
        let folder =
            file::open_folder(&self.folder).map_err(|e| Error::io("open", &self.folder, e))?;
        folder.lock().map_err(|e| Error::io("lock", &self.folder, e))?;
        Ok(Turn { _folder: folder })
    }

    /// The folder in which a ledger of `origin` was begun and not finished.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn find(&self, origin: &str) -> Result<Option<PathBuf>> {
        let bytes = durable::read_bytes(&self.path(origin), file::SMALL_BYTES)?;
        Ok(bytes.map(|bytes| PathBuf::from(OsString::from_vec(bytes))))
    }

    /// Notes that a ledger of `origin` is begun in `ledger`; durable when it returns.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn note(&self, origin: &str, ledger: &Path) -> Result<()> {
        durable::replace(&self.path(origin), ledger.as_os_str().as_bytes(), Readers::Owner)
    }

    /// Forgets it: the ledger is finished. Durable when it returns.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn forget(&self, origin: &str) -> Result<()> {
        durable::remove(&self.path(origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_known_until_it_is_forgotten() {
        let home = tempfile::tempdir().unwrap();
        let beginnings = Beginnings::at(home.path().join("beginnings"));
        let _turn = beginnings.turn().unwrap();
        assert_eq!(beginnings.find("example.org/a").unwrap(), None);
        let folder = PathBuf::from(OsString::from_vec(b"/ledgers/\xff".to_vec()));
        beginnings.note("example.org/a", &folder).unwrap();
        assert_eq!(beginnings.find("example.org/a").unwrap(), Some(folder));
        assert_eq!(beginnings.find("example.org/b").unwrap(), None);
        beginnings.forget("example.org/a").unwrap();
        beginnings.forget("example.org/a").unwrap();
        assert_eq!(beginnings.find("example.org/a").unwrap(), None);
    }
}
