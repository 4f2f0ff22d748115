//! Partial tiles that a full one has replaced, and when: what may be deleted after ten minutes.
//!
//! A reader that holds an older checkpoint may still ask for a partial tile. So the writer notes
//! each folder of partial tiles that a publish made superfluous in the file `.superseded` of the log
//! folder, one line each (`<microseconds since 1970> <folder>`), and deletes it later. The list is
//! no part of the log: without it, the partial tiles stay for ever and do no harm.

use super::folder::Folder;
use crate::tlog::tile::{self, Tile};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Path of the list below the log folder.
pub(super) const LIST: &str = ".superseded";
/// How long a partial tile stays after a checkpoint without it is published.
pub(super) const GRACE_MICROSECONDS: i64 = 600 * 1_000_000;
/// The most bytes of a list that are read; about 20,000 lines, more than ten minutes can make.
const MAX_LIST_BYTES: usize = 1 << 20;

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Superseded {
    folders: Vec<(i64, Tile)>,
}

impl Superseded {
    /// Reads the list. A line that is none is dropped, and so is a list that cannot be read.
    pub(super) fn read(folder: &Folder) -> Self {
        let bytes = folder.read(LIST, MAX_LIST_BYTES).ok().flatten().unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        Self { folders: text.lines().filter_map(parse_line).collect() }
    }

    /// The list's text.
    pub(super) fn text(&self) -> String {
        self.folders.iter().fold(String::new(), |mut text, (at, tile)| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{at} {}", tile.partials_folder());
            text
        })
    }

    /// Adds the folders of partial tiles that a log of `old` entries has and one of `new` entries
    /// does not need.
    pub(super) fn add(&mut self, old: u64, new: u64, now_microseconds: i64) {
        let needed: BTreeSet<_> = tile::partials(new).map(Tile::full).collect();
        let gone = tile::partials(old).map(Tile::full).filter(|tile| !needed.contains(tile));
        self.folders.extend(gone.map(|tile| (now_microseconds, tile)));
    }

    /// Deletes what has been superfluous for long enough. What cannot be deleted stays listed; that
    /// is no error, since the log is whole with it and without it.
    pub(super) fn delete_due(&mut self, folder: &Folder, now_microseconds: i64) {
        let is_due = |at: i64| now_microseconds.saturating_sub(at) > GRACE_MICROSECONDS;
        self.folders.retain(|(at, tile)| !(is_due(*at) && delete(folder, *tile)));
    }
}

fn parse_line(line: &str) -> Option<(i64, Tile)> {
    let (at, path) = line.split_once(' ')?;
    let tile = Tile::parse(path.strip_suffix(".p")?)?;
    Some((at.parse().ok()?, tile))
}

/// Deletes a folder of partial tiles, if the full tile is there. True when it is gone.
fn delete(folder: &Folder, full: Tile) -> bool {
    if !matches!(folder.tile(full), Ok(Some(_))) {
        return false;
    }
    let path = folder.join(&full.partials_folder());
    let names = match folder.medium.list(&path) {
        Ok(Some(names)) => names,
        Ok(None) => return true,
        Err(_) => return false,
    };
    names.iter().all(|name| folder.medium.remove_file(&path.join(name)).is_ok())
        && folder.medium.remove_folder(&path).is_ok()
}
