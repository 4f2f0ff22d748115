//! The log folder as files: which file holds what, read with caps, named in every error.
//!
//! What it lacks on purpose: judgement. Whether hashes and entries are right is for its callers.

use super::medium::Medium;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::{Checkpoint, MAX_CHECKPOINT_BYTES};
use crate::tlog::tile::{self, BundleEntries, Content, FULL_WIDTH, Tile};
use crate::tlog::tree::Digest;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Path of the checkpoint below the log folder.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// Path of the last checkpoint that a quorum of witnesses cosigned, below the log folder.
pub(super) const COSIGNED: &str = "checkpoint.cosigned";

/// A log folder on a medium.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) medium: Arc<dyn Medium>,
    pub(super) path: PathBuf,
}

/// A checkpoint as it was read: what it says, and the signed note, verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) checkpoint: Checkpoint,
    pub(super) note: Vec<u8>,
}

/// The bytes of a tile or bundle, and the file they came from.
#[derive(Debug)]
pub(super) struct TileFile {
    pub(super) tile: Tile,
    pub(super) bytes: Vec<u8>,
}

impl Folder {
    pub(super) fn new(medium: Arc<dyn Medium>, path: &Path) -> Self {
        Self { medium, path: path.to_owned() }
    }

    pub(super) fn join(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Reads a file below the folder; `None` if it is not there.
    pub(super) fn read(&self, path: &str, cap_bytes: usize) -> Result<Option<Vec<u8>>> {
        let full = self.join(path);
        self.medium.read(&full, cap_bytes).map_err(|error| {
            if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::InvalidData) {
                unfit(path, &error.to_string())
            } else {
                Error::io("read", &full, error).with_detail("file", path)
            }
        })
    }

    /// The checkpoint, unverified; `None` if there is none.
    pub(super) fn checkpoint(&self) -> Result<Option<Signed>> {
        self.signed(CHECKPOINT)
    }

    /// A file that holds a checkpoint, unverified; `None` if it is not there.
    pub(super) fn signed(&self, path: &str) -> Result<Option<Signed>> {
        let Some(note) = self.read(path, MAX_CHECKPOINT_BYTES)? else { return Ok(None) };
        let checkpoint = Checkpoint::read(&note).map_err(|error| {
            let message = format!("{path}: {}", error.message());
            let named = Error::new(error.kind(), error.code(), message);
            let details = error.details().iter();
            let named = details.fold(named, |named, (name, value)| named.with_detail(name, value));
            named.with_detail("file", path).with_source(error)
        })?;
        Ok(Some(Signed { checkpoint, note }))
    }

    /// Exactly this file.
    pub(super) fn tile(&self, tile: Tile) -> Result<Option<TileFile>> {
        let cap_bytes = match tile.content {
            Content::Hashes(_) => tile::TILE_BYTES,
            Content::Entries => tile::MAX_BUNDLE_BYTES,
        };
        Ok(self.read(&tile.path(), cap_bytes)?.map(|bytes| TileFile { tile, bytes }))
    }

    /// This tile, or the full one in its place: a partial tile may have been deleted since.
    pub(super) fn tile_or_full(&self, tile: Tile) -> Result<Option<TileFile>> {
        match self.tile(tile)? {
            None if !tile.is_full() => self.tile(tile.full()),
            found => Ok(found),
        }
    }

    /// The hashes of this tile, from its own file or the full one; `None` if neither is there.
    pub(super) fn hashes(&self, tile: Tile) -> Result<Option<Vec<Digest>>> {
        self.tile_or_full(tile)?.map(|file| file.hashes(tile.width)).transpose()
    }
}

impl TileFile {
    /// The first `width` hashes; the whole file must have the size that its name says.
    pub(super) fn hashes(&self, width: u16) -> Result<Vec<Digest>> {
        let expected = usize::from(self.tile.width).saturating_mul(32);
        let mut hashes =
            tile::tile_hashes(&self.bytes).filter(|_| self.bytes.len() == expected).ok_or_else(
                || malformed(self.tile, &bytes_of(expected), &bytes_of(self.bytes.len())),
            )?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }

    /// The first `width` entries; the whole file must hold as many as its name says.
    pub(super) fn entries(&self, width: u16) -> Result<Vec<&[u8]>> {
        let mut reading = BundleEntries::new(&self.bytes);
        let mut entries: Vec<_> = reading.by_ref().take(usize::from(FULL_WIDTH)).collect();
        let whole = entries.len() == usize::from(self.tile.width) && reading.rest().is_empty();
        if !whole {
            let expected = format!("{} entries and nothing else", self.tile.width);
            let rest = bytes_of(reading.rest().len());
            let found = format!("{} entries and then {rest}", entries.len());
            return Err(malformed(self.tile, &expected, &found));
        }
        entries.truncate(usize::from(width));
        Ok(entries)
    }
}

fn bytes_of(count: usize) -> String {
    format!("{count} bytes")
}

fn malformed(tile: Tile, expected: &str, found: &str) -> Error {
    let path = tile.path();
    Error::new(Kind::Break, "tile_malformed", format!("{path} must hold {expected}; found {found}"))
        .with_detail("file", path)
        .with_detail("expected", expected)
        .with_detail("found", found)
}

fn unfit(path: &str, found: &str) -> Error {
    Error::new(Kind::Break, "file_unfit", format!("{path} is no file of a log: {found}"))
        .with_detail("file", path)
        .with_detail("found", found)
}

/// Neither the tile nor the full one in its place is there.
pub(super) fn missing(tile: Tile) -> Error {
    let path = tile.path();
    let message = if tile.is_full() {
        format!("{path} is missing")
    } else {
        format!("{path} is missing, and so is the full {}", tile.full().path())
    };
    Error::new(Kind::Break, "tile_missing", message)
        .with_detail("file", path)
        .with_hint("take the file from another copy of the log, or open the ledger to rebuild it")
}
