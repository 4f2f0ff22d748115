//! The log's file system, counted and shut.

use earmark::archive::medium::{Disk, Medium};
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A file system that counts calls and syncs, and can be shut: every call then fails.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    shut: AtomicBool,
    calls: AtomicU64,
    syncs: AtomicU64,
}

impl Gate {
    pub(crate) fn shut(&self, shut: bool) {
        self.shut.store(shut, Ordering::SeqCst);
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// Files whose content and folders whose names were made durable.
    #[allow(dead_code, reason = "not every test looks")]
    pub(crate) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::SeqCst)
    }

    fn count_syncs<T>(&self, synced: &[T]) {
        for _ in synced {
            self.syncs.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn pass(&self) -> Result<Disk> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.shut.load(Ordering::SeqCst) {
            return Err(Error::other("the log was read while it could not be"));
        }
        Ok(Disk)
    }
}

impl Medium for Gate {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        self.pass()?.read(path, cap_bytes)
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        self.pass()?.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> Result<bool> {
        self.pass()?.create_folder(folder)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()> {
        self.count_syncs(files);
        self.pass()?.write(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.pass()?.rename(from, to)
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()> {
        self.count_syncs(folders);
        self.pass()?.sync_folders(folders)
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        self.pass()?.remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> Result<()> {
        self.pass()?.remove_folder(folder)
    }
}
