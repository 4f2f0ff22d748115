//! Small files that are either whole or absent after a power cut.
//!
//! Bytes go to a temporary file beside the target, are synced, and take the target's name in one
//! step; then the folder is synced, because a name is durable only with its folder. For files of a
//! few kilobytes that change rarely; the archive's tiles and the store's log have their own ways.

use crate::error::{Error, Kind, Result};
use crate::file;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The owner alone: file mode 600, folder mode 700.
    Owner,
    /// Everyone, less the umask: file mode 644, folder mode 755.
    Everyone,
}

impl Readers {
    fn file_mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Everyone => 0o644,
        }
    }

    fn folder_mode(self) -> u32 {
        match self {
            Self::Owner => 0o700,
            Self::Everyone => 0o755,
        }
    }
}

/// Puts `bytes` under `path`, replacing what was there, and what killed processes left on the way there.
/// Durable when it returns.
///
/// # Errors
/// [`Error::io`] on the path that failed; the old file is then still whole.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    sweep(path)?;
    let temporary = write_temporary(path, bytes, readers)?;
    std::fs::rename(&temporary, path).map_err(|e| discard(&temporary, "write", path, e))?;
    sync_folder_of(path)
}

/// Puts `bytes` under `path`, which must be free. Durable when it returns.
///
/// # Errors
/// `Ok(false)`, with nothing changed, if `path` is taken; [`Error::io`] on the path that failed.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> Result<bool> {
    let temporary = write_temporary(path, bytes, readers)?;
    // A hard link fails on an existing name where a rename would replace it.
    let linked = std::fs::hard_link(&temporary, path);
    if linked.as_ref().is_err_and(|e| e.kind() == ErrorKind::AlreadyExists) {
        std::fs::remove_file(&temporary).map_err(|e| Error::io("remove", &temporary, e))?;
        return Ok(false);
    }
    linked.map_err(|e| discard(&temporary, "create", path, e))?;
    std::fs::remove_file(&temporary).map_err(|e| Error::io("remove", &temporary, e))?;
    sync_folder_of(path)?;
    Ok(true)
}

/// Makes a folder and those above it that are missing; each new name is durable when it returns.
///
/// # Errors
/// [`Error::io`] on the folder that failed.
pub fn create_folder(path: &Path, readers: Readers) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        create_folder(above, readers)?;
    }
    let made = std::fs::DirBuilder::new().mode(readers.folder_mode()).create(path);
    match made {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(e) => Err(Error::io("create the folder", path, e)),
        Ok(()) => sync_folder_of(path),
    }
}

/// Removes a file that may be there; that it is gone is durable when it returns.
///
/// # Errors
/// [`Error::io`] on the path that failed.
pub fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, e)),
        Ok(()) | Err(_) => sync_folder_of(path),
    }
}

/// True if there is something of that name; a disk that cannot tell is an error, never a "no".
///
/// # Errors
/// [`Error::io`] on the path.
pub fn is_there(path: &Path) -> Result<bool> {
    file::is_there(path).map_err(|e| Error::io("look for", path, e))
}

/// The text of a file, or `None` if there is none.
///
/// # Errors
/// `file_unfit` (`Kind::Break`) if it is a link, no regular file, too large or not UTF-8; [`Error::io`]
/// if it is there and cannot be read.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    match file::open(path).and_then(|file| file::read_text(file, file::SMALL_BYTES)) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unread(path, e)),
    }
}

/// The bytes of a file of at most so many, or `None` if there is none.
///
/// # Errors
/// As [`read_text`].
pub fn read_bytes(path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
    match file::read(path, cap_bytes) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unread(path, e)),
    }
}

/// What is there is no file to read, or the machine could not.
fn unread(path: &Path, source: std::io::Error) -> Error {
    if !file::is_unfit(&source) {
        return Error::io("read", path, source);
    }
    let message = format!("{} is no file to read: {source}", path.display());
    Error::new(Kind::Break, "file_unfit", message)
        .with_detail("file", path.display())
        .with_hint("see who put it there, and put the file's own copy back")
        .because_of(&source)
}

