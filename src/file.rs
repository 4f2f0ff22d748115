//! The one place where files are opened: for reading, for writing, as a lock.
//!
//! A ledger's folder, a copy, a package or a cache may come from anybody: what is at a name in it may be
//! a link to a private key, a pipe that never ends, a device, a file of a terabyte. So inside them the
//! last part of a path is opened without following a link and without waiting, must be a regular file,
//! and is read with a cap; folders may be links. What a user names on the command line may be a pipe or
//! a link, and has a cap all the same. What is made is made new: something at its name is unlinked
//! first, never written through.
//!
//! What it lacks on purpose: durability, errors in words for users, and every decision what to do.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// Neither a link is followed nor waited for the other end of a pipe.
const UNTRUSTED: i32 = libc::O_NOFOLLOW | libc::O_NONBLOCK;

/// What is said of a folder, a pipe, a device, a socket.
const NO_FILE: &str = "not a regular file";

/// The most bytes of a small text: configuration, pins, a mapping, a policy, a key.
pub const SMALL_BYTES: usize = 1 << 20;

/// Opens a regular file for reading.
///
/// # Errors
/// `InvalidData` if it is a link or no regular file; what the system says.
pub fn open(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(UNTRUSTED).open(path);
    regular(file.map_err(unfit)?)
}

/// Opens a regular file for writing in it.
///
/// # Errors
/// As [`open`].
pub fn open_to_write(path: &Path) -> Result<File> {
    let file = OpenOptions::new().write(true).custom_flags(UNTRUSTED).open(path);
    regular(file.map_err(unfit)?)
}

/// Opens a private key for reading: the user's own, so that a link to a regular file will do.
///
/// # Errors
/// `InvalidData` if it is no regular file; what the system says.
pub fn open_key(path: &Path) -> Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path);
    regular(file.map_err(unfit)?)
}

/// Opens what a user names on the command line, whatever it is; pipes are waited for.
///
/// # Errors
/// `IsADirectory` for a folder; what the system says.
pub fn open_named(path: &Path) -> Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    Ok(file)
}

/// Opens what a user names on the command line to write a result into: a device, a pipe.
///
/// # Errors
/// What the system says.
pub fn open_named_to_write(path: &Path) -> Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Opens a folder, to sync or to lock it.
///
/// # Errors
/// What the system says.
pub fn open_folder(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_DIRECTORY).open(path)
}

/// True if there is something of that name; a disk that cannot tell is an error, never a "no".
///
/// # Errors
/// What the system says.
pub fn is_there(path: &Path) -> Result<bool> {
    match path.try_exists() {
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        found => found,
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// What the system says.
pub fn sync_folder(path: &Path) -> Result<()> {
    open_folder(path)?.sync_all()
}

/// Makes a new file; something at its name, a leftover or whatever else, is unlinked first. `mode` is
/// less the umask.
///
/// # Errors
/// What the system says.
pub fn create(path: &Path, mode: u32) -> Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
}

/// Opens the file of a lock, made if it is not there, for reading and writing; its contents stay.
///
/// # Errors
/// `InvalidData` if it is a link, no regular file, or one that has a second name: what is written into
/// it would be written into another file. What the system says.
pub fn open_lock(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).custom_flags(UNTRUSTED);
    let file = regular(options.open(path).map_err(unfit)?)?;
    if file.metadata()?.nlink() > 1 {
        return Err(Error::new(ErrorKind::InvalidData, "a file that has a second name"));
    }
    Ok(file)
}

/// A file that is read at a place of one's own: others who read the same file do not move it.
#[derive(Debug, Clone)]
pub struct Placed {
    file: Arc<File>,
    at: u64,
}

impl Placed {
    /// At the beginning of an open file.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self { file: Arc::new(file), at: 0 }
    }
}

impl Read for Placed {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let count = self.file.read_at(into, self.at)?;
        self.at = self.at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

impl Seek for Placed {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.at)
    }
}

/// All bytes of a regular file.
///
/// # Errors
/// `FileTooLarge` if it has more than `cap_bytes`; as [`open`].
pub fn read(path: &Path, cap_bytes: usize) -> Result<Vec<u8>> {
    read_at_most(open(path)?, cap_bytes)
}

/// All bytes of what a user names on the command line.
///
/// # Errors
/// `FileTooLarge` if it has more than `cap_bytes`; as [`open_named`].
pub fn read_named(path: &Path, cap_bytes: usize) -> Result<Vec<u8>> {
    read_at_most(open_named(path)?, cap_bytes)
}

