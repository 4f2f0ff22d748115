//! Reads the published log without a lock, beside a writer that goes on.
//!
//! A reader stays at the checkpoint it opened with until [`ArchiveReader::refresh`]. Every file is
//! read with a cap. A partial tile may be gone because a full one replaced it: then the first
//! entries of the full one are taken, and if that is missing too the checkpoint is read once more
//! before damage is reported (schemas/log.md §5).
//!
//! What it lacks on purpose: verification. Entries come as the files say; [`check`](super::check)
//! compares them with the tree, and `chain` follows their hashes.

use super::folder::{COSIGNED, Folder, Signed, TileFile, missing};
use super::listing::every_tile;
use super::medium::{Disk, Medium};
use super::{ordered, threads};
use crate::chain::entry::Sealed;
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::tile::{self, Content, FULL_WIDTH, Tile};
use crate::tlog::tree::Digest;
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

/// A published log at one size.
#[derive(Debug, Clone)]
pub struct ArchiveReader {
    pub(super) folder: Folder,
    signed: Signed,
}

impl ArchiveReader {
    /// Opens a log folder at its checkpoint. Who signed it is not looked at: see
    /// [`Checkpoint::verify`] and [`check`](super::check).
    ///
    /// # Errors
    /// `log_not_found` (`Kind::NotFound`) when there is no checkpoint; `note_malformed`,
    /// `checkpoint_malformed` or `file_unfit` (`Kind::Break`); `Kind::Io` when it cannot be read.
    pub fn open(log_folder: &Path) -> Result<Self> {
        Self::open_on(Arc::new(Disk), log_folder)
    }

    /// [`ArchiveReader::open`] on another medium.
    ///
    /// # Errors
    /// As [`ArchiveReader::open`].
    pub fn open_on(medium: Arc<dyn Medium>, log_folder: &Path) -> Result<Self> {
        Self::of(Folder::new(medium, log_folder))
    }

    pub(super) fn of(folder: Folder) -> Result<Self> {
        let signed = read_checkpoint(&folder)?;
        Ok(Self { folder, signed })
    }

    /// Goes to the checkpoint that is published now. True if it is larger than before.
    ///
    /// # Errors
    /// `log_went_back` (`Kind::Break`) when it is smaller, or another root at the same size; the
    /// reader then stays where it was. Otherwise as [`ArchiveReader::open`].
    pub fn refresh(&mut self) -> Result<bool> {
        let new = read_checkpoint(&self.folder)?;
        let (old_size, new_size) = (self.size(), new.checkpoint.size);
        let same = (old_size, self.root()) == (new_size, new.checkpoint.root);
        if new_size <= old_size && !same {
            return Err(went_back(&self.signed.checkpoint, &new.checkpoint));
        }
        self.signed = new;
        Ok(new_size > old_size)
    }

    /// The last checkpoint that a quorum of witnesses cosigned, verbatim; `None` if there is none.
    ///
    /// # Errors
    /// `note_malformed`, `checkpoint_malformed` or `file_unfit` (`Kind::Break`); `Kind::Io`.
    pub fn cosigned(&self) -> Result<Option<Vec<u8>>> {
        Ok(self.folder.signed(COSIGNED)?.map(|signed| signed.note))
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.signed.checkpoint.size
    }

