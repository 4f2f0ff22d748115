//! One bundle held against its tile, and both against the tree above.

use super::extent::Extent;
use super::upper::Upper;
use crate::archive::damage::{Damage, DamageKind};
use crate::archive::folder::TileFile;
use crate::archive::reader::{ArchiveReader, first_index};
use crate::error::Result;
use crate::tlog::tile::{self, BundleEntries, Content, Tile};
use crate::tlog::tree::{Digest, leaf_hash, root_of};
use std::ops::ControlFlow;

/// A bundle with what came of it.
#[derive(Debug)]
pub(super) struct Unit<T> {
    file: Option<TileFile>,
    first: u64,
    mapped: Vec<T>,
    pub(super) leaves: Leaves,
    pub(super) damages: Vec<Damage>,
    pub(super) undecided: Option<Undecided>,
}

/// The leaves of a unit as its bundle gives them.
#[derive(Debug)]
pub(super) enum Leaves {
    /// The root over all 256.
    Full(Digest),
    /// Those of the last, partial bundle.
    Partial(Vec<Digest>),
    /// Entries are missing.
    Missing,
}

/// A bundle and its tile that say different things, where the tree above cannot tell who is right.
#[derive(Debug)]
pub(super) struct Undecided {
    bundle: Tile,
    tile: Tile,
    difference: Difference,
}

/// The first place where the leaves of a bundle and the hashes of its tile differ.
#[derive(Debug, Clone, Copy)]
struct Difference {
    index: u64,
    in_bundle: Digest,
    in_tile: Digest,
}

impl Undecided {
    /// The damage, once it is known whether the entries give the checkpoint's root.
    pub(super) fn decide(&self, entries_are_right: bool) -> Damage {
        if entries_are_right {
            self.difference.of_tile(self.tile)
        } else {
            self.difference.of_bundle(self.bundle)
        }
    }
}

impl Difference {
    fn find(first: u64, leaves: &[Digest], hashes: &[Digest]) -> Option<Self> {
        let mut pairs = leaves.iter().zip(hashes).zip(first..);
        let ((leaf, hash), index) = pairs.find(|((leaf, hash), _)| leaf != hash)?;
        Some(Self { index, in_bundle: *leaf, in_tile: *hash })
    }

    fn of_bundle(self, bundle: Tile) -> Damage {
        let expected = format!("an entry with leaf {}", self.in_tile);
        let found = format!("leaf {}", self.in_bundle);
        Damage::new(DamageKind::Changed, bundle.path(), Some(self.index), expected, found)
    }

    fn of_tile(self, tile: Tile) -> Damage {
        let expected = format!("{}, the leaf of the entry", self.in_bundle);
        Damage::new(DamageKind::Changed, tile.path(), Some(self.index), expected, self.in_tile)
    }
}

/// What is known of the log before its bundles are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) upper: &'a Upper,
    /// What the roots of the full tiles of level 0 in this block must be, as far as it can be known.
    pub(super) roots: &'a [Option<Digest>],
    pub(super) extent: &'a Extent,
}

impl Known<'_> {
    /// What the root of full tile `number` of level 0 must be, if the tile above it can be trusted.
    fn root_of_tile(&self, number: u64) -> Option<Digest> {
        let place = usize::try_from(number & 255).ok()?;
        self.roots.get(place).copied().flatten()
    }
}

impl<T> Unit<T> {
    /// Reads bundle and tile `number` and maps the entries.
    pub(super) fn read(
        reader: &ArchiveReader,
        number: u64,
        known: &Known<'_>,
        map: &(dyn Fn(u64, &[u8]) -> T + Sync),
    ) -> Self {
        let first = first_index(number);
        let mut unit = Self {
            file: None,
            first,
            mapped: Vec::new(),
            leaves: Leaves::Missing,
            damages: Vec::new(),
            undecided: None,
        };
        let size = reader.size();
        if let (Some(bundle), Some(tile)) =
            (tile::at(Content::Entries, number, size), tile::at(Content::Hashes(0), number, size))
        {
            let hashes = unit.tile_hashes(reader, tile, known.upper);
            let leaves = unit.read_bundle(reader, bundle, hashes.as_deref(), known, map);
            if leaves.len() == usize::from(bundle.width) {
                unit.judge(bundle, tile, known, leaves, hashes.as_deref());
            }
        }
        unit
    }

    /// Index of its first entry.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// True if nothing was found to be wrong with its files by themselves.
    pub(super) fn is_sound(&self) -> bool {
        self.damages.is_empty() && !matches!(self.leaves, Leaves::Missing)
    }

    /// Number of entries that the bundle has.
    pub(super) fn entries(&self) -> u64 {
        u64::try_from(self.mapped.len()).unwrap_or(u64::MAX)
    }

    /// Hands out the entries in order.
    pub(super) fn visit(
        self,
        mut visit: impl FnMut(u64, &[u8], T) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let mut goes_on = ControlFlow::Continue(());
        let Some(file) = &self.file else { return Ok(goes_on) };
        let entries = BundleEntries::new(&file.bytes).zip(self.first..).zip(self.mapped);
        for ((entry, index), result) in entries {
            if visit(index, entry, result)?.is_break() {
                goes_on = ControlFlow::Break(());
            }
        }
        Ok(goes_on)
    }

