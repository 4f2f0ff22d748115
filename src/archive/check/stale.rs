//! Partial tiles that are kept for slow readers: each must be the beginning of what replaced it.

use crate::archive::damage::{Damage, DamageKind};
use crate::archive::folder::TileFile;
use crate::archive::listing::every_tile;
use crate::archive::reader::ArchiveReader;
use crate::tlog::tile::{self, BundleEntries, Content, Tile};
use std::collections::BTreeSet;

/// Compares every superseded partial tile with the tile at its place.
pub(super) fn check(reader: &ArchiveReader, damages: &mut Vec<Damage>) {
    let size = reader.size();
    let mut stale = BTreeSet::new();
    for (content, _) in tile::contents(size) {
        let listed = every_tile(&reader.folder, content, &mut |tile| {
            let now = tile::at(content, tile.index, size);
            // A wider one is left from a publish that was interrupted; no checkpoint mentions it.
            if now.is_some_and(|now| tile.width < now.width) {
                stale.insert(tile);
            }
        });
        if let Err(error) = listed {
            damages.push(Damage::from_error(&error, &content.to_string(), None));
        }
    }
    let mut now: Option<TileFile> = None;
    for tile in stale {
        let place = tile::at(tile.content, tile.index, size);
        if now.as_ref().map(|file| file.tile.full()) != Some(tile.full()) {
            // If it is not there, that was reported already.
            now = place.and_then(|place| reader.folder.tile_or_full(place).ok().flatten());
        }
        if let Some(now) = &now {
            // Held against a damaged file, a good one would be blamed.
            let path = now.tile.path();
            if damages.iter().all(|damage| damage.file != path) {
                damages.extend(differs(reader, tile, now));
            }
        }
    }
}

fn differs(reader: &ArchiveReader, stale: Tile, now: &TileFile) -> Option<Damage> {
    let path = stale.path();
    let expected = beginning(now, stale.width)?;
    match reader.folder.tile(stale) {
        // The writer may delete it at any time.
        Ok(None) => None,
        Ok(Some(file)) if file.bytes == expected => None,
        Ok(Some(_)) => {
            let expected = format!("the first {} of {}", stale.width, now.tile.path());
            Some(Damage::new(DamageKind::Changed, path, None, expected, "something else"))
        }
        Err(error) => Some(Damage::from_error(&error, &path, None)),
    }
}

/// The bytes of the first `width` hashes or entries; `None` if there are fewer.
fn beginning(file: &TileFile, width: u16) -> Option<&[u8]> {
    let length = match file.tile.content {
        Content::Hashes(_) => usize::from(width).checked_mul(32)?,
        Content::Entries => {
            let mut entries = BundleEntries::new(&file.bytes);
            let last = usize::from(width).checked_sub(1)?;
            entries.nth(last)?;
            file.bytes.len().checked_sub(entries.rest().len())?
        }
    };
    file.bytes.get(..length)
}
