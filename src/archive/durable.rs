//! Puts new files into the log folder so that they are durable, or harmless.
//!
//! A file gets its content under a temporary name, then its name, then the folder is synced: once
//! for all its new names. What it lacks on purpose: knowing what the files are for.

use super::folder::Folder;
use crate::error::{Error, Result};
use crate::tlog::tile::{self, FULL_WIDTH, Tile};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The log folder with what is known about the durability of its names.
#[derive(Debug)]
pub(super) struct Durable {
    pub(super) folder: Folder,
    /// Folders whose own names are durable, or will be with the next sync.
    known: BTreeSet<PathBuf>,
    /// Folders with new names in them.
    unsynced: BTreeSet<PathBuf>,
}

impl Durable {
    /// A folder of which nothing is known.
    pub(super) fn new(folder: Folder) -> Self {
        Self { folder, known: BTreeSet::new(), unsynced: BTreeSet::new() }
    }

    /// A folder that was published at `size`.
    pub(super) fn published(folder: Folder, size: u64) -> Self {
        let known = folders_of_published(&folder, size);
        Self { folder, known, unsynced: BTreeSet::new() }
    }

    /// Writes tiles durably and gives them their names; further files stay under temporary names.
    pub(super) fn write_tiles(
        &mut self,
        tiles: Vec<(Tile, Vec<u8>)>,
        more: &[(&str, &[u8])],
    ) -> Result<()> {
        let tiles: Vec<_> = tiles.into_iter().map(|(tile, bytes)| (tile.path(), bytes)).collect();
        for (path, _) in &tiles {
            self.make_folder(&above(&self.folder.join(path)))?;
        }
        self.make_folder(&self.folder.path.clone())?;
        let tile_files = tiles.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        let files: Vec<_> = tile_files
            .chain(more.iter().copied())
            .map(|(path, bytes)| (self.temporary(path), bytes))
            .collect();
        self.folder
            .medium
            .write(&files)
            .map_err(|error| Error::io("write new files in", &self.folder.path, error))?;
        for (path, _) in &tiles {
            self.rename_in_place(path)?;
            self.unsynced.insert(above(&self.folder.join(path)));
        }
        Ok(())
    }

    /// Makes a folder and those above it. A folder that is there already may be what a publish left
    /// that was cut, so its name counts as new too unless something published is in it.
    fn make_folder(&mut self, folder: &Path) -> Result<()> {
        if self.known.contains(folder) {
            return Ok(());
        }
        let parent = above(folder);
        if folder != self.folder.path {
            self.make_folder(&parent)?;
        }
        self.folder
            .medium
            .create_folder(folder)
            .map_err(|error| Error::io("make the folder", folder, error))?;
        self.unsynced.insert(parent);
        self.known.insert(folder.to_owned());
        Ok(())
    }

    /// Where the file of `path` is before it gets its name.
    fn temporary(&self, path: &str) -> PathBuf {
        let full = self.folder.join(path);
        let name = full.file_name().unwrap_or_default().to_string_lossy();
        full.with_file_name(format!(".{}.new", name.trim_start_matches('.')))
    }

    pub(super) fn rename_in_place(&self, path: &str) -> Result<()> {
        let full = self.folder.join(path);
        let renamed = self.folder.medium.rename(&self.temporary(path), &full);
        renamed.map_err(|error| Error::io("rename", &full, error))
    }

    /// Syncs every folder with new names in it.
    pub(super) fn sync_new(&mut self) -> Result<()> {
        let folders: Vec<_> = std::mem::take(&mut self.unsynced).into_iter().collect();
        self.sync(&folders)
    }

    /// Syncs the log folder itself, where the checkpoint is.
    pub(super) fn sync_log(&self) -> Result<()> {
        self.sync(std::slice::from_ref(&self.folder.path))
    }

    fn sync(&self, folders: &[PathBuf]) -> Result<()> {
        let synced = self.folder.medium.sync_folders(folders);
        synced.map_err(|error| Error::io("sync the folders of", &self.folder.path, error))
    }
}

pub(super) fn above(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The folders above everything that a log of `size` entries has last, and the log folder itself.
///
/// The publish of that size synced each of them. Folders elsewhere in the log are not among them,
/// but a writer only writes after what is last.
fn folders_of_published(folder: &Folder, size: u64) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::from([folder.path.clone()]);
    let last_full = tile::contents(size).filter_map(|(content, hashes)| {
        let index = (hashes >> 8).checked_sub(1)?;
        Some(Tile { content, index, width: FULL_WIDTH })
    });
    for tile in tile::partials(size).chain(last_full) {
        let path = folder.join(&tile.path());
        let between = path.ancestors().skip(1).take_while(|above| *above != folder.path);
        folders.extend(between.map(Path::to_owned));
    }
    folders
}
