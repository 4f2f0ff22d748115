//! What `--ledger` names: a ledger's own folder, or a copy of its log, which is read and never written to.
//!
//! A copy is a package, a folder with `log/` in it and no `ledger.toml`, or a copy of `log/` itself. It is
//! opened as a stranger's (`source`): no link in it is followed, no cache in it is used, and nothing is
//! written into it or beside it.

use super::source::{Elsewhere, Source, Time, kind_of};
use super::target;
use crate::edge::config;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::ledger::{LOG_FOLDER, Reader, check_finished};
use std::path::{Path, PathBuf};

/// Where a verb's ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LedgerPlace {
    /// The folder of a ledger.
    Own(PathBuf),
    /// A copy of a log, as it was named.
    Copy(LogCopy),
}

/// A copy of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogCopy {
    /// As it was named.
    pub(crate) path: PathBuf,
    /// True for a zip, false for a folder.
    pub(crate) is_package: bool,
}

impl LedgerPlace {
    /// The place that is `named`, or else by the environment; where neither names one, the nearest ledger
    /// around the current folder, which is never a copy.
    ///
    /// # Errors
    /// `no_ledger`; an I/O code.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        match (config::find_ledger(named), config::named_ledger(named)) {
            (Err(error), Some(path)) if error.code() == "no_ledger" => {
                LogCopy::at(path)?.map(Self::Copy).ok_or(error)
            }
            (found, _) => found.map(Self::Own),
        }
    }
}

impl LogCopy {
    fn at(path: PathBuf) -> Result<Option<Self>> {
        let is_there = |name: &str| {
            file::is_there(&path.join(name)).map_err(|error| Error::io("look at", &path, error))
        };
        let is_package = kind_of(&path)?.is_some_and(|kind| kind.is_file());
        let is_copy =
            is_package || is_there("checkpoint")? || is_there(&format!("{LOG_FOLDER}/checkpoint"))?;
        // What a restore that was cut off left is no ledger yet, and no copy either.
        let is_unfinished = || match check_finished(&path) {
            Err(error) if error.code() == "restore_unfinished" => Ok(true),
            Err(error) if error.code() == "restored_for_reading" => Ok(false),
            finished => finished.map(|()| false),
        };
        if is_copy && !is_package && is_unfinished()? {
            return Ok(None);
        }
        Ok(is_copy.then_some(Self { path, is_package }))
    }

    /// Opens the log, to read it as it is.
    ///
    /// # Errors
    /// As [`Source::open`]; `output_refused` where `result` would replace the package.
    pub(crate) fn open(&self, result: Option<&Path>) -> Result<Reader> {
        let from = Elsewhere::Path(self.path.clone());
        if self.is_package {
            target::check_apart(result, &self.path)?;
        }
        let time = Time::of(None, std::iter::once(&from))?;
        Ok(Reader::of(Source::open(&from, &time)?.archive))
    }

    /// The folder that sealed files may have been copied into; a package has none.
    pub(crate) fn folder(&self) -> Option<&Path> {
        (!self.is_package).then_some(self.path.as_path())
    }

    /// Why nothing is done here but reading.
    pub(crate) fn only_read(&self) -> Error {
        let path = self.path.display();
        let message = format!("{path} is a copy of a log, which is read and never written to");
        Error::new(Kind::Usage, "copy_to_read", message)
            .with_hint(format!(
                "do it in the ledger itself; or build one from this, with its keys: earmark archive restore \
                 --from {path} NEWDIR"
            ))
            .with_detail("path", path)
    }
}