    /// The hashes of the tile; a partial one was read with the upper tree.
    fn tile_hashes(
        &mut self,
        reader: &ArchiveReader,
        tile: Tile,
        upper: &Upper,
    ) -> Option<Vec<Digest>> {
        if !tile.is_full() {
            return upper.partial_hashes().map(<[_]>::to_vec);
        }
        let read = reader.folder.hashes(tile);
        if let Ok(None) = read {
            self.damages.push(Damage::missing(tile.path(), Some(self.first)));
        }
        read.unwrap_or_else(|error| {
            self.damages.push(Damage::from_error(&error, &tile.path(), Some(self.first)));
            None
        })
    }

    /// The leaves of the entries that the bundle has: all of them, or those before it breaks.
    fn read_bundle(
        &mut self,
        reader: &ArchiveReader,
        bundle: Tile,
        hashes: Option<&[Digest]>,
        known: &Known<'_>,
        map: &(dyn Fn(u64, &[u8]) -> T + Sync),
    ) -> Vec<Digest> {
        let file = match reader.folder.tile_or_full(bundle) {
            Ok(Some(file)) => file,
            Ok(None) => {
                self.damages.push(Damage::missing(bundle.path(), Some(self.first)));
                let narrower = known.extent.narrower(bundle.index, bundle.width);
                return narrower.map_or_else(Vec::new, |width| {
                    self.read_narrower(reader, Tile { width, ..bundle }, map)
                });
            }
            Err(error) => {
                self.damages.push(Damage::from_error(&error, &bundle.path(), Some(self.first)));
                return Vec::new();
            }
        };
        let entries: Vec<_> =
            BundleEntries::new(&file.bytes).take(usize::from(bundle.width)).collect();
        let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        if let Err(error) = file.entries(bundle.width) {
            // The tile says how far the entries are still those of the log.
            let good = match hashes.and_then(|h| Difference::find(self.first, &leaves, h)) {
                Some(difference) => difference.index,
                None => self.first.saturating_add(u64::try_from(leaves.len()).unwrap_or(u64::MAX)),
            };
            self.damages.push(Damage::from_error(&error, &file.tile.path(), Some(good)));
        }
        self.keep(file, bundle.width, map);
        leaves
    }

    /// The entries of a bundle of which less is there than the checkpoint says.
    fn read_narrower(
        &mut self,
        reader: &ArchiveReader,
        bundle: Tile,
        map: &(dyn Fn(u64, &[u8]) -> T + Sync),
    ) -> Vec<Digest> {
        if let Ok(Some(file)) = reader.folder.tile(bundle) {
            self.keep(file, bundle.width, map);
        }
        Vec::new()
    }

    fn keep(&mut self, file: TileFile, width: u16, map: &(dyn Fn(u64, &[u8]) -> T + Sync)) {
        let entries = BundleEntries::new(&file.bytes).take(usize::from(width)).zip(self.first..);
        self.mapped = entries.map(|(entry, index)| map(index, entry)).collect();
        self.file = Some(file);
    }

    /// Finds out which of bundle and tile is wrong, if any.
    fn judge(
        &mut self,
        bundle: Tile,
        tile: Tile,
        known: &Known<'_>,
        leaves: Vec<Digest>,
        hashes: Option<&[Digest]>,
    ) {
        let difference = hashes.and_then(|hashes| Difference::find(self.first, &leaves, hashes));
        let root = root_of(&leaves);
        self.leaves = if bundle.is_full() { Leaves::Full(root) } else { Leaves::Partial(leaves) };
        let is_known = known.upper.is_authentic() && !tile.is_full();
        let Some(expected) = known.root_of_tile(tile.index).filter(|_| tile.is_full()) else {
            match difference {
                Some(difference) if is_known => self.damages.push(difference.of_bundle(bundle)),
                Some(difference) => self.undecided = Some(Undecided { bundle, tile, difference }),
                None => {}
            }
            return;
        };
        if root == expected {
            self.damages.extend(difference.map(|difference| difference.of_tile(tile)));
            return;
        }
        let root_of_tile = hashes.map(root_of);
        match difference {
            Some(difference) if root_of_tile == Some(expected) => {
                self.damages.push(difference.of_bundle(bundle));
            }
            _ => {
                self.damages.push(wrong_root(bundle, "entries", self.first, expected, root));
                let tile_damage = |root| wrong_root(tile, "hashes", self.first, expected, root);
                self.damages.extend(root_of_tile.map(tile_damage));
            }
        }
    }
}

fn wrong_root(tile: Tile, what: &str, first: u64, expected: Digest, found: Digest) -> Damage {
    let expected = format!("{what} with the root {expected}");
    let found = format!("the root {found}");
    Damage::new(DamageKind::Changed, tile.path(), Some(first), expected, found)
}
