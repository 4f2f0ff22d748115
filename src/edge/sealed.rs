//! The folder `confidential/` of a ledger: two files for every sealed entry, by the hexadecimal text of
//! its commitment (schemas/confidential.md §3 and §4), and the randomness that they are sealed with.
//!
//! What it lacks on purpose: what the bytes mean (`chain::confidential`), which entry they belong to,
//! and whether they may go; the caller knows the log.

use super::durable::{self, Readers};
use super::randomness;
use crate::chain::hash::Hash;
use crate::error::{Error, Kind, Result};
use crate::file;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The name of the folder in a ledger's folder.
pub const CONFIDENTIAL_FOLDER: &str = "confidential";

const KEY_ENDING: &str = ".key";

/// The folder of sealed files of one ledger.
#[derive(Debug, Clone)]
pub struct SealedFolder {
    folder: PathBuf,
}

/// The bytes of the two files of an entry; `None` where a file is not there.
pub struct SealedFiles {
    /// The sealed file.
    pub sealed: Option<Vec<u8>>,
    /// The key file.
    pub key: Option<Vec<u8>>,
}

impl std::fmt::Debug for SealedFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sealed, key) = (self.sealed.is_some(), self.key.is_some());
        f.debug_struct("SealedFiles").field("sealed", &sealed).field("key", &key).finish()
    }
}

/// What is in the folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The names of the files that belong to each commitment, half-written ones included.
    pub of: BTreeMap<Hash, Vec<String>>,
    /// Names that this folder does not have.
    pub strange: Vec<String>,
}

impl SealedFolder {
    /// The folder in a ledger's folder. It need not exist.
    #[must_use]
    pub fn of(ledger: &Path) -> Self {
        Self { folder: ledger.join(CONFIDENTIAL_FOLDER) }
    }

    /// True if the folder is there.
    ///
    /// # Errors
    /// An I/O code: a disk that cannot tell is no "no".
    pub fn is_there(&self) -> Result<bool> {
        durable::is_there(&self.folder)
    }

    /// Writes both files, the key first; durable when it returns. Files with these very bytes, of a command that
    /// is tried again, are as good: false where one was there.
    ///
    /// # Errors
    /// `sealed_file_taken` when another file of that commitment is there; an I/O code. What was written of
    /// the pair is then removed as far as the disk lets us.
    pub fn write(&self, commitment: Hash, sealed: &[u8], key: &[u8]) -> Result<bool> {
        durable::create_folder(&self.folder, Readers::Owner)?;
        let mut made = Vec::new();
        for (name, bytes) in names(commitment).into_iter().zip([key, sealed]) {
            let path = self.folder.join(&name);
            let is_new = durable::create(&path, bytes, Readers::Owner).inspect_err(|_| {
                self.remove_names(&made).ok();
            })?;
            if is_new {
                made.push(name);
                continue;
            }
            if read_at_most(&path, bytes.len().saturating_add(1))?.as_deref() == Some(bytes) {
                durable::sync_folder(&self.folder)?;
                continue;
            }
            self.remove_names(&made).ok();
            let message = format!("{} is there already", path.display());
            return Err(Error::new(Kind::Io, "sealed_file_taken", message)
                .with_hint("run the same command again; it is sealed under another name")
                .with_detail("path", path.display()));
        }
        Ok(made.len() == 2)
    }

    /// The two files of a commitment.
    ///
    /// # Errors
    /// An I/O code when a file is there and cannot be read.
    pub fn read(&self, commitment: Hash, max_bytes: usize) -> Result<SealedFiles> {
        let [key, sealed] = names(commitment);
        let read = |name: &str| read_at_most(&self.folder.join(name), max_bytes);
        Ok(SealedFiles { sealed: read(&sealed)?, key: read(&key)? })
    }

    /// Unlinks both files, the key first, and syncs the folder. True if one was there.
    ///
    /// # Errors
    /// An I/O code on the file that could not be removed.
    pub fn remove(&self, commitment: Hash) -> Result<bool> {
        self.remove_names(&names(commitment))
    }

    /// Unlinks files of the folder by their names, and syncs it. True if one was there.
    ///
    /// # Errors
    /// An I/O code on the file that could not be removed.
    pub fn remove_names(&self, names: &[String]) -> Result<bool> {
        let mut any = false;
        for name in names {
            let path = self.folder.join(name);
            match std::fs::remove_file(&path) {
                Ok(()) => any = true,
                Err(e) if e.kind() == ErrorKind::NotFound => {}
                Err(e) => return Err(Error::io("erase", &path, e)),
            }
        }
        if any {
            let synced = file::sync_folder(&self.folder);
            synced.map_err(|e| Error::io("sync", &self.folder, e))?;
        }
        Ok(any)
    }

