//! The user's own folder, `$EARMARK_HOME`: private keys, pins and anchors.
//!
//! It stands outside every ledger on purpose: what is in it is what a user trusts when the ledger's
//! folder has been changed by someone else. This file only says where things are.

use super::config::has_ledger;
use super::durable;
use super::{
    anchors::Anchors, beginnings::Beginnings, keys::Keys, local::LocalKeyFile, outbox::Outbox,
    pins::KnownLogs,
};
use crate::error::{Error, Kind, Result};
use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// The environment variable that names the folder; `~/.earmark` where it is not set.
pub const HOME_VARIABLE: &str = "EARMARK_HOME";

/// The user's own folder. It need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The home in `folder`.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The home that the environment names: `$EARMARK_HOME`, else `$HOME/.earmark`.
    ///
    /// # Errors
    /// Code `no_home` if neither variable is set.
    pub fn from_environment() -> Result<Self> {
        Self::resolve(|name| std::env::var_os(name))
    }

    fn resolve(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = match set(HOME_VARIABLE) {
            Some(folder) => folder,
            None => set("HOME").map(|home| home.join(".earmark")).ok_or_else(|| {
                Error::new(
                    Kind::Usage,
                    "no_home",
                    format!("no folder for keys and pins: neither {HOME_VARIABLE} nor HOME is set"),
                )
                .with_hint(format!("set {HOME_VARIABLE} to a folder of your own"))
            })?,
        };
        std::path::absolute(&folder)
            .map(Self::at)
            .map_err(|source| Error::io("find", &folder, source))
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private keys in it.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::at(self.folder.join("keys"))
    }

    /// The pinned logs in it.
    #[must_use]
    pub fn known_logs(&self) -> KnownLogs {
        KnownLogs::at(self.folder.join("known-logs"))
    }

    /// The folder of the heads that this home cosigned as a witness.
    #[must_use]
    pub fn witness(&self) -> PathBuf {
        self.folder.join("witness")
    }

    /// The folder of the bookmarks that verifications left.
    #[must_use]
    pub fn bookmarks(&self) -> PathBuf {
        self.folder.join("bookmarks")
    }

    /// The key that this home seals its own files under.
    #[must_use]
    pub fn local_key(&self) -> LocalKeyFile {
        LocalKeyFile::at(self.folder.join("keys/local"))
    }

    /// The folder of the caches that this home keeps of logs it has read.
    #[must_use]
    pub fn caches(&self) -> PathBuf {
        self.folder.join("caches")
    }

    /// Signed commands on their way to a ledger elsewhere.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        Outbox::at(self.folder.join("outbox"))
    }

    /// The ledgers that were begun and are not finished.
    #[must_use]
    pub fn beginnings(&self) -> Beginnings {
        Beginnings::at(self.folder.join("beginnings"))
    }

    /// The last checkpoints in it.
    #[must_use]
    pub fn anchors(&self) -> Anchors {
        Anchors::at(self.folder.join("anchors"))
    }

    /// What others can change of what is trusted here: the home, its folders, pins, anchors and keys.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn open_to_others(&self) -> Result<Vec<PathBuf>> {
        let mut seen = vec![self.folder.clone()];
        for name in [
            "known-logs",
            "anchors",
            "keys",
            "keys/local",
            "bookmarks",
            "caches",
            "witness",
            "beginnings",
        ] {
            seen.push(self.folder.join(name));
        }
        for name in ["keys/officers", "keys/log", "keys/witness"] {
            seen.push(self.folder.join(name));
        }
        for name in ["anchors", "keys/officers", "keys/log", "keys/witness"] {
            let folder = self.folder.join(name);
            let inside = match std::fs::read_dir(&folder) {
                Err(e) if e.kind() == ErrorKind::NotFound => continue,
                inside => inside.map_err(|e| Error::io("read the folder", &folder, e))?,
            };
            for entry in inside {
                let entry = entry.map_err(|e| Error::io("read the folder", &folder, e))?;
                seen.push(entry.path());
            }
        }
        let mut open = Vec::new();
        for path in seen {
            match std::fs::metadata(&path) {
                Ok(found) if found.permissions().mode() & 0o022 != 0 => open.push(path),
                Err(e) if e.kind() != ErrorKind::NotFound => {
                    return Err(Error::io("look at", &path, e));
                }
                Ok(_) | Err(_) => {}
            }
        }
        Ok(open)
    }

    /// Refuses a home in any ledger's folder, or in a log that is published: a private key made there
    /// would be handed out with it. Links on the way are followed.
    ///
    /// # Errors
    /// Code `home_in_ledger`; an I/O code with the path.
    pub fn check_nowhere_public(&self) -> Result<()> {
        let above: Vec<PathBuf> = self.by_name().into_iter().chain(self.place()).collect();
        // Folders above may be closed to this user.
        let visible = |found: Result<bool>| match found {
            Err(error) if error.code() == "no_permission" => Ok(false),
            found => found,
        };
        for folder in above.iter().flat_map(|folder| folder.ancestors()) {
            let is_log = visible(durable::is_there(&folder.join("checkpoint")))?
                && visible(durable::is_there(&folder.join("tile")))?;
            if is_log || visible(has_ledger(folder))? {
                return Err(self.inside(folder));
            }
        }
        Ok(())
    }

    fn inside(&self, ledger: &Path) -> Error {
        let (home, ledger) = (self.folder.display(), ledger.display());
        let message = format!("keys never live inside a ledger: {home} is inside {ledger}");
        Error::new(Kind::Usage, "home_in_ledger", message)
            .with_detail("home", &home)
            .with_detail("ledger", &ledger)
            .with_hint(format!("set {HOME_VARIABLE} to a folder outside the ledger"))
    }

    /// The folder as it is called, unless the name goes up again: `book/../home` is not in `book`.
    fn by_name(&self) -> Option<PathBuf> {
        let goes_up = self.folder.components().any(|part| part == Component::ParentDir);
        (!goes_up).then(|| self.folder.clone())
    }

    /// Where it is, as far as it is there.
    fn place(&self) -> Option<PathBuf> {
        self.folder.ancestors().find_map(|folder| folder.canonicalize().ok())
    }

    /// Refuses a home inside the ledger, by its name or where links lead: whoever copies or changes the ledger
    /// would have the keys.
    ///
    /// # Errors
    /// Code `home_in_ledger`, naming both folders.
    pub fn check_outside(&self, ledger: &Path) -> Result<()> {
        let whole = |path: &Path| {
            std::path::absolute(path).map_err(|source| Error::io("find", path, source))
        };
        let named = whole(ledger)?;
        if let Some(home) = self.by_name()
            && whole(&home)?.starts_with(&named)
        {
            return Err(self.inside(&named));
        }
        let is_around =
            |home: PathBuf| ledger.canonicalize().is_ok_and(|ledger| home.starts_with(ledger));
        if self.place().is_some_and(is_around) { Err(self.inside(&named)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(variables: &[(&str, &str)]) -> Result<Home> {
        Home::resolve(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_variable_wins_over_the_users_folder() {
        let both = [(HOME_VARIABLE, "/keys"), ("HOME", "/somebody")];
        assert_eq!(resolve(&both).unwrap(), Home::at("/keys"));
        assert_eq!(resolve(&both[1..]).unwrap(), Home::at("/somebody/.earmark"));
        let empty = [(HOME_VARIABLE, ""), ("HOME", "/somebody")];
        assert_eq!(resolve(&empty).unwrap(), Home::at("/somebody/.earmark"));
    }

    #[test]
    fn a_relative_home_is_made_absolute() {
        let home = resolve(&[(HOME_VARIABLE, "keys")]).unwrap();
        assert_eq!(home.folder(), std::env::current_dir().unwrap().join("keys"));
    }

    #[test]
    fn no_variable_is_an_error() {
        assert_eq!(
            resolve(&[]).unwrap_err().to_string(),
            "no_home: no folder for keys and pins: neither EARMARK_HOME nor HOME is set\n  \
             next: set EARMARK_HOME to a folder of your own"
        );
    }

    #[test]
    fn a_home_in_a_folder_that_is_handed_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, log) = (folder.path().join("book"), folder.path().join("www"));
        std::fs::create_dir_all(ledger.join("log")).unwrap();
        std::fs::write(ledger.join("ledger.toml"), "").unwrap();
        std::fs::create_dir_all(log.join("tile")).unwrap();
        std::fs::write(log.join("checkpoint"), "").unwrap();
        std::os::unix::fs::symlink(ledger.join("log"), folder.path().join("link")).unwrap();
        for home in ["book", "book/log", "book/log/a/b", "www", "www/keys", "link", "link/a"] {
            let found = Home::at(folder.path().join(home)).check_nowhere_public();
            assert_eq!(found.unwrap_err().code(), "home_in_ledger", "{home}");
        }
        // What goes up again is where it gets to.
        for home in ["home", "book/../home", "book/log/../../keys"] {
            let home = Home::at(folder.path().join(home));
            home.check_nowhere_public().unwrap();
            home.check_outside(&ledger).unwrap();
        }
        for home in ["www/../book/home", "link/keys"] {
            let home = Home::at(folder.path().join(home));
            assert_eq!(home.check_nowhere_public().unwrap_err().code(), "home_in_ledger");
            assert_eq!(home.check_outside(&ledger).unwrap_err().code(), "home_in_ledger");
        }
    }

    #[test]
    fn what_others_can_change_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        assert_eq!(home.open_to_others().unwrap(), Vec::<PathBuf>::new());
        std::fs::create_dir_all(home.folder().join("anchors")).unwrap();
        let mut expected = Vec::new();
        for (name, mode) in [("", 0o777), ("known-logs", 0o620), ("anchors/a", 0o602)] {
            let path = home.folder().join(name);
            if !name.is_empty() {
                std::fs::write(&path, "").unwrap();
            }
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            expected.push(path);
        }
        std::fs::set_permissions(
            home.folder().join("anchors"),
            std::fs::Permissions::from_mode(0o700),
        )
        .unwrap();
        let found = home.open_to_others().unwrap();
        assert_eq!(found, [home.folder().join(""), expected[1].clone(), expected[2].clone()]);
    }

    #[test]
    fn a_home_inside_the_ledger_is_refused() {
        let home = Home::at("/ledgers/pudong/home");
        home.check_outside(Path::new("/ledgers/pu")).unwrap();
        assert_eq!(
            home.check_outside(Path::new("/ledgers/pudong")).unwrap_err().to_string(),
            "home_in_ledger: keys never live inside a ledger: /ledgers/pudong/home is inside \
             /ledgers/pudong\n  next: set EARMARK_HOME to a folder outside the ledger"
        );
    }
}
