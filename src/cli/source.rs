//! A log that is not the session's own: a folder or a package (zip), as typed.
//!
//! None of them is believed, and none can lead out of itself (`archive::foreign`, `archive::package`).

use crate::archive::foreign::{CopiedFolder, ReadOnly};
use crate::archive::medium::Medium;
use crate::archive::package::Package;
use crate::archive::reader::ArchiveReader;
use crate::error::{Error, Kind, Result};
use crate::ledger::LOG_FOLDER;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

/// Where a log is taken from, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// A folder or a package.
    Path(PathBuf),
}

impl FromStr for Elsewhere {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        Ok(Self::Path(PathBuf::from(text)))
    }
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A log of somebody else, opened.
#[derive(Debug)]
pub(crate) struct Source {
    /// The log, at its checkpoint.
    pub(crate) archive: ArchiveReader,
    /// The copied ledger's folder of caches, where there is one that is no link.
    pub(crate) caches: Option<PathBuf>,
}

impl Source {
    /// Opens it. The log is in its folder `log`, or all that is there.
    ///
    /// # Errors
    /// `log_not_found` names the source; `package_unfit`; `file_unfit` for a link; as
    /// [`ArchiveReader::open`].
    pub(crate) fn open(from: &Elsewhere) -> Result<Self> {
        let (medium, caches): (Arc<dyn Medium>, _) = match from {
            Elsewhere::Path(path) if path.is_file() => {
                (Arc::new(ReadOnly(Package::open(path)?)), None)
            }
            Elsewhere::Path(path) => {
                let folder = CopiedFolder::new(path);
                (Arc::new(ReadOnly(folder.clone())), caches_in(&folder))
            }
        };
        for log in [LOG_FOLDER, ""] {
            match ArchiveReader::open_on(Arc::clone(&medium), Path::new(log)) {
                Err(error) if error.is_not_found() => {}
                Ok(archive) => {
                    return Ok(Self { archive, caches: caches.filter(|_| !log.is_empty()) });
                }
                Err(error) => return Err(error),
            }
        }
        let message = format!("there is no checkpoint in {from}");
        Err(Error::new(Kind::NotFound, "log_not_found", message)
            .with_hint("name a copy of a ledger, of its log/ folder, or a package"))
    }
}

/// The caches of a copied ledger, if neither folder nor file is a link.
fn caches_in(folder: &CopiedFolder) -> Option<PathBuf> {
    let file = folder.find("cache/books").ok().flatten().filter(|file| file.is_file())?;
    file.parent().map(Path::to_owned)
}
