//! The growing edge of a tiled tree: the last, partial tile of every level.
//!
//! Hands out each tile as it fills up, and hashes every node once. Memory is constant: at most 255
//! hashes a level. What it lacks on purpose: full tiles after they are handed out, and files.

use super::tile::{self, Content, FULL_WIDTH, Tile};
use super::tree::{Digest, Frontier, root_of_subtrees};

/// The partial tiles of a tree, and through them its size and root.
///
/// Invariant: level `l` holds the last `(size >> 8·l) mod 256` hashes of its level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    size: u64,
    levels: Vec<Level>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Level {
    hashes: Vec<Digest>,
    within: Frontier,
}

impl Level {
    fn push(&mut self, hash: Digest) {
        self.hashes.push(hash);
        self.within.push(hash);
    }
}

impl Levels {
    /// The edge of a tree of `size` leaves, from the partial tiles that [`tile::partials`] names:
    /// `partials` holds the hashes of each level from 0 up, empty where there is no partial tile.
    ///
    /// `None` if a tile has not the width that the size asks for. Whether the hashes are right is
    /// for the caller to see from [`Levels::root`].
    #[must_use]
    pub fn from_partials(size: u64, partials: &[Vec<Digest>]) -> Option<Self> {
        let mut levels = Vec::new();
        for (number, (_, hashes)) in (0_u8..).zip(tile::contents(size).skip(1)) {
            let (_, width) = tile::split(hashes);
            let found = partials.get(usize::from(number)).map_or(&[][..], Vec::as_slice);
            if found.len() != usize::from(width) {
                return None;
            }
            let mut level = Level::default();
            found.iter().for_each(|hash| level.push(*hash));
            levels.push(level);
        }
        Some(Self { size, levels })
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Digest {
        root_of_subtrees(&self.subtrees())
    }

    /// The roots of the complete subtrees that the tree is made of, largest first.
    #[must_use]
    pub fn subtrees(&self) -> Vec<Digest> {
        self.levels.iter().rev().flat_map(|level| level.within.hashes()).copied().collect()
    }

    /// The hashes of the partial tile of a level; none if its last tile is full.
    #[must_use]
    pub fn partial(&self, level: u8) -> &[Digest] {
        self.levels.get(usize::from(level)).map_or(&[], |level| &level.hashes)
    }

    /// Appends a leaf. `on_full` gets each tile that it fills, with its hashes, lowest level first.
    /// At 2^64 - 1 further leaves are not taken.
    pub fn push(&mut self, leaf: Digest, on_full: &mut dyn FnMut(Tile, &[Digest])) {
        let Some(size) = self.size.checked_add(1) else { return };
        self.size = size;
        let mut hash = leaf;
        for number in 0..tile::MAX_LEVELS {
            let place = usize::from(number);
            if self.levels.len() == place {
                self.levels.push(Level::default());
            }
            let Some(level) = self.levels.get_mut(place) else { return };
            level.push(hash);
            if level.hashes.len() < usize::from(FULL_WIDTH) {
                return;
            }
            let index = (tile::hashes_at(number, size) >> 8).saturating_sub(1);
            let full = Tile { content: Content::Hashes(number), index, width: FULL_WIDTH };
            on_full(full, &level.hashes);
            hash = level.within.root();
            *level = Level::default();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::super::tree::tests::{leaves, naive_root};
    use super::super::tree::{leaf_hash, root_of};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Every tile of a tree of `size` leaves, partial ones included, as the specification defines
    /// them: hash i of tile (l, n) is the root of the 256^l leaves from (n·256 + i)·256^l on.
    fn naive_tiles(leaves: &[Digest]) -> BTreeMap<Tile, Vec<Digest>> {
        let size = u64::try_from(leaves.len()).unwrap();
        let mut tiles = BTreeMap::new();
        for tile in tile::between(0, size) {
            let Content::Hashes(level) = tile.content else { continue };
            let span = 256_usize.pow(u32::from(level));
            let first = usize::try_from(tile.index).unwrap() * 256 * span;
            let hashes = (0..usize::from(tile.width))
                .map(|i| naive_root(&leaves[first + i * span..first + (i + 1) * span]))
                .collect();
            tiles.insert(tile, hashes);
        }
        tiles
    }

    fn grow(leaves: &[Digest]) -> (Levels, BTreeMap<Tile, Vec<Digest>>) {
        let mut levels = Levels::default();
        let mut tiles = BTreeMap::new();
        for leaf in leaves {
            levels.push(*leaf, &mut |tile, hashes| {
                assert_eq!(tiles.insert(tile, hashes.to_vec()), None);
            });
        }
        for partial in tile::partials(levels.size()) {
            if let Content::Hashes(level) = partial.content {
                tiles.insert(partial, levels.partial(level).to_vec());
            }
        }
        (levels, tiles)
    }

    #[test]
    fn root_is_the_root_of_rfc_6962_at_every_size() {
        let leaves = leaves(700);
        let mut levels = Levels::default();
        let mut frontier = Frontier::default();
        for leaf in leaves {
            assert_eq!(levels.root(), frontier.root(), "size {}", levels.size());
            levels.push(leaf, &mut |_, _| ());
            frontier.push(leaf);
        }
    }

    #[test]
    fn tiles_are_those_of_the_specification() {
        for size in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
            let leaves = leaves(size);
            let (levels, tiles) = grow(&leaves);
            assert_eq!(tiles, naive_tiles(&leaves), "size {size}");
            assert_eq!(levels.root(), root_of(&leaves));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn partial_tiles_rebuild_the_root_and_grow_on(size in 0_u64..140_000, more in 0_u64..600) {
            let all = leaves(size + more);
            let (before, rest) = all.split_at(usize::try_from(size).unwrap());
            let (levels, _) = grow(before);
            let partials: Vec<_> = (0..8).map(|l| levels.partial(l).to_vec()).collect();
            let mut rebuilt = Levels::from_partials(size, &partials).unwrap();
            prop_assert_eq!(&rebuilt, &levels);
            prop_assert_eq!(rebuilt.root(), root_of(before));
            rest.iter().for_each(|leaf| rebuilt.push(*leaf, &mut |_, _| ()));
            prop_assert_eq!(rebuilt.root(), root_of(&all));
        }
    }

    #[test]
    fn partial_tiles_of_another_width_are_refused() {
        let leaf = leaf_hash(b"a");
        assert_eq!(Levels::from_partials(2, &[vec![leaf]]), None);
        assert_eq!(Levels::from_partials(256, &[vec![], vec![]]), None);
        assert!(Levels::from_partials(256, &[vec![], vec![leaf]]).is_some());
        assert!(Levels::from_partials(0, &[]).is_some());
    }
}
