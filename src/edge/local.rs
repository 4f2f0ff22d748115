//! `keys/local`: 32 random bytes that a home seals its own files under (schemas/home.md).
//!
//! It vouches to this home alone, for what this home made to save time. Losing it costs time and nothing
//! else, so one that is unfit is not used and not replaced either: what is there may be somebody's key. It
//! lacks signing on purpose, and every way out of the home.

use super::durable::{self, Readers};
use super::sealed::fresh_secret;
use crate::chain::entry::Head;
use crate::chain::hash::{Hash, local_seal};
use crate::error::{Error, Kind, Result};
use crate::file;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Number of bytes of the key.
const BYTES: usize = 32;

/// Where a home's own key is, or would be.
#[derive(Debug, Clone)]
pub struct LocalKeyFile {
    path: PathBuf,
}

/// The key that a home seals its own files under. Its debug text does not show it.
pub struct LocalKey([u8; BYTES]);

impl std::fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LocalKey")
    }
}

impl LocalKey {
    /// The seal of `bytes` that are kept for a purpose, of a log of `origin` at a head.
    #[must_use]
    pub fn seal(&self, purpose: &str, origin: &str, head: Head, bytes: &[u8]) -> Hash {
        local_seal(&self.0, [purpose, origin], head.size, &head.hash, bytes)
    }

    /// True if `seal` is the seal of `bytes`; compared in constant time.
    #[must_use]
    pub fn holds(
        &self,
        seal: &Hash,
        purpose: &str,
        origin: &str,
        head: Head,
        bytes: &[u8],
    ) -> bool {
        let ours = self.seal(purpose, origin, head, bytes);
        let differing = ours.0.iter().zip(seal.0).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(differing) == 0
    }
}

