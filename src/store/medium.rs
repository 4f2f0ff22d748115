//! The few file operations that durability rests on, as a trait, so that tests can make each fail.
//!
//! [`Disk`] is the real one; [`FaultMedium`](super::fault::FaultMedium) wraps it. What it lacks on
//! purpose: reading in parts, permissions, and everything that sled does to its own files.

use crate::file;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Files and folders, as far as the durability log uses them.
pub trait Medium: Send + Sync + fmt::Debug {
    /// A new empty file for writing; what has its name is unlinked first.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn MediumFile>>;

    /// An existing file for writing.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, path: &Path) -> io::Result<Box<dyn MediumFile>>;

    /// All bytes of a regular file that is no link and not too large.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The length of a file in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn length(&self, path: &Path) -> io::Result<u64>;

    /// The names in a folder, sorted. A missing folder is an error.
    ///
    /// # Errors
    /// What the system says.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Makes a folder; it may exist already, its parent must.
    ///
    /// # Errors
    /// What the system says.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Gives a file or folder another name on the same file system.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable (`fsync` of the folder).
    ///
    /// # Errors
    /// What the system says. It is never tried twice.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// An open file.
pub trait MediumFile: Send + fmt::Debug {
    /// Writes all of `bytes` at `position`, in one system call unless the system takes fewer.
    ///
    /// # Errors
    /// What the system says; any part of the bytes may then have been written.
    fn write_at(&mut self, position: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes the contents durable (`fdatasync`).
    ///
    /// # Errors
    /// What the system says. It is never tried twice.
    fn sync_data(&mut self) -> io::Result<()>;

    /// Makes contents and metadata durable (`fsync`).
    ///
    /// # Errors
    /// What the system says. It is never tried twice.
    fn sync_all(&mut self) -> io::Result<()>;
}

/// The most bytes of a file that is read whole: far more than a segment of the durability log has.
const MAX_READ_BYTES: usize = 64 << 20;

/// The file system of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

#[derive(Debug)]
struct DiskFile(File);

impl Medium for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn MediumFile>> {
        Ok(Box::new(DiskFile(file::create(path, 0o644)?)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn MediumFile>> {
        Ok(Box::new(DiskFile(file::open_to_write(path)?)))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        file::read(path, MAX_READ_BYTES)
    }

    fn length(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::metadata(path)?.len())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for found in fs::read_dir(folder)? {
            names.push(found?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            other => other,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        file::sync_folder(folder)
    }
}

impl MediumFile for DiskFile {
    fn write_at(&mut self, position: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, position)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}
