//! The file system as the archive uses it: a small trait, the real one, and one that fails.
//!
//! The seam is where tests fail every step in turn and lose power between any two. What it lacks on
//! purpose: anything that the archive does not need, such as changing a file in place.

use crate::file;
use std::fmt;
use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Files and folders by path.
///
/// # Contract
///
/// 1. `write` MUST make the content of every file durable before it returns `Ok`; the name need not
///    be. After an error any of the files may be absent, whole or cut.
/// 2. `rename` MUST replace the target in one step: a reader sees the old file or the new one.
/// 3. `sync_folders` MUST make the names in each folder durable, as they are when it is called.
/// 4. `read` and `list` MUST give what the last change left, durable or not.
pub trait Medium: Send + Sync + fmt::Debug {
    /// The whole file; `None` if there is none.
    ///
    /// # Errors
    /// `FileTooLarge` if it has more than `cap_bytes`; `InvalidData` if it is a link or no regular file;
    /// what the system says.
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>>;

    /// The names in a folder, in no order; `None` if there is no such folder. Names that are no
    /// UTF-8 are left out.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>>;

    /// Makes a folder in an existing one. False if it was there.
    ///
    /// # Errors
    /// What the system says.
    fn create_folder(&self, folder: &Path) -> Result<bool>;

    /// Writes files anew, each in an existing folder, and makes their content durable.
    ///
    /// # Errors
    /// What the system says.
    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()>;

    /// Renames a file or folder within the same file system.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Makes the names in these folders durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove_file(&self, path: &Path) -> Result<()>;

    /// Removes an empty folder.
    ///
    /// # Errors
    /// What the system says.
    fn remove_folder(&self, folder: &Path) -> Result<()>;
}

/// The real file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

/// Files that are written before they are synced together; bounds the open files.
const FILES_AT_ONCE: usize = 128;
/// Threads that sync many files: the journal then takes several in one commit. Measured on ext4,
/// 80 files: 12 ms with one thread, 6 ms with eight, and no gain below eight files.
const SYNC_THREADS: usize = 8;