impl LocalKeyFile {
    /// The key at `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file it is, or would be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key, if there is one.
    ///
    /// # Errors
    /// `local_key_unfit` (`Kind::Io`) if it is a link, open to others, or not 32 bytes; an I/O code.
    pub fn read(&self) -> Result<Option<LocalKey>> {
        let reading = |e| Error::io("read", &self.path, e);
        let opened = match file::open(&self.path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) if file::is_unfit(&e) => return Err(self.unfit(&e.to_string())),
            opened => opened.map_err(reading)?,
        };
        let mode = opened.metadata().map_err(reading)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(self.unfit(&format!("mode {mode:03o}, expected 600")));
        }
        let mut bytes = Vec::new();
        opened.take(33).read_to_end(&mut bytes).map_err(reading)?;
        let key = <[u8; BYTES]>::try_from(bytes.as_slice());
        key.map(|key| Some(LocalKey(key))).map_err(|_| self.unfit("a length other than 32 bytes"))
    }

    /// The key, made and durable if there was none. Of several programs that make it at once, all get the
    /// one that was first.
    ///
    /// # Errors
    /// As [`LocalKeyFile::read`]; `no_randomness`.
    pub fn read_or_make(&self) -> Result<LocalKey> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        if let Some(folder) = self.path.parent() {
            durable::create_folder(folder, Readers::Owner)?;
        }
        durable::sweep(&self.path)?;
        let fresh = fresh_secret::<BYTES>()?;
        if durable::create(&self.path, &fresh, Readers::Owner)? {
            return Ok(LocalKey(fresh));
        }
        self.read()?.ok_or_else(|| self.unfit("a file that was taken away again"))
    }

    fn unfit(&self, found: &str) -> Error {
        let path = self.path.display();
        let message =
            format!("{path} is no key that this home's own files are sealed under: {found}");
        Error::new(Kind::Io, "local_key_unfit", message)
            .with_hint(format!(
                "see who changed it, and remove it: another is made, and what it sealed is made anew; if only its \
                 mode is wrong: chmod 600 '{path}'"
            ))
            .with_detail("path", path)
            .with_detail("found", found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn place() -> (tempfile::TempDir, LocalKeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = LocalKeyFile::at(folder.path().join("keys/local"));
        (folder, file)
    }

    fn head(size: u64) -> Head {
        Head { size, hash: Hash([7; 32]) }
    }

    #[test]
    fn it_is_made_at_first_need_and_stays() {
        let (_folder, file) = place();
        assert!(file.read().unwrap().is_none());
        assert!(!file.path().parent().unwrap().exists(), "a look makes nothing");
        let made = file.read_or_make().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(file.path()), mode(file.path().parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read(file.path()).unwrap(), made.0);
        assert_ne!(made.0, [0; 32]);
        for again in [file.read().unwrap().unwrap(), file.read_or_make().unwrap()] {
            assert_eq!(again.0, made.0);
        }
        assert_eq!(format!("{made:?}"), "LocalKey");
    }

    #[test]
    fn one_that_is_unfit_is_neither_used_nor_replaced() {
        let (folder, file) = place();
        let refused = |found: &str| {
            for error in [file.read().unwrap_err(), file.read_or_make().unwrap_err()] {
                assert_eq!(error.code(), "local_key_unfit");
                assert!(error.message().ends_with(found), "{found}: {error}");
            }
        };
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        let elsewhere = folder.path().join("elsewhere");
        let write = |path: &Path, bytes: &[u8], mode: u32| {
            std::fs::write(path, bytes).unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        write(&elsewhere, &[1; 32], 0o600);
        symlink(&elsewhere, file.path()).unwrap();
        refused("a symbolic link, which is not followed");
        std::fs::remove_file(file.path()).unwrap();
        for (length, mode, found) in [
            (32, 0o640, "mode 640, expected 600"),
            (32, 0o602, "mode 602, expected 600"),
            (31, 0o600, "a length other than 32 bytes"),
            (33, 0o600, "a length other than 32 bytes"),
            (0, 0o600, "a length other than 32 bytes"),
        ] {
            write(file.path(), &vec![1; length], mode);
            refused(found);
            assert_eq!(std::fs::read(file.path()).unwrap(), vec![1; length], "{found}");
        }
        std::fs::remove_file(file.path()).unwrap();
        std::fs::create_dir(file.path()).unwrap();
        refused("not a regular file");
    }

    #[test]
    fn what_a_killed_program_left_is_no_key() {
        let (_folder, file) = place();
        std::fs::create_dir(file.path().parent().unwrap()).unwrap();
        // Of no process that runs: beyond the largest id.
        let left = file.path().with_file_name(".local.4194999.new");
        std::fs::write(&left, [9; 16]).unwrap();
        let made = file.read_or_make().unwrap();
        assert_eq!(file.read().unwrap().unwrap().0, made.0);
        assert!(!left.exists());
    }

    #[test]
    fn a_seal_is_of_one_key_purpose_origin_head_and_bytes() {
        let key = LocalKey([1; 32]);
        let seal = key.seal("cache", "example.org/x", head(5), b"bytes");
        let holds = |key: &LocalKey, purpose, origin, head, bytes: &[u8]| {
            key.holds(&seal, purpose, origin, head, bytes)
        };
        assert!(holds(&key, "cache", "example.org/x", head(5), b"bytes"));
        assert!(!holds(&LocalKey([2; 32]), "cache", "example.org/x", head(5), b"bytes"));
        assert!(!holds(&key, "copy", "example.org/x", head(5), b"bytes"));
        assert!(!holds(&key, "cache", "example.org/y", head(5), b"bytes"));
        assert!(!holds(&key, "cachee", "xample.org/x", head(5), b"bytes"));
        assert!(!holds(&key, "cache", "example.org/x", head(6), b"bytes"));
        let other = Head { size: 5, hash: Hash([8; 32]) };
        assert!(!holds(&key, "cache", "example.org/x", other, b"bytes"));
        assert!(!holds(&key, "cache", "example.org/x", head(5), b"bytez"));
    }
}
