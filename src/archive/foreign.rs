//! Logs that a stranger handed over: a copied folder, a package, a place on the web. Read-only.
//!
//! A path in them comes from parsed numbers alone (see `tile`) and stays below its root; what is read
//! has a cap; nothing leads out of the container. What it lacks on purpose: trust, and the network,
//! which a caller brings as a [`Source`].

use super::medium::{Disk, Medium};
use std::fmt;
use std::io::{Error, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};

/// Files by their path below a root, with slashes.
pub trait Source: Send + Sync + fmt::Debug {
    /// The whole file; `None` if there is none.
    ///
    /// # Errors
    /// `FileTooLarge` if it has more than `cap_bytes`; `InvalidData` if it is no file of a log; what
    /// the system or the network says.
    fn read(&self, path: &str, cap_bytes: usize) -> Result<Option<Vec<u8>>>;

    /// The names in a folder, in no order; `None` if there is no such folder, or the source cannot
    /// list it.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self, folder: &str) -> Result<Option<Vec<String>>>;
}

/// A source as the medium of a log that is only read. Paths are below the source's root.
#[derive(Debug)]
pub struct ReadOnly<S>(pub S);

impl<S: Source> Medium for ReadOnly<S> {
    fn read(&self, path: &Path, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        self.0.read(below(path)?, cap_bytes)
    }

    fn list(&self, folder: &Path) -> Result<Option<Vec<String>>> {
        self.0.list(below(folder)?)
    }

    fn create_folder(&self, _: &Path) -> Result<bool> {
        Err(read_only())
    }

    fn write(&self, _: &[(PathBuf, &[u8])]) -> Result<()> {
        Err(read_only())
    }

    fn rename(&self, _: &Path, _: &Path) -> Result<()> {
        Err(read_only())
    }

    fn sync_folders(&self, _: &[PathBuf]) -> Result<()> {
        Err(read_only())
    }

    fn remove_file(&self, _: &Path) -> Result<()> {
        Err(read_only())
    }

    fn remove_folder(&self, _: &Path) -> Result<()> {
        Err(read_only())
    }
}

fn read_only() -> Error {
    Error::new(ErrorKind::ReadOnlyFilesystem, "a log of somebody else is only read")
}

/// The path as text, if it stays below its root.
fn below(path: &Path) -> Result<&str> {
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    path.to_str()
        .filter(|_| stays)
        .ok_or_else(|| Error::new(ErrorKind::InvalidData, "a path that leaves its folder"))
}

/// A folder that somebody copied. No symbolic link below it is followed, whatever it leads to: it
/// would make this machine read its own files as if they were the stranger's.
#[derive(Debug, Clone)]
pub struct CopiedFolder {
    root: PathBuf,
}

impl CopiedFolder {
    /// The folder `root`; the name itself comes from the user and may be a link.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where `path` is, if no part of it is a link; `None` if it is not there.
    ///
    /// # Errors
    /// `InvalidData` names the part that is a link; what the system says.
    pub fn find(&self, path: &str) -> Result<Option<PathBuf>> {
        let mut full = self.root.clone();
        for part in Path::new(path).components() {
            full.push(part);
            match std::fs::symlink_metadata(&full) {
                Ok(found) if found.is_symlink() => {
                    let words = format!("{} is a symbolic link", full.display());
                    return Err(Error::new(ErrorKind::InvalidData, words));
                }
                Ok(_) => {}
                Err(error)
                    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(full))
    }
}

impl Source for CopiedFolder {
    fn read(&self, path: &str, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        self.find(path)?.map_or(Ok(None), |full| Disk.read(&full, cap_bytes))
    }

    fn list(&self, folder: &str) -> Result<Option<Vec<String>>> {
        self.find(folder)?.map_or(Ok(None), |full| Disk.list(&full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_below_the_root_is_never_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, secret) = (folder.path().join("log"), folder.path().join("secret"));
        std::fs::create_dir_all(root.join("tile")).unwrap();
        std::fs::create_dir(folder.path().join("private")).unwrap();
        std::fs::write(&secret, "secret").unwrap();
        std::fs::write(folder.path().join("private/000"), "secret").unwrap();
        symlink(&secret, root.join("checkpoint")).unwrap();
        symlink(folder.path().join("private"), root.join("tile/0")).unwrap();
        std::fs::write(root.join("plain"), "plain").unwrap();
        let source = CopiedFolder::new(&root);
        for path in ["checkpoint", "tile/0", "tile/0/000", "tile/0/none"] {
            let error = source.read(path, 99).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{path}: {error}");
            assert!(error.to_string().ends_with(" is a symbolic link"), "{path}: {error}");
        }
        assert!(source.list("tile/0").is_err());
        assert_eq!(source.read("plain", 99).unwrap().unwrap(), b"plain");
        assert_eq!(source.read("none/none", 99).unwrap(), None);
        assert_eq!(source.read("plain/none", 99).unwrap(), None);
        assert_eq!(source.read("plain", 4).unwrap_err().kind(), ErrorKind::FileTooLarge);
        // What the user names may itself be a link.
        symlink(&root, folder.path().join("named")).unwrap();
        let named = CopiedFolder::new(folder.path().join("named"));
        assert_eq!(named.read("plain", 99).unwrap().unwrap(), b"plain");
    }

    #[test]
    fn nothing_outside_the_root_is_asked_for_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "secret").unwrap();
        std::fs::create_dir(folder.path().join("log")).unwrap();
        let medium = ReadOnly(CopiedFolder::new(folder.path().join("log")));
        for path in ["../secret", "/etc/passwd", "tile/../../secret"] {
            let error = medium.read(Path::new(path), 99).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{path}");
        }
        let name = Path::new("name");
        let refused = [
            medium.write(&[(name.to_owned(), b"")]).unwrap_err(),
            medium.create_folder(name).unwrap_err(),
            medium.rename(name, name).unwrap_err(),
            medium.sync_folders(&[name.to_owned()]).unwrap_err(),
            medium.remove_file(name).unwrap_err(),
            medium.remove_folder(name).unwrap_err(),
        ];
        assert!(refused.iter().all(|error| error.kind() == ErrorKind::ReadOnlyFilesystem));
        assert_eq!(std::fs::read_dir(folder.path().join("log")).unwrap().count(), 0);
    }
}
