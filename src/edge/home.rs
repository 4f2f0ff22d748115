//! The user's own folder, `$EARMARK_HOME`: private keys, pins and anchors.
//!
//! It stands outside every ledger on purpose: what is in it is what a user trusts when the ledger's
//! folder has been changed by someone else. This file only says where things are.

use super::{anchors::Anchors, beginnings::Beginnings, keys::Keys, pins::KnownLogs};
use crate::error::{Error, Kind, Result};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

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

    /// Refuses a home inside the ledger: whoever copies or changes the ledger would have the keys.
    /// It goes by the folders' names and follows no links.
    ///
    /// # Errors
    /// Code `home_in_ledger`, naming both folders.
    pub fn check_outside(&self, ledger: &Path) -> Result<()> {
        let whole = |path: &Path| {
            std::path::absolute(path).map_err(|source| Error::io("find", path, source))
        };
        let ledger = whole(ledger)?;
        if !whole(&self.folder)?.starts_with(&ledger) {
            return Ok(());
        }
        let (home, ledger) = (self.folder.display(), ledger.display());
        Err(Error::new(
            Kind::Usage,
            "home_in_ledger",
            format!("keys never live inside a ledger: {home} is inside {ledger}"),
        )
        .with_detail("home", home)
        .with_detail("ledger", ledger)
        .with_hint(format!("set {HOME_VARIABLE} to a folder outside the ledger")))
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
