//! Reads back what a publish has written, as readers will, before its head is signed.
//!
//! The tree goes on from the head that was published last, with the leaves of the bundles as the
//! disk gives them, and every new tile must hold its hashes. So what is signed extends what was
//! signed before, whatever happened in this process's memory or to the files meanwhile. What it lacks
//! on purpose: a look past the system's cache at the platters, and at what was published before.

use super::folder::{Folder, TileFile, missing};
use super::reader::first_index;
use super::{ordered, threads};
use crate::chain::hash::{Hash, Stream};
use crate::error::{Error, Kind, Result};
use crate::tlog::levels::Levels;
use crate::tlog::tile::{self, Content, FULL_WIDTH, Tile};
use crate::tlog::tree::{Digest, leaf_hash};
use std::ops::ControlFlow;

/// Of an entry in a bundle, before its bytes.
const LENGTH_BYTES: usize = 2;

/// The last, partial bundle as it was read back, every leaf of it held: the next one begins with the same bytes, which
/// one fast hash says of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadBack {
    entries: usize,
    bytes: usize,
    hash: Hash,
}

/// Sees that the files between the published tree and the new one give the new one. `before` is of the publish before.
///
/// # Errors
/// `written_differs` (`Kind::Io`) names the first file that does not; `Kind::Io` when the disk could
/// not.
pub(super) fn reread(
    folder: &Folder,
    published: &Levels,
    new: &Levels,
    before: Option<ReadBack>,
) -> Result<Option<ReadBack>> {
    let known = published.partial(0);
    let mut reread = Reread { folder, known, levels: published.clone(), last: None };
    let before = before.filter(|before| before.entries == known.len());
    let first = published.size() >> 8;
    let size = new.size();
    let numbers = first..size.div_ceil(256);
    let read = |number: u64| {
        let before = before.filter(|_| number == first);
        tile::at(Content::Entries, number, size).map(|tile| leaves(folder, tile, before))
    };
    let taken = ordered::in_order(numbers, threads(), &read, &mut |leaves| {
        leaves.map_or(Ok(()), |leaves| reread.bundle(leaves?)).map(ControlFlow::Continue)
    });
    taken.map(|_| ())?;
    for tile in tile::partials(size) {
        if let Content::Hashes(level) = tile.content
            && tile::hashes_at(level, published.size()) < tile::hashes_at(level, size)
        {
            check_tile(folder, tile, reread.levels.partial(level))?;
        }
    }
    if reread.levels == *new {
        return Ok(reread.last);
    }
    let found = format!("the root {} at size {}", reread.levels.root(), reread.levels.size());
    Err(differs("log", &format!("the root {} at size {size}", new.root()), &found))
}

/// A bundle with the leaves of its entries, but for those at its beginning that were read back before.
struct Bundle {
    tile: Tile,
    is_begun: bool,
    leaves: Vec<Digest>,
    read_back: Option<ReadBack>,
}

fn leaves(folder: &Folder, tile: Tile, before: Option<ReadBack>) -> Result<Bundle> {
    let file = there(folder, tile)?;
    let entries = file.entries(tile.width).map_err(|error| malformed(tile, error))?;
    let begun = before.and_then(|before| {
        let mut stream = Stream::default();
        stream.update(file.bytes.get(..before.bytes)?);
        (stream.finish() == before.hash).then_some((before, stream))
    });
    let is_begun = begun.is_some();
    let (known, from, mut stream) = begun
        .map_or_else(Default::default, |(before, stream)| (before.entries, before.bytes, stream));
    let new = entries.iter().skip(known).map(|entry| leaf_hash(entry)).collect();
    let read_back = (tile.width < FULL_WIDTH).then(|| {
        let bytes = entries.iter().map(|entry| entry.len().saturating_add(LENGTH_BYTES)).sum();
        stream.update(file.bytes.get(from..bytes).unwrap_or_default());
        ReadBack { entries: entries.len(), bytes, hash: stream.finish() }
    });
    Ok(Bundle { tile, is_begun, leaves: new, read_back })
}

struct Reread<'a> {
    folder: &'a Folder,
    /// Leaves of the first bundle that were published before.
    known: &'a [Digest],
    levels: Levels,
    last: Option<ReadBack>,
}

impl Reread<'_> {
    /// Goes on with the leaves of the next bundle; each tile that they fill must be there.
    fn bundle(&mut self, bundle: Bundle) -> Result<()> {
        let known = std::mem::take(&mut self.known);
        let known = if bundle.is_begun { &[] } else { known };
        self.last = bundle.read_back;
        let (before, new) = bundle.leaves.split_at_checked(known.len()).unwrap_or_default();
        let first = first_index(bundle.tile.index);
        for ((leaf, expected), index) in before.iter().zip(known).zip(first..) {
            if leaf != expected {
                let expected = format!("entry {index} with leaf {expected}");
                return Err(differs(&bundle.tile.path(), &expected, &format!("leaf {leaf}")));
            }
        }
        let folder = self.folder;
        let mut checked = Ok(());
        for leaf in new {
            self.levels.push(*leaf, &mut |tile, hashes| {
                if checked.is_ok() {
                    checked = check_tile(folder, tile, hashes);
                }
            });
        }
        checked
    }
}

fn check_tile(folder: &Folder, tile: Tile, expected: &[Digest]) -> Result<()> {
    let found = there(folder, tile)?.hashes(tile.width).map_err(|error| malformed(tile, error))?;
    let mut places = expected.iter().zip(&found).enumerate();
    match places.find(|(_, (expected, found))| expected != found) {
        None => Ok(()),
        Some((place, (expected, found))) => {
            let expected = format!("{expected} as hash {place}, from the entries");
            Err(differs(&tile.path(), &expected, &found.to_string()))
        }
    }
}

fn there(folder: &Folder, tile: Tile) -> Result<TileFile> {
    match folder.tile(tile) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err(malformed(tile, missing(tile))),
        Err(error) => Err(malformed(tile, error)),
    }
}

/// What would be damage in a published log is here a disk that does not keep what it was given.
fn malformed(tile: Tile, error: Error) -> Error {
    if error.kind() != Kind::Break {
        return error;
    }
    differs(&tile.path(), "what was written to it", error.message()).with_source(error)
}

fn differs(file: &str, expected: &str, found: &str) -> Error {
    let message =
        format!("{file}, read back before its head is signed: expected {expected}, found {found}");
    Error::new(Kind::Io, "written_differs", message)
        .with_detail("file", file)
        .with_detail("expected", expected)
        .with_detail("found", found)
        .with_hint("nothing was signed; let nothing else write to the folder, and check the disk")
}