impl Medium for Disk {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        match file::read(path, cap_bytes) {
            Err(error) if is_absent(&error) => Ok(None),
            read => read.map(Some),
        }
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if is_absent(&error) => return Ok(None),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(Some(names))
    }

    fn create_folder(&self, folder: &Path) -> Result<bool> {
        match std::fs::create_dir(folder) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()> {
        files.chunks(FILES_AT_ONCE).try_for_each(|files| {
            let open: Result<Vec<File>> = files.iter().map(write_one).collect();
            sync_all(&open?)
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()> {
        folders.iter().try_for_each(|folder| file::sync_folder(folder))
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> Result<()> {
        std::fs::remove_dir(folder)
    }
}

fn is_absent(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn write_one((path, bytes): &(PathBuf, &[u8])) -> Result<File> {
    let mut file = file::create(path, 0o644)?;
    file.write_all(bytes)?;
    Ok(file)
}

fn sync_all(files: &[File]) -> Result<()> {
    if files.len() <= SYNC_THREADS {
        return files.iter().try_for_each(File::sync_data);
    }
    let share = files.len().div_ceil(SYNC_THREADS);
    std::thread::scope(|scope| {
        let threads: Vec<_> = files
            .chunks(share)
            .map(|files| scope.spawn(|| files.iter().try_for_each(File::sync_data)))
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread.join().unwrap_or_else(|_| Err(Error::other("a syncing thread ended early")))
        })
    })
}

/// A medium that fails at a chosen step and at every step after it, for tests of what is left.
///
/// Each file, folder and rename is a step. A write that fails leaves half of that file.
#[derive(Debug)]
pub struct Faulty {
    medium: Arc<dyn Medium>,
    steps: AtomicU64,
    fails_at: u64,
    os_error: i32,
}

impl Faulty {
    /// Fails with the system's error number `os_error` (28: no space left, 30: read-only) from the
    /// step `fails_at` on, counted from 0.
    #[must_use]
    pub fn new(medium: Arc<dyn Medium>, fails_at: u64, os_error: i32) -> Self {
        Self { medium, steps: AtomicU64::new(0), fails_at, os_error }
    }

    /// Steps taken so far, the failed ones included.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    fn step(&self) -> Result<()> {
        if self.steps.fetch_add(1, Ordering::SeqCst) < self.fails_at {
            Ok(())
        } else {
            Err(Error::from_raw_os_error(self.os_error))
        }
    }
}

impl Medium for Faulty {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        self.step()?;
        self.medium.read(path, cap_bytes)
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        self.step()?;
        self.medium.list(folder)
    }

    fn create_folder(&self, folder: &Path) -> Result<bool> {
        self.step()?;
        self.medium.create_folder(folder)
    }

    fn write(&self, files: &[(PathBuf, &[u8])]) -> Result<()> {
        for (number, (path, bytes)) in files.iter().enumerate() {
            if let Err(error) = self.step() {
                self.medium.write(files.get(..number).unwrap_or_default())?;
                let half = bytes.get(..bytes.len().div_euclid(2)).unwrap_or_default();
                self.medium.write(&[(path.clone(), half)])?;
                return Err(error);
            }
        }
        self.medium.write(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.step()?;
        self.medium.rename(from, to)
    }

    fn sync_folders(&self, folders: &[PathBuf]) -> Result<()> {
        folders.iter().try_for_each(|folder| {
            self.step()?;
            self.medium.sync_folders(std::slice::from_ref(folder))
        })
    }

    fn remove_file(&self, path: &Path) -> Result<()> {
        self.step()?;
        self.medium.remove_file(path)
    }

    fn remove_folder(&self, folder: &Path) -> Result<()> {
        self.step()?;
        self.medium.remove_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_capped_and_only_of_regular_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(Disk.read(&path, 4).unwrap(), None);
        assert_eq!(Disk.read(&path.join("below"), 4).unwrap(), None);
        Disk.write(&[(path.clone(), b"12345")]).unwrap();
        assert_eq!(Disk.read(&path, 5).unwrap().unwrap(), b"12345");
        let error = Disk.read(&path, 4).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::FileTooLarge, "more than 4 bytes".to_owned())
        );
        let error = Disk.read(folder.path(), 4).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
        assert_eq!(Disk.read(&path.join("below"), 4).unwrap(), None);
    }

    #[test]
    fn many_files_are_written_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<_> =
            (0..300).map(|i| (folder.path().join(format!("{i}")), &b"content"[..])).collect();
        Disk.write(&files).unwrap();
        assert_eq!(Disk.list(folder.path()).unwrap().unwrap().len(), 300);
        assert_eq!(Disk.read(&files[299].0, 99).unwrap().unwrap(), b"content");
        assert_eq!(Disk.list(&folder.path().join("none")).unwrap(), None);
    }

    #[test]
    fn a_folder_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        assert!(Disk.create_folder(&path).unwrap());
        assert!(!Disk.create_folder(&path).unwrap());
        assert_eq!(Disk.create_folder(&path.join("a/b")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn the_faulty_medium_fails_from_its_step_on_and_leaves_half_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let faulty = Faulty::new(Arc::new(Disk), 1, 28);
        let files: Vec<_> =
            ["a", "b", "c"].map(|name| (folder.path().join(name), &b"1234"[..])).into();
        let error = faulty.write(&files).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        assert_eq!(Disk.read(&files[0].0, 9).unwrap().unwrap(), b"1234");
        assert_eq!(Disk.read(&files[1].0, 9).unwrap().unwrap(), b"12");
        assert_eq!(Disk.read(&files[2].0, 9).unwrap(), None);
        assert!(faulty.list(folder.path()).is_err());
        assert_eq!(faulty.steps(), 3);
    }
}
