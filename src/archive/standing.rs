//! Where a published log stands: what a writer must read before it can go on.
//!
//! What it lacks on purpose: full tiles, which a writer never needs again.

use super::folder::{Folder, missing};
use crate::error::{Error, Kind, Result};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::levels::Levels;
use crate::tlog::tile::{self, Content, FULL_WIDTH, Tile};
use crate::tlog::tree;

/// The partial tiles, which must give the root of the checkpoint.
pub(super) fn read_levels(folder: &Folder, checkpoint: &Checkpoint) -> Result<Levels> {
    let mut partials = Vec::new();
    for (content, hashes) in tile::contents(checkpoint.size).skip(1) {
        let (index, width) = tile::split(hashes);
        let tile = Tile { content, index, width };
        let hashes = if width == 0 { Some(Vec::new()) } else { folder.hashes(tile)? };
        partials.push(hashes.ok_or_else(|| missing(tile))?);
    }
    Levels::from_partials(checkpoint.size, &partials)
        .filter(|levels| levels.root() == checkpoint.root)
        .ok_or_else(|| root_differs(folder, checkpoint))
}

fn root_differs(folder: &Folder, checkpoint: &Checkpoint) -> Error {
    Error::new(
        Kind::Break,
        "root_differs",
        format!(
            "the last tiles of {} do not give the root of its checkpoint of size {}",
            folder.path.display(),
            checkpoint.size
        ),
    )
    .with_detail("expected", checkpoint.root)
    .with_hint("`earmark verify` names the file; opening the ledger rebuilds the log")
    .with_detail("path", folder.path.display())
    .with_detail("size", checkpoint.size)
}

/// The bytes of the partial bundle, whose entries must be the leaves of the partial tile.
pub(super) fn read_partial_bundle(folder: &Folder, levels: &Levels) -> Result<Vec<u8>> {
    let (index, width) = tile::split(levels.size());
    if width == 0 {
        return Ok(Vec::new());
    }
    let tile = Tile { content: Content::Entries, index, width };
    let file = folder.tile_or_full(tile)?.ok_or_else(|| missing(tile))?;
    let mut bytes = Vec::new();
    let first = index.saturating_mul(u64::from(FULL_WIDTH));
    for ((entry, leaf), index) in file.entries(width)?.iter().zip(levels.partial(0)).zip(first..) {
        let found = tree::leaf_hash(entry);
        if found != *leaf {
            let path = file.tile.path();
            return Err(Error::new(
                Kind::Break,
                "bundle_differs",
                format!("entry {index} in {path} is not the one that the tree has: expected leaf {leaf}, found {found}"),
            )
            .with_detail("file", path)
            .with_detail("index", index)
            .with_detail("expected", leaf)
            .with_detail("found", found));
        }
        // It was read from a bundle, so it fits into one.
        let _ = tile::push_entry(&mut bytes, entry);
    }
    Ok(bytes)
}