fn write_temporary(path: &Path, bytes: &[u8], readers: Readers) -> Result<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    // One left by a crash of an earlier process with the same id is nobody's.
    let write = || -> std::io::Result<()> {
        let mut file = file::create(&temporary, readers.file_mode())?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| discard(&temporary, "write", path, e))?;
    Ok(temporary)
}

/// The error for a failed write, after the half-made file is gone.
fn discard(temporary: &Path, doing: &str, path: &Path, source: std::io::Error) -> Error {
    std::fs::remove_file(temporary).ok();
    Error::io(doing, path, source)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// [`Error::io`] on the folder.
pub fn sync_folder(folder: &Path) -> Result<()> {
    file::sync_folder(folder).map_err(|e| Error::io("sync", folder, e))
}

fn sync_folder_of(path: &Path) -> Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    sync_folder(above.unwrap_or(Path::new(".")))
}

/// The process that writes `of` by way of the temporary file `name`, if that is what it is.
fn writer_of<'a>(name: &'a str, of: &str) -> Option<&'a str> {
    let rest = name.strip_prefix('.')?.strip_prefix(of)?.strip_prefix('.')?.strip_suffix(".new")?;
    let is_number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(rest)
}

/// True if `name` is a temporary file on its way to the name `of`.
#[must_use]
pub fn is_left_of(name: &str, of: &str) -> bool {
    writer_of(name, of).is_some()
}

/// Whether the system tells of a process.
fn is_told_of(process: &str) -> bool {
    Path::new("/proc").join(process).symlink_metadata().is_ok()
}

/// Removes what killed processes left on the way to `path`; those that may still run keep theirs.
///
/// # Errors
/// [`Error::io`] on what could not be read or removed.
pub fn sweep(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|_| is_told_of("self")) else {
        return Ok(());
    };
    let of = path.file_name().unwrap_or_default().to_string_lossy();
    let names = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        names => names.map_err(|e| Error::io("read the folder", folder, e))?,
    };
    for name in names {
        let name = name.map_err(|e| Error::io("read the folder", folder, e))?.file_name();
        let name = name.to_string_lossy();
        match writer_of(&name, &of) {
            Some(writer) if !is_told_of(writer) => {
                remove(&folder.join(&*name))?;
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn replace_leaves_the_new_bytes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"one", Readers::Everyone).unwrap();
        replace(&path, b"two", Readers::Owner).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn create_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(create(&path, b"one", Readers::Owner).unwrap());
        assert!(!create(&path, b"two", Readers::Owner).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_file_left_by_a_crash_does_not_stand_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let left = folder.path().join(format!(".a.{}.new", std::process::id()));
        std::fs::write(&left, b"half").unwrap();
        replace(&path, b"whole", Readers::Everyone).unwrap();
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let own = format!(".a.{}.new", std::process::id());
        let kept =
            [own.as_str(), ".a..new", ".a.new", ".ab.4194304999.new", "a.4194304999.new", "a"];
        for name in kept.into_iter().chain([".a.4194304999.new", ".a.99999999999.new"]) {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        sweep(&folder.path().join("a")).unwrap();
        let mut left = names(folder.path());
        left.sort();
        let mut kept = kept.map(str::to_owned);
        kept.sort();
        assert_eq!(left, kept);
        sweep(&folder.path().join("none/a")).unwrap();
    }

    #[test]
    fn folders_are_made_with_their_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        create_folder(&path, Readers::Owner).unwrap();
        create_folder(&path, Readers::Owner).unwrap();
        assert_eq!((mode(&path), mode(&folder.path().join("a"))), (0o700, 0o700));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/a");
        let error = replace(&path, b"", Readers::Owner).unwrap_err();
        assert_eq!(error.code(), "not_found");
        assert!(error.message().contains(&path.display().to_string()), "{error}");
    }

    #[test]
    fn a_folder_where_a_file_stands_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"").unwrap();
        let error = create_folder(&path, Readers::Owner).unwrap_err();
        assert!(error.message().starts_with("cannot create the folder"), "{error}");
    }
}