    /// Root of the tree, as the checkpoint says.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.signed.checkpoint.root
    }

    /// What the checkpoint says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.signed.checkpoint
    }

    /// The signed checkpoint, verbatim.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.signed.note
    }

    /// One entry.
    ///
    /// # Errors
    /// `entry_not_published` (`Kind::NotFound`) at and beyond the size; otherwise as
    /// [`ArchiveReader::entries`].
    pub fn entry(&self, index: u64) -> Result<Sealed> {
        let none = || {
            let size = self.size();
            Error::new(
                Kind::NotFound,
                "entry_not_published",
                format!("the log has {size} entries, so there is no entry {index}"),
            )
            .with_detail("index", index)
            .with_detail("size", size)
        };
        self.entries(index..index.saturating_add(1)).next().ok_or_else(none)?
    }

    /// The entries of `range`, clipped at the size, in order, one bundle in memory at a time.
    ///
    /// Each comes with its hash; its bytes are as the bundle has them. Ends after the first error:
    /// `tile_missing`, `tile_malformed` or `file_unfit` (`Kind::Break`) names the file, `Kind::Io`
    /// when it cannot be read.
    #[must_use]
    pub fn entries(&self, range: Range<u64>) -> Entries<'_> {
        let end = range.end.min(self.size());
        let start = range.start.min(end);
        Entries { reader: self, range: start..end, bundle: Vec::new().into_iter() }
    }

    /// Hands every entry of `range`, clipped at the size, to `map` on several threads and then to
    /// `visit` on this one, in order: `visit(index, bytes, map(index, bytes))`.
    ///
    /// # Errors
    /// The first error of `visit`, or as [`ArchiveReader::entries`].
    pub fn for_each<T: Send>(
        &self,
        range: Range<u64>,
        map: impl Fn(u64, &[u8]) -> T + Sync,
        mut visit: impl FnMut(u64, &[u8], T) -> Result<()>,
    ) -> Result<()> {
        let range = range.start..range.end.min(self.size());
        let work = |number: u64| -> Result<(TileFile, Vec<T>)> {
            let file = self.bundle(number)?;
            let entries = file.entries(self.width_of(number))?;
            let wanted = entries.into_iter().zip(first_index(number)..);
            let mapped = wanted
                .filter(|(_, index)| range.contains(index))
                .map(|(entry, index)| map(index, entry))
                .collect();
            Ok((file, mapped))
        };
        let numbers = tile::bundles(range.clone());
        let taken = ordered::in_order(numbers, threads(), &work, &mut |done| {
            let (file, mapped) = done?;
            let entries = file.entries(FULL_WIDTH)?.into_iter().zip(first_index(file.tile.index)..);
            let wanted = entries.filter(|(_, index)| range.contains(index));
            wanted
                .zip(mapped)
                .try_for_each(|((entry, index), result)| visit(index, entry, result))
                .map(ControlFlow::Continue)
        });
        taken.map(|_| ())
    }

    /// The numbers of the bundles of this log that are there, whatever the checkpoint says; none where
    /// the source lists nothing.
    ///
    /// # Errors
    /// `Kind::Io` when a folder cannot be listed.
    pub fn bundles_there(&self) -> Result<BTreeSet<u64>> {
        let mut bundles = BTreeSet::new();
        every_tile(&self.folder, Content::Entries, &mut |bundle| {
            bundles.insert(bundle.index);
        })?;
        bundles.split_off(&self.size().div_ceil(256));
        Ok(bundles)
    }

    /// The most entries that the files there can hold.
    ///
    /// # Errors
    /// As [`ArchiveReader::bundles_there`].
    pub fn most_entries(&self) -> Result<u64> {
        let bundles = u64::try_from(self.bundles_there()?.len()).unwrap_or(u64::MAX);
        Ok(bundles.saturating_mul(256).min(self.size()))
    }

    /// The entries of one bundle, or of as much of it as is there.
    ///
    /// # Errors
    /// As [`ArchiveReader::entries`].
    pub fn bundle_entries(&self, number: u64) -> Result<Vec<Sealed>> {
        let first = first_index(number);
        self.entries(first..first.saturating_add(u64::from(FULL_WIDTH))).collect()
    }

    /// Every tile and bundle that the log of this size is made of, and no other: its path below the
    /// folder, and its bytes as they must be at this size, whether the file has grown since or not.
    /// The checkpoint is [`ArchiveReader::note`].
    ///
    /// # Errors
    /// As [`ArchiveReader::entries`], at each.
    pub fn files(&self) -> impl Iterator<Item = Result<(String, Vec<u8>)>> + '_ {
        tile::between(0, self.size()).map(|tile| {
            let bytes = match tile.content {
                Content::Hashes(_) => {
                    let hashes = self.folder.hashes(tile)?.ok_or_else(|| missing(tile))?;
                    tile::tile_bytes(&hashes)
                }
                Content::Entries => {
                    let mut file = self.bundle(tile.index)?;
                    let lengths = file.entries(tile.width)?.into_iter().map(<[u8]>::len);
                    let length =
                        lengths.fold(0, |sum, length| length.saturating_add(2).saturating_add(sum));
                    file.bytes.truncate(length);
                    file.bytes
                }
            };
            Ok((tile.path(), bytes))
        })
    }

    /// The paths of [`ArchiveReader::files`].
    pub fn paths(&self) -> impl Iterator<Item = String> + '_ {
        tile::between(0, self.size()).map(|tile| tile.path())
    }

    fn width_of(&self, number: u64) -> u16 {
        tile::at(Content::Entries, number, self.size()).map_or(0, |tile| tile.width)
    }

    /// Bundle `number` of this log, wherever it is now.
    fn bundle(&self, number: u64) -> Result<TileFile> {
        let width = self.width_of(number);
        self.tile(Tile { content: Content::Entries, index: number, width })
    }

    /// A tile or bundle of this log, or a wider one at its place.
    pub(super) fn tile(&self, tile: Tile) -> Result<TileFile> {
        if let Some(file) = self.folder.tile_or_full(tile)? {
            return Ok(file);
        }
        // Between the two looks the writer may have published and deleted, or a copy moved on.
        let now = read_checkpoint(&self.folder)?.checkpoint.size;
        tile::at(tile.content, tile.index, now)
            .filter(|wider| wider.width >= tile.width)
            .map_or(Ok(None), |wider| self.folder.tile_or_full(wider))?
            .ok_or_else(|| missing(tile))
    }
}