    /// Every name in the folder, told apart; empty where there is no folder.
    ///
    /// # Errors
    /// An I/O code.
    pub fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        let failed = |e| Error::io("list", &self.folder, e);
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(listing),
            Err(e) => return Err(failed(e)),
        };
        for entry in entries {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            match commitment_of(&name) {
                Some(commitment) => listing.of.entry(commitment).or_default().push(name),
                None => listing.strange.push(name),
            }
        }
        // The key goes first wherever files go: `HEX.key` before `HEX`, half-written ones before both.
        listing.of.values_mut().for_each(|names| {
            names.sort_by_key(|name| (!name.starts_with('.'), !name.ends_with(KEY_ENDING)));
        });
        listing.strange.sort();
        Ok(listing)
    }
}

/// Names of the key file and of the sealed file.
fn names(commitment: Hash) -> [String; 2] {
    [format!("{commitment}{KEY_ENDING}"), commitment.to_string()]
}

/// The commitment that a file's name says: `HEX`, `HEX.key`, or `.HEX.PID.new` and `.HEX.key.PID.new`
/// of a write that a crash ended.
fn commitment_of(name: &str) -> Option<Hash> {
    let half_written = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new"));
    let whole = match half_written {
        Some(rest) => rest.rsplit_once('.').map(|(name, _)| name)?,
        None => name,
    };
    let hex = whole.strip_suffix(KEY_ENDING).unwrap_or(whole);
    let is_lower = !hex.bytes().any(|b| b.is_ascii_uppercase());
    hex.parse().ok().filter(|_| is_lower)
}

fn read_at_most(path: &Path, max_bytes: usize) -> Result<Option<Vec<u8>>> {
    let file = match file::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        // A link, a pipe: no sealed file, as one of other bytes is none.
        Err(e) if file::is_unfit(&e) => return Ok(Some(Vec::new())),
        Err(e) => return Err(Error::io("read", path, e)),
    };
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to tell that it is too long: it does not open then.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(|e| Error::io("read", path, e))?;
    Ok(Some(bytes))
}

/// Random bytes for a secret, from the operating system and nowhere else.
///
/// # Errors
/// Code `no_randomness` if it gives none.
pub fn fresh_secret<const N: usize>() -> Result<[u8; N]> {
    let mut secret = [0; N];
    randomness::fill(&mut secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn folder() -> (tempfile::TempDir, SealedFolder) {
        let ledger = tempfile::tempdir().unwrap();
        let sealed = SealedFolder::of(ledger.path());
        (ledger, sealed)
    }

    #[test]
    fn a_pair_is_written_read_and_removed() {
        let (_ledger, sealed) = folder();
        let commitment = Hash([0xab; 32]);
        assert!(!sealed.is_there().unwrap());
        assert_eq!(sealed.list().unwrap(), Listing::default());
        assert!(!sealed.remove(commitment).unwrap());
        sealed.write(commitment, b"sealed", b"key").unwrap();
        let files = sealed.read(commitment, 10).unwrap();
        assert_eq!(files.sealed.as_deref(), Some(&b"sealed"[..]));
        assert_eq!(files.key.as_deref(), Some(&b"key"[..]));
        assert_eq!(sealed.read(commitment, 3).unwrap().sealed.unwrap(), b"seal");
        for name in names(commitment) {
            let path = sealed.folder.join(name);
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let mode = std::fs::metadata(&sealed.folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        let error = sealed.write(commitment, b"other", b"other").unwrap_err();
        assert_eq!(error.code(), "sealed_file_taken");
        assert!(sealed.remove(commitment).unwrap());
        assert_eq!(sealed.list().unwrap(), Listing::default());
    }

    #[test]
    fn names_are_told_apart_and_keys_come_first() {
        let (_ledger, sealed) = folder();
        let commitment = Hash([0xab; 32]);
        sealed.write(commitment, b"sealed", b"key").unwrap();
        let hex = commitment.to_string();
        for name in [format!(".{hex}.77.new"), hex.to_uppercase(), "notes.txt".to_owned()] {
            std::fs::write(sealed.folder.join(name), "").unwrap();
        }
        let listing = sealed.list().unwrap();
        let expected = vec![format!(".{hex}.77.new"), format!("{hex}.key"), hex.clone()];
        assert_eq!(listing.of, BTreeMap::from([(commitment, expected)]));
        assert_eq!(listing.strange, [hex.to_uppercase(), "notes.txt".to_owned()]);
        let names = listing.of.values().flatten().cloned().collect::<Vec<_>>();
        assert!(sealed.remove_names(&names).unwrap());
        assert_eq!(sealed.list().unwrap().of, BTreeMap::new());
    }

    #[test]
    fn secrets_do_not_repeat() {
        let (a, b) = (fresh_secret::<32>().unwrap(), fresh_secret::<32>().unwrap());
        assert_ne!(a, b);
        assert_ne!(a, [0; 32]);
    }
}
