//! One writer at a time: the file `LOCK` in a ledger's folder.
//!
//! The lock is the operating system's, on the open file: it ends with the program that holds it,
//! however that ends, so a lock is never stale. The number in the file only tells a human whom to
//! look for. Readers take no lock. It says nothing across machines that share a network folder.

use crate::error::{Error, Kind, Result};
use crate::file;
use std::fs::{File, TryLockError};
use std::io::{Seek, Write};
use std::path::Path;

/// The name of the lock's file in a ledger's folder.
pub const LOCK_FILE: &str = "LOCK";

/// The right to write to a ledger; given up when dropped.
#[derive(Debug)]
pub struct LedgerLock {
    _file: File,
}

impl LedgerLock {
    /// Takes the lock of the ledger in `folder`, without waiting.
    ///
    /// # Errors
    /// Kind [`Kind::Locked`], code `locked`, with the holder's number (`pid`) if another program, or
    /// this one, holds it; `lock_unfit` (`Kind::Break`) if it is a link, no regular file, or one with a
    /// second name; an I/O code if the file cannot be opened or written.
    pub fn acquire(folder: &Path) -> Result<Self> {
        Self::acquire_for("the ledger", folder)
    }

    /// [`LedgerLock::acquire`] of a folder that is no ledger; `what` names it before its path.
    ///
    /// # Errors
    /// As [`LedgerLock::acquire`].
    pub fn acquire_for(what: &str, folder: &Path) -> Result<Self> {
        let path = folder.join(LOCK_FILE);
        let opened = file::open_lock(&path);
        let mut file = opened.map_err(|e| unfit(what, &path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(what, folder, &path)),
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
        let sign = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        sign(&mut file).map_err(|e| Error::io("write", &path, e))?;
        Ok(Self { _file: file })
    }
}

/// What is at the lock's name is no file to write a number into: nothing is.
fn unfit(what: &str, path: &Path, source: std::io::Error) -> Error {
    if !file::is_unfit(&source) {
        return Error::io("open", path, source);
    }
    let message = format!("{} of {what} is {source}", path.display());
    Error::new(Kind::Break, "lock_unfit", message)
        .with_hint("nothing was written; see who put it there, and remove it")
        .with_detail("path", path.display())
        .because_of(&source)
}

fn locked(what: &str, folder: &Path, path: &Path) -> Error {
    let text = file::open(path).and_then(|file| file::read_text(file, 64)).unwrap_or_default();
    let pid = text.trim().parse::<u32>().ok();
    // The holder locks first and signs a moment later.
    let holder = pid.map_or_else(
        || "a process that has not yet signed LOCK".to_owned(),
        |pid| format!("process {pid}"),
    );
    let message = format!("{what} {} is held by {holder}", folder.display());
    let error = Error::new(Kind::Locked, "locked", message).with_hint(
        "wait until it is done and try again, or end it: what it has acknowledged is kept; reading \
         and verifying need no lock",
    ).with_detail("path", folder.display());
    match pid {
        Some(pid) => error.with_detail("pid", pid),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let held = LedgerLock::acquire(folder.path()).unwrap();
        let error = LedgerLock::acquire(folder.path()).unwrap_err();
        let pid = std::process::id();
        assert_eq!(error.kind(), Kind::Locked);
        let path = folder.path().display().to_string();
        assert_eq!(error.details(), [("path", path), ("pid", pid.to_string())]);
        assert_eq!(
            error.to_string(),
            format!(
                "locked: the ledger {} is held by process {pid}\n  next: wait until it is done and \
                 try again, or end it: what it has acknowledged is kept; reading and verifying need \
                 no lock",
                folder.path().display()
            )
        );
        drop(held);
        LedgerLock::acquire(folder.path()).unwrap();
    }

    #[test]
    fn a_longer_number_left_in_the_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK_FILE);
        std::fs::write(&path, "4294967295 and more\n").unwrap();
        let _held = LedgerLock::acquire(folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
    }

    #[test]
    fn a_holder_that_has_not_signed_is_still_a_holder() {
        let folder = tempfile::tempdir().unwrap();
        let _held = LedgerLock::acquire(folder.path()).unwrap();
        std::fs::write(folder.path().join(LOCK_FILE), "").unwrap();
        let error = LedgerLock::acquire(folder.path()).unwrap_err();
        assert!(error.message().ends_with("a process that has not yet signed LOCK"), "{error}");
        assert_eq!(error.details(), [("path", folder.path().display().to_string())]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = LedgerLock::acquire(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "not_found: cannot open /nowhere/at/all/LOCK: No such file or directory (os error 2)"
        );
    }
}
