//! What is wrong with a file of the log, with both figures.

use crate::error::{Error, Kind, Result};
use crate::tlog::tile::Tile;
use std::fmt;

/// The kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// The file is not there, nor a full one that could stand in for it.
    Missing,
    /// The system could not read it.
    Unreadable,
    /// It has not the form of its kind: cut, too long, other lengths.
    Malformed,
    /// It is well formed but says something else than the rest of the log.
    Changed,
    /// The checkpoint is not signed by the key of the log.
    Signature,
    /// The tree that the files give has another root than the checkpoint.
    Root,
}

impl fmt::Display for DamageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Malformed => "malformed",
            Self::Changed => "changed",
            Self::Signature => "signature",
            Self::Root => "root",
        })
    }
}

/// One damaged file of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The kind.
    pub kind: DamageKind,
    /// The file, below the log folder.
    pub file: String,
    /// The first entry concerned, where it is known which.
    pub index: Option<u64>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Damage {
    pub(super) fn new(
        kind: DamageKind,
        file: impl Into<String>,
        index: Option<u64>,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        Self { kind, file: file.into(), index, expected, found }
    }

    pub(super) fn missing(file: impl Into<String>, index: Option<u64>) -> Self {
        Self::new(DamageKind::Missing, file, index, "a file", "none")
    }

    /// The tile or bundle that is missing, if it is that.
    pub(super) fn missing_tile(&self) -> Option<Tile> {
        Tile::parse(&self.file).filter(|_| self.kind == DamageKind::Missing)
    }

    /// What the machine could not read says nothing of the log: the first such file as an error.
    ///
    /// # Errors
    /// `log_unreadable` (`Kind::Io`).
    pub(crate) fn check_readable(damages: &[Self]) -> Result<()> {
        let unread = damages.iter().find(|damage| damage.kind == DamageKind::Unreadable);
        unread.map_or(Ok(()), |damage| {
            let message = format!("{} of the log cannot be read: {}", damage.file, damage.found);
            Err(Error::new(Kind::Io, "log_unreadable", message)
                .with_detail("file", &damage.file)
                .with_hint(
                    "nothing is said of the log; look at the disk or the server, and run it again",
                ))
        })
    }

    /// The damage that an error of reading this file means.
    pub(super) fn from_error(error: &Error, file: &str, index: Option<u64>) -> Self {
        let kind = if error.kind() == Kind::Break {
            DamageKind::Malformed
        } else {
            DamageKind::Unreadable
        };
        let figure =
            |name| error.details().iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
        let expected =
            figure("expected").unwrap_or_else(|| "a readable file of the log".to_owned());
        let found = figure("found").unwrap_or_else(|| error.message().to_owned());
        Self::new(kind, file, index, expected, found)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(index) = self.index {
            write!(f, " (entry {index})")?;
        }
        write!(f, ": {}: expected {}, found {}", self.kind, self.expected, self.found)
    }
}