/// The text of what a user names on the command line.
///
/// # Errors
/// `InvalidData` if it is not UTF-8; as [`read_named`].
pub fn read_named_text(path: &Path) -> Result<String> {
    text(read_named(path, SMALL_BYTES)?)
}

/// The text of an open file of at most so many bytes.
///
/// # Errors
/// `InvalidData` if it is not UTF-8; `FileTooLarge`; what the system says.
pub fn read_text(file: File, cap_bytes: usize) -> Result<String> {
    text(read_at_most(file, cap_bytes)?)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

fn read_at_most(file: File, cap_bytes: usize) -> Result<Vec<u8>> {
    let too_large = || Error::new(ErrorKind::FileTooLarge, format!("more than {cap_bytes} bytes"));
    let stated = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    if stated > cap_bytes {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(stated.saturating_add(1));
    let limit = u64::try_from(cap_bytes).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > cap_bytes { Err(too_large()) } else { Ok(bytes) }
}

/// The file, if it is a regular one.
fn regular(file: File) -> Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(Error::new(ErrorKind::InvalidData, NO_FILE))
}

/// The system's words for what is no file to open.
fn unfit(error: Error) -> Error {
    let words = match error.raw_os_error() {
        Some(libc::ELOOP) => "a symbolic link, which is not followed",
        Some(libc::ENXIO | libc::EISDIR) => NO_FILE,
        _ => return error,
    };
    Error::new(ErrorKind::InvalidData, words)
}

/// True if a file is all but a hole: long, and next to nothing of it is on the disk. Reading it takes long
/// and gives zeros; nothing that is written here looks like that, however the file system compresses it.
#[must_use]
pub fn is_hollow(metadata: &Metadata) -> bool {
    const LONG_BYTES: u64 = 256 << 20;
    let there = metadata.blocks().saturating_mul(512);
    metadata.len() > LONG_BYTES && there.saturating_mul(64) < metadata.len()
}

/// True if `error` says that what is there is no file that could be read: a link, a pipe, one that is
/// too large. Such a file is damage, not a fault of the machine.
#[must_use]
pub fn is_unfit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_a_regular_file_that_is_no_link_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("secret"), "secret").unwrap();
        symlink(path("secret"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        symlink("/dev/zero", path("zero")).unwrap();
        std::fs::create_dir(path("folder")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status();
        assert!(made.unwrap().success());
        for name in ["link", "dangling", "zero", "folder", "socket", "pipe"] {
            for opened in [open(&path(name)), open_to_write(&path(name)), open_lock(&path(name))] {
                let error = opened.unwrap_err();
                assert!(is_unfit(&error), "{name}: {error:?}");
            }
            assert!(read(&path(name), 10).is_err(), "{name}");
        }
        assert!(!path("nowhere").exists());
        assert_eq!(read(&path("secret"), 6).unwrap(), b"secret");
        assert_eq!(read(&path("secret"), 5).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(&path("none"), 5).unwrap_err().kind(), ErrorKind::NotFound);
        // A private key may be a link to a file, and nothing else.
        assert_eq!(read_text(open_key(&path("link")).unwrap(), 9).unwrap(), "secret");
        for name in ["zero", "folder", "socket", "pipe"] {
            assert!(open_key(&path(name)).is_err(), "{name}");
        }
        assert!(open_named(&path("folder")).is_err());
        assert_eq!(read_named(&path("zero"), 99).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }

    #[test]
    fn what_is_made_is_made_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("secret"), "secret").unwrap();
        symlink(path("secret"), path("link")).unwrap();
        std::fs::hard_link(path("secret"), path("second")).unwrap();
        assert!(open_lock(&path("second")).is_err());
        for name in ["link", "second"] {
            std::io::Write::write_all(&mut create(&path(name), 0o600).unwrap(), b"new").unwrap();
            assert_eq!(std::fs::read(path(name)).unwrap(), b"new");
            assert_eq!(std::fs::read(path("secret")).unwrap(), b"secret");
        }
        assert!(open_lock(&path("LOCK")).is_ok());
        let hole = create(&path("hole"), 0o600).unwrap();
        hole.set_len(12 << 30).unwrap();
        assert!(is_hollow(&hole.metadata().unwrap()));
        assert!(!is_hollow(&path("secret").metadata().unwrap()));
    }
}
