//! Which tiles and bundles a log folder has, by looking at names: for files that no checkpoint
//! mentions, such as superseded partial tiles, and for folders without a checkpoint.

use super::folder::Folder;
use crate::error::{Error, Result};
use crate::tlog::tile::{Content, Tile};

/// Folders below `tile/<L>/` that a number of 20 digits needs, and the one of partial tiles.
const MAX_DEPTH: u8 = 8;

/// Hands every tile of `content` whose name is well formed to `found`, in no order.
///
/// # Errors
/// `Kind::Io` when a folder cannot be listed.
pub(super) fn every_tile(
    folder: &Folder,
    content: Content,
    found: &mut dyn FnMut(Tile),
) -> Result<()> {
    list(folder, &content.to_string(), MAX_DEPTH, found)
}

/// `path` ends with a slash.
fn list(folder: &Folder, path: &str, depth: u8, found: &mut dyn FnMut(Tile)) -> Result<()> {
    let full = folder.join(path);
    let names = folder.medium.list(&full).map_err(|error| Error::io("list", &full, error))?;
    for name in names.unwrap_or_default() {
        let below = format!("{path}{name}");
        if let Some(tile) = Tile::parse(&below) {
            found(tile);
        } else if let Some(depth) = depth.checked_sub(1).filter(|_| may_hold_tiles(&name)) {
            list(folder, &format!("{below}/"), depth, found)?;
        }
    }
    Ok(())
}

/// True for `x123` and `123.p`.
fn may_hold_tiles(name: &str) -> bool {
    name.strip_prefix('x')
        .or_else(|| name.strip_suffix(".p"))
        .is_some_and(|number| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()))
}