/// Index of the first entry of bundle `number`.
pub(super) fn first_index(number: u64) -> u64 {
    number.saturating_mul(u64::from(FULL_WIDTH))
}

fn read_checkpoint(folder: &Folder) -> Result<Signed> {
    folder.checkpoint()?.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "log_not_found",
            format!("there is no checkpoint in {}", folder.path.display()),
        )
        .with_hint(
            "name the `log` folder of a ledger; nothing is published before the first command",
        )
        .with_detail("path", folder.path.display())
    })
}

fn went_back(old: &Checkpoint, new: &Checkpoint) -> Error {
    Error::new(
        Kind::Break,
        "log_went_back",
        format!(
            "the checkpoint was of size {} and root {}, and is now of size {} and root {}",
            old.size, old.root, new.size, new.root
        ),
    )
    .with_detail("expected", old.size)
    .with_detail("found", new.size)
    .with_hint("somebody put an older or another log in its place; keep both checkpoints")
}

/// An iterator over entries, see [`ArchiveReader::entries`].
#[derive(Debug)]
pub struct Entries<'a> {
    reader: &'a ArchiveReader,
    /// The entries that are not read yet.
    range: Range<u64>,
    bundle: std::vec::IntoIter<Sealed>,
}

impl Entries<'_> {
    /// Reads the next bundle; if that fails, nothing follows.
    fn next_bundle(&mut self) -> Result<()> {
        let number = self.range.start >> 8;
        let wanted = std::mem::replace(&mut self.range, 0..0);
        let file = self.reader.bundle(number)?;
        let first = first_index(number);
        let sealed: Vec<_> = file
            .entries(self.reader.width_of(number))?
            .into_iter()
            .zip(first..)
            .filter(|(_, index)| wanted.contains(index))
            .map(|(entry, index)| Sealed::new(index, entry.to_vec()))
            .collect();
        self.bundle = sealed.into_iter();
        self.range = first.saturating_add(u64::from(FULL_WIDTH)).min(wanted.end)..wanted.end;
        Ok(())
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Sealed>;

    fn next(&mut self) -> Option<Result<Sealed>> {
        if self.bundle.len() > 0 || self.range.is_empty() {
            return self.bundle.next().map(Ok);
        }
        match self.next_bundle() {
            Ok(()) => self.bundle.next().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}
