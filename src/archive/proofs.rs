//! Proofs out of a log folder: O(log n) tiles are read, and everything that is handed out was held
//! against the checkpoint's root before.
//!
//! What it lacks on purpose: who signed the checkpoint, and files of proofs.

use super::folder::missing;
use super::reader::{ArchiveReader, first_index};
use crate::chain::entry::Sealed;
use crate::error::{Error, Kind, Result};
use crate::tlog::proof::{verify_consistency, verify_inclusion};
use crate::tlog::tile::{self, Content, Tile};
use crate::tlog::tiled_tree::TiledTree;
use crate::tlog::tree::{Digest, leaf_hash};

impl ArchiveReader {
    /// The tree of this log, read tile by tile as it is asked.
    ///
    /// # Errors
    /// `tile_changed`, `tile_missing`, `tile_malformed` or `file_unfit` (`Kind::Break`) names the
    /// file; `Kind::Io` when it cannot be read.
    pub fn tree(&self) -> Result<TiledTree<'_>> {
        let read = |tile: Tile| self.tile(tile)?.hashes(tile.width);
        TiledTree::open(self.size(), self.root(), Box::new(read)).map_err(|error| self.blame(error))
    }

    /// [`ArchiveReader::tree`], with the reader in it.
    ///
    /// # Errors
    /// As [`ArchiveReader::tree`].
    pub fn into_tree(self) -> Result<TiledTree<'static>> {
        let (size, root) = (self.size(), self.root());
        TiledTree::open(size, root, Box::new(move |tile| self.tile(tile)?.hashes(tile.width)))
    }

    /// The entry at `index`, and the proof that it is in this log: the hashes from its sibling up.
    ///
    /// # Errors
    /// `entry_not_published` (`Kind::NotFound`) at and beyond the size; `entry_changed`
    /// (`Kind::Break`) when the bundle has another entry than the tree; as [`ArchiveReader::tree`].
    pub fn prove(&self, index: u64) -> Result<(Sealed, Vec<Digest>)> {
        let entry = self.entry(index)?;
        let mut tree = self.tree()?;
        let (expected, found) = (tree.leaf(index)?, leaf_hash(&entry.bytes));
        if expected != found {
            return Err(self.entry_changed(index, expected, found));
        }
        let path = tree.inclusion(index)?;
        verify_inclusion(found, index, self.size(), self.root(), &path)?;
        Ok((entry, path))
    }

    /// The proof that this log begins with its own first `old_size` entries, and their root.
    ///
    /// # Errors
    /// `tree_too_small` (`Kind::Usage`) when there are fewer entries; as [`ArchiveReader::tree`].
    pub fn prove_consistency(&self, old_size: u64) -> Result<(Digest, Vec<Digest>)> {
        let mut tree = self.tree()?;
        let (old_root, proof) = (tree.root_at(old_size)?, tree.consistency(old_size)?);
        verify_consistency(old_size, old_root, self.size(), self.root(), &proof)?;
        Ok((old_root, proof))
    }

    fn entry_changed(&self, index: u64, expected: Digest, found: Digest) -> Error {
        let bundle = tile::at(Content::Entries, index >> 8, self.size());
        let file = bundle.map(Tile::path).unwrap_or_default();
        let message =
            format!("entry {index} in {file} has the leaf {found}; the tree has {expected}");
        Error::new(Kind::Break, "entry_changed", message)
            .with_detail("file", file)
            .with_detail("index", index)
            .with_detail("expected", expected)
            .with_detail("found", found)
            .with_hint("the entry was changed; run `earmark verify` and look for another copy")
    }

    /// Where the last tiles do not give the root, and the one of level 0 is not that of its entries,
    /// it is the one.
    fn blame(&self, error: Error) -> Error {
        let (number, width) = tile::split(self.size());
        let tile = Tile { content: Content::Hashes(0), index: number, width };
        let is_one_of_several =
            error.code() == "tile_changed" && error.message().starts_with("one of ");
        if width == 0 || !is_one_of_several {
            return error;
        }
        match self.leaves(tile) {
            Ok((stored, computed)) if stored != computed => {
                let message =
                    format!("{} was changed: its hashes are not those of its entries", tile.path());
                let hint = error.hint().unwrap_or_default().to_owned();
                Error::new(Kind::Break, "tile_changed", message)
                    .with_detail("file", tile.path())
                    .with_hint(hint)
            }
            Ok(_) | Err(_) => error,
        }
    }

    /// The leaves of a tile as it has them, and as its entries give them.
    fn leaves(&self, tile: Tile) -> Result<(Vec<Digest>, Vec<Digest>)> {
        let stored = self.folder.hashes(tile)?.ok_or_else(|| missing(tile))?;
        let first = first_index(tile.index);
        let entries = self.entries(first..first.saturating_add(u64::from(tile.width)));
        let computed = entries.map(|entry| Ok(leaf_hash(&entry?.bytes))).collect::<Result<_>>()?;
        Ok((stored, computed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::writer::ArchiveWriter;
    use crate::chain::signature::SeedSigner;
    use std::path::Path;

    fn log_of(folder: &Path, size: u64) -> ArchiveReader {
        let mut writer = ArchiveWriter::open(folder).unwrap();
        let entry = |index: u64| Sealed::new(index, format!("entry {index}").into_bytes());
        writer.append(&(0..size).map(entry).collect::<Vec<_>>()).unwrap();
        writer.publish(&SeedSigner::new(&[9; 32]), "example.org/log", 0, &mut |_| Ok(())).unwrap();
        ArchiveReader::open(folder).unwrap()
    }

    #[test]
    fn entries_and_older_sizes_are_proven_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let reader = log_of(folder.path(), 600);
        for index in [0, 255, 256, 511, 512, 599] {
            let (entry, path) = reader.prove(index).unwrap();
            assert_eq!(entry.bytes, format!("entry {index}").into_bytes());
            let leaf = leaf_hash(&entry.bytes);
            verify_inclusion(leaf, index, 600, reader.root(), &path).unwrap();
        }
        for old in [0, 1, 256, 300, 599, 600] {
            let (root, proof) = reader.prove_consistency(old).unwrap();
            verify_consistency(old, root, 600, reader.root(), &proof).unwrap();
        }
        assert_eq!(reader.prove(600).unwrap_err().code(), "entry_not_published");
        assert_eq!(reader.prove_consistency(601).unwrap_err().code(), "tree_too_small");
    }

    #[test]
    fn every_damaged_file_that_a_proof_needs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let reader = log_of(folder.path(), 600);
        for (file, index, code) in [
            ("tile/0/001", 300, "tile_changed"),
            ("tile/0/002.p/88", 300, "tile_changed"),
            ("tile/1/000.p/2", 300, "tile_changed"),
            ("tile/entries/001", 300, "entry_changed"),
        ] {
            let path = folder.path().join(file);
            let whole = std::fs::read(&path).unwrap();
            let mut bytes = whole.clone();
            // In a bundle: a letter of entry 300, the 45th of its bundle.
            let place = if code == "entry_changed" { 44 * 11 + 4 } else { 3 };
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1;
            }
            std::fs::write(&path, &bytes).unwrap();
            let error = reader.prove(index).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Break, code), "{file}");
            assert_eq!(error.details().first(), Some(&("file", file.to_owned())), "{error}");
            std::fs::remove_file(&path).unwrap();
            let error = reader.prove(index).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Break, "tile_missing"), "{file}");
            assert!(error.message().starts_with(&format!("{file} is missing")), "{error}");
            std::fs::write(&path, &whole).unwrap();
        }
        reader.prove(300).unwrap();
    }

    /// A partial tile that is gone is read from the full one, or from a wider one.
    #[test]
    fn a_reader_that_stays_behind_proves_on() {
        let folder = tempfile::tempdir().unwrap();
        let reader = log_of(folder.path(), 300);
        log_more(folder.path(), 300..1_000);
        for partial in ["tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"] {
            std::fs::remove_file(folder.path().join(partial)).unwrap();
        }
        let (entry, path) = reader.prove(299).unwrap();
        verify_inclusion(leaf_hash(&entry.bytes), 299, 300, reader.root(), &path).unwrap();
    }

    fn log_more(folder: &Path, range: std::ops::Range<u64>) {
        let mut writer = ArchiveWriter::open(folder).unwrap();
        let entry = |index: u64| Sealed::new(index, format!("entry {index}").into_bytes());
        writer.append(&range.map(entry).collect::<Vec<_>>()).unwrap();
        writer.publish(&SeedSigner::new(&[9; 32]), "example.org/log", 0, &mut |_| Ok(())).unwrap();
    }
}
