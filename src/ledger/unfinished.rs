//! What the making of a ledger leaves in its folder when it is cut off, and how that is cleared away.
//!
//! `init` and `archive restore` make a folder in steps. Either keeps a mark until its last step, `init` in
//! the home and a restore in the folder itself, so that the folder of a mark holds nothing that anybody
//! was told of. By these names, and no others, it is emptied before the work is begun anew.

use super::{CACHE_FOLDER, LOG_FOLDER, RESTORE_FILE, UNPUBLISHED_FILE};
use crate::edge::config::CONFIG_FILE;
use crate::edge::durable;
use crate::edge::lock::LOCK_FILE;
use crate::error::{Error, Kind, Result};
use std::io::ErrorKind;
use std::path::Path;

/// The folders that making a ledger fills, each also with what a recovery adds to its name. Sealed
/// fields are none of them: they come after it.
const FOLDERS: [&str; 4] = ["db", "wal", LOG_FOLDER, CACHE_FOLDER];
const FILES: [&str; 4] = [LOCK_FILE, CONFIG_FILE, RESTORE_FILE, UNPUBLISHED_FILE];

/// Removes everything that making a ledger can leave in `folder`, and of it `mark` last, so that a
/// clearing that is cut off is known as such. A folder that is not there is clear.
///
/// # Errors
/// `Kind::Io` on what could not be removed; the mark then stays.
pub(super) fn clear(folder: &Path, mark: &str) -> Result<()> {
    let names = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        names => names.map_err(|e| Error::io("read the folder", folder, e))?,
    };
    for name in names {
        let name = name.map_err(|e| Error::io("read the folder", folder, e))?.file_name();
        let path = folder.join(&name);
        let name = name.to_string_lossy();
        if name == mark {
            continue;
        }
        let removed = if is_folder(&name) {
            std::fs::remove_dir_all(&path)
        } else if FILES.contains(&&*name) || FILES.iter().any(|of| durable::is_left_of(&name, of)) {
            std::fs::remove_file(&path)
        } else {
            continue;
        };
        removed.map_err(|e| Error::io("remove", &path, e))?;
    }
    durable::sync_folder(folder)?;
    durable::remove(&folder.join(mark))
}

fn is_folder(name: &str) -> bool {
    FOLDERS.iter().any(|of| match name.strip_prefix(of) {
        Some("" | ".rebuilding") => true,
        Some(rest) => rest.starts_with(".quarantine-"),
        None => false,
    })
}

/// Clears the folder of an `init` that was cut off before anything was recorded.
///
/// # Errors
/// `ledger_exists` when a log was published from it; `Kind::Io`.
pub fn clear_never_begun(folder: &Path) -> Result<()> {
    let published = folder.join(LOG_FOLDER).join("checkpoint");
    if durable::is_there(&published)? {
        let message = format!("{} holds a log that was published", folder.display());
        return Err(Error::new(Kind::Usage, "ledger_exists", message)
            .with_hint("run `earmark doctor` on it; a ledger is never overwritten")
            .in_case("published")
            .with_detail("path", folder.display()));
    }
    clear(folder, CONFIG_FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_a_ledger_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["db", "wal.quarantine-2", "log.rebuilding", "dbx", "cache"] {
            std::fs::create_dir_all(at(name).join("below")).unwrap();
        }
        for name in
            ["LOCK", ".RESTORE.12.new", "RESTORE", ".ledger.toml.new", "notes.txt", ".x.1.new"]
        {
            std::fs::write(at(name), "").unwrap();
        }
        clear(folder.path(), RESTORE_FILE).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".ledger.toml.new", ".x.1.new", "dbx", "notes.txt"]);
        clear(&at("none"), RESTORE_FILE).unwrap();
    }

    #[test]
    fn a_published_log_is_never_cleared() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(LOG_FOLDER)).unwrap();
        std::fs::write(folder.path().join("log/checkpoint"), "").unwrap();
        assert_eq!(clear_never_begun(folder.path()).unwrap_err().code(), "ledger_exists");
        assert!(folder.path().join("log/checkpoint").exists());
    }
}
