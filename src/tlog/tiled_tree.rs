//! A tree read from its tiles, each held against the checkpoint's root before it is used.
//!
//! The last tiles of all levels give the root; the root of a full tile is the hash that the tile
//! above has for it. So a proof costs one tile a level and the last tiles, and a damaged tile is
//! named instead of giving a wrong proof. What it lacks on purpose: reading files, which is its
//! caller's, and entries.

use super::proof;
use super::tile::{self, Content, Tile};
use super::tree::{Digest, node_hash, root_of, root_of_subtrees};
use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Gives the hashes of a tile: exactly as many as its width says.
pub type ReadTile<'a> = Box<dyn FnMut(Tile) -> Result<Vec<Digest>> + 'a>;

/// A tree of known size and root, read from tiles.
///
/// Invariant: `tiles` holds only tiles that follow from the root.
pub struct TiledTree<'a> {
    size: u64,
    read: ReadTile<'a>,
    tiles: BTreeMap<Tile, Nodes>,
}

/// A tile with every complete node above its hashes, by height within the tile.
struct Nodes(Vec<Vec<Digest>>);

impl Nodes {
    fn above(hashes: Vec<Digest>) -> Self {
        let mut heights = vec![hashes];
        while let Some(pairs) = heights.last().map(|last| last.as_chunks::<2>().0)
            && !pairs.is_empty()
        {
            heights.push(pairs.iter().map(|[left, right]| node_hash(left, right)).collect());
        }
        Self(heights)
    }

    fn get(&self, height: u8, place: u64) -> Option<Digest> {
        let nodes = self.0.get(usize::from(height))?;
        nodes.get(usize::try_from(place).ok()?).copied()
    }
}

impl fmt::Debug for TiledTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tiles: Vec<Tile> = self.tiles.keys().copied().collect();
        f.debug_struct("TiledTree").field("size", &self.size).field("tiles", &tiles).finish()
    }
}

impl<'a> TiledTree<'a> {
    /// The tree of `size` leaves with this root, whose tiles `read` gives. Reads the last, partial
    /// tile of every level.
    ///
    /// # Errors
    /// `tile_changed` (`Kind::Break`) names the last tiles if they do not give the root; the errors
    /// of `read`.
    pub fn open(size: u64, root: Digest, read: ReadTile<'a>) -> Result<Self> {
        let mut tree = Self { size, read, tiles: BTreeMap::new() };
        let partials: Vec<Tile> = hash_tiles(tile::partials(size)).collect();
        for tile in &partials {
            let nodes = Nodes::above(tree.fetch(*tile)?);
            tree.tiles.insert(*tile, nodes);
        }
        let found = tree.root_at(size)?;
        if found == root {
            return Ok(tree);
        }
        let to_blame = tree.blame(&partials)?;
        Err(changed(&to_blame, &format!("the root {root} for {size} entries"), found))
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// `tree_too_small` (`Kind::Usage`) when there are fewer; `tile_changed` (`Kind::Break`) names a
    /// tile that does not follow from the root; the errors of reading.
    pub fn root_at(&mut self, size: u64) -> Result<Digest> {
        self.root_of_range(0..size)
    }

    /// The leaf at `index`.
    ///
    /// # Errors
    /// As [`TiledTree::root_at`].
    pub fn leaf(&mut self, index: u64) -> Result<Digest> {
        self.root_of_range(index..index.saturating_add(1))
    }

    /// The proof that the leaf at `index` is in this tree, the leaf's sibling first.
    ///
    /// # Errors
    /// As [`TiledTree::root_at`].
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Digest>> {
        let ranges = proof::inclusion_ranges(index, self.size);
        self.roots_of(ranges.ok_or_else(|| too_small(self.size, index.saturating_add(1)))?)
    }

    /// The proof that this tree begins with the one of its first `old_size` leaves.
    ///
    /// # Errors
    /// As [`TiledTree::root_at`].
    pub fn consistency(&mut self, old_size: u64) -> Result<Vec<Digest>> {
        let ranges = proof::consistency_ranges(old_size, self.size);
        self.roots_of(ranges.ok_or_else(|| too_small(self.size, old_size))?)
    }

    /// The first leaf that differs between this tree and `other`, among those that both have; with
    /// the leaf here and the one there. Reads O(log n) tiles of each.
    ///
    /// # Errors
    /// As [`TiledTree::root_at`], of either tree.
    pub fn first_difference(
        &mut self,
        other: &mut TiledTree<'_>,
    ) -> Result<Option<(u64, Digest, Digest)>> {
        let both = self.size.min(other.size);
        for (height, number) in proof::subtrees(0..both) {
            let (here, there) = (self.subtree(height, number)?, other.subtree(height, number)?);
            if here != there {
                return self.difference_below(other, height, number).map(Some);
            }
        }
        Ok(None)
    }

    /// The first leaf that differs below a subtree that differs.
    fn difference_below(
        &mut self,
        other: &mut TiledTree<'_>,
        height: u8,
        number: u64,
    ) -> Result<(u64, Digest, Digest)> {
        let mut number = number;
        for height in (0..height).rev() {
            let left = number.saturating_mul(2);
            let is_left = self.subtree(height, left)? != other.subtree(height, left)?;
            number = left.saturating_add(u64::from(!is_left));
        }
        Ok((number, self.subtree(0, number)?, other.subtree(0, number)?))
    }

    fn roots_of(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Digest>> {
        ranges.into_iter().map(|range| self.root_of_range(range)).collect()
    }

    fn root_of_range(&mut self, range: Range<u64>) -> Result<Digest> {
        if range.end > self.size {
            return Err(too_small(self.size, range.end));
        }
        let roots: Result<Vec<_>> =
            proof::subtrees(range).map(|(height, number)| self.subtree(height, number)).collect();
        Ok(root_of_subtrees(&roots?))
    }

    /// The root of the complete subtree `number` of 2^`height` leaves.
    fn subtree(&mut self, height: u8, number: u64) -> Result<Digest> {
        let (level, within) = (height >> 3, height & 7);
        // A tile of 256 hashes has 256 / 2^within nodes of that height.
        let in_tile = 8_u8.saturating_sub(within);
        let tile_number = number >> in_tile;
        let size = self.size;
        let found = self.nodes(level, tile_number)?.get(within, number & mask(in_tile));
        found.ok_or_else(|| too_small(size, u64::MAX))
    }

    /// Tile `index` of a level, held against the tile above it.
    fn nodes(&mut self, level: u8, index: u64) -> Result<&Nodes> {
        let tile = tile::at(Content::Hashes(level), index, self.size);
        let tile = tile.ok_or_else(|| too_small(self.size, u64::MAX))?;
        if !self.tiles.contains_key(&tile) {
            let nodes = Nodes::above(self.fetch(tile)?);
            let expected = self.subtree(level.saturating_add(1).saturating_mul(8), index)?;
            let found = nodes.get(8, 0);
            if found != Some(expected) {
                let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
                return Err(changed(&[tile], &format!("hashes with the root {expected}"), found));
            }
            self.tiles.insert(tile, nodes);
        }
        self.tiles.get(&tile).ok_or_else(|| too_small(self.size, u64::MAX))
    }

    fn fetch(&mut self, tile: Tile) -> Result<Vec<Digest>> {
        let hashes = (self.read)(tile)?;
        if hashes.len() == usize::from(tile.width) {
            return Ok(hashes);
        }
        Err(changed(&[tile], &format!("{} hashes", tile.width), hashes.len()))
    }

    /// Which of the last tiles do not say what the full tiles below them say; all of them, if that
    /// does not tell.
    fn blame(&mut self, partials: &[Tile]) -> Result<Vec<Tile>> {
        let mut to_blame = Vec::new();
        for tile in partials {
            if self.differs_from_below(*tile)? {
                to_blame.push(*tile);
            }
        }
        Ok(if to_blame.is_empty() { partials.to_vec() } else { to_blame })
    }

    fn differs_from_below(&mut self, tile: Tile) -> Result<bool> {
        let Content::Hashes(level) = tile.content else { return Ok(false) };
        let Some(below) = level.checked_sub(1) else { return Ok(false) };
        let stored = self.tiles.get(&tile).and_then(|nodes| nodes.0.first().cloned());
        for (number, hash) in (tile.index << 8..).zip(stored.unwrap_or_default()) {
            let below = tile::at(Content::Hashes(below), number, self.size);
            let Some(below) = below else { return Ok(true) };
            if root_of(&self.fetch(below)?) != hash {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The lowest `bits` bits, of at most 8.
fn mask(bits: u8) -> u64 {
    (1_u64 << bits.min(8)).saturating_sub(1)
}

fn hash_tiles(tiles: impl Iterator<Item = Tile>) -> impl Iterator<Item = Tile> {
    tiles.filter(|tile| tile.content != Content::Entries)
}

fn too_small(size: u64, asked: u64) -> Error {
    Error::new(
        Kind::Usage,
        "tree_too_small",
        format!("the log has {size} entries, fewer than the {asked} asked for"),
    )
    .with_detail("expected", asked)
    .with_detail("found", size)
}

fn changed(tiles: &[Tile], expected: &str, found: impl fmt::Display) -> Error {
    let paths: Vec<String> = tiles.iter().map(|tile| tile.path()).collect();
    let named = match paths.as_slice() {
        [one] => format!("{one} was changed"),
        several => format!("one of {} was changed, or the checkpoint", several.join(", ")),
    };
    Error::new(
        Kind::Break,
        "tile_changed",
        format!("{named}: it must hold {expected}; found {found}"),
    )
    .with_detail("file", paths.join(", "))
    .with_detail("expected", expected)
    .with_detail("found", found)
    .with_hint("run `earmark verify`; take the file from another copy of the log, or open the ledger to rebuild it")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "test code")]
    use super::super::tree::{EMPTY_ROOT, node_hash};
    use super::proof::{MAX_PROOF_HASHES, verify_consistency, verify_inclusion};
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// Every node of a tree, by height; the leaves are cheap, not hashed.
    struct Forest(Vec<Vec<Digest>>);

    impl Forest {
        fn new(leaves: u64) -> Self {
            Self::over((0..leaves).map(cheap_leaf).collect())
        }

        fn over(leaves: Vec<Digest>) -> Self {
            let mut heights = vec![leaves];
            while heights.last().unwrap().len() > 1 {
                let pairs = heights.last().unwrap().as_chunks::<2>().0;
                heights.push(pairs.iter().map(|[a, b]| node_hash(a, b)).collect());
            }
            Self(heights)
        }

        /// RFC 6962 §2.1 for any range that it splits a tree into, word by word.
        fn root(&self, start: u64, end: u64) -> Digest {
            let count = end - start;
            if count.is_power_of_two() {
                let height = count.ilog2();
                return self.0[height as usize][(start >> height) as usize];
            }
            let k = if count == 0 { return EMPTY_ROOT } else { 1 << (count - 1).ilog2() };
            node_hash(&self.root(start, start + k), &self.root(start + k, end))
        }

        /// RFC 6962 §2.1.1.
        fn path(&self, index: u64, start: u64, end: u64) -> Vec<Digest> {
            if end - start == 1 {
                return Vec::new();
            }
            let middle = start + (1 << (end - start - 1).ilog2());
            let (mut path, side) = if index < middle {
                (self.path(index, start, middle), self.root(middle, end))
            } else {
                (self.path(index, middle, end), self.root(start, middle))
            };
            path.push(side);
            path
        }

        /// RFC 6962 §2.1.2: SUBPROOF(m, D[start:end], b).
        fn subproof(&self, m: u64, start: u64, end: u64, b: bool) -> Vec<Digest> {
            if m == end {
                return if b { Vec::new() } else { vec![self.root(start, end)] };
            }
            let middle = start + (1 << (end - start - 1).ilog2());
            let (mut proof, side) = if m <= middle {
                (self.subproof(m, start, middle, b), self.root(middle, end))
            } else {
                (self.subproof(m, middle, end, false), self.root(start, middle))
            };
            proof.push(side);
            proof
        }

        fn read(&self, tile: Tile) -> Result<Vec<Digest>> {
            let Content::Hashes(level) = tile.content else { panic!("{tile:?}") };
            let first = (tile.index << 8) as usize;
            let hashes = &self.0[usize::from(level) * 8];
            Ok(hashes[first..first + usize::from(tile.width)].to_vec())
        }

        fn tree(&self, size: u64) -> TiledTree<'_> {
            let read = |tile| self.read(tile);
            TiledTree::open(size, self.root(0, size), Box::new(read)).unwrap()
        }
    }

    fn cheap_leaf(number: u64) -> Digest {
        let mut leaf = Digest([0; 32]);
        leaf.0[..8].copy_from_slice(&number.to_le_bytes());
        leaf
    }

    static MILLION: LazyLock<Forest> = LazyLock::new(|| Forest::new(1 << 20));

    #[test]
    fn every_leaf_of_every_size_to_300_is_proven() {
        let forest = Forest::new(512);
        for size in 0..=300 {
            let root = forest.root(0, size);
            let mut tree = forest.tree(size);
            for index in 0..size {
                let path = tree.inclusion(index).unwrap();
                assert_eq!(path, forest.path(index, 0, size), "{index} of {size}");
                verify_inclusion(cheap_leaf(index), index, size, root, &path).unwrap();
            }
            assert_eq!(tree.inclusion(size).unwrap_err().code(), "tree_too_small");
        }
    }

    #[test]
    fn every_size_to_300_is_proven_to_begin_every_larger_one() {
        let forest = Forest::new(512);
        for new in 0..=300 {
            let mut tree = forest.tree(new);
            for old in 0..=new {
                let proof = tree.consistency(old).unwrap();
                let rfc = if old == 0 { vec![] } else { forest.subproof(old, 0, new, true) };
                assert_eq!(proof, rfc, "{old} to {new}");
                let (old_root, root) = (forest.root(0, old), forest.root(0, new));
                assert_eq!(tree.root_at(old).unwrap(), old_root);
                verify_consistency(old, old_root, new, root, &proof).unwrap();
            }
            assert_eq!(tree.consistency(new + 1).unwrap_err().code(), "tree_too_small");
        }
    }

    /// Everything about an inclusion proof that can be changed, is, at every size to 50.
    #[test]
    fn changed_inclusion_proofs_are_refused() {
        let forest = Forest::new(64);
        let roots: Vec<Digest> = (0..=51).map(|size| forest.root(0, size)).collect();
        for (size, index) in (1..=50).flat_map(|size| (0..size).map(move |index| (size, index))) {
            let root = roots[size as usize];
            let path = forest.path(index, 0, size);
            let refused = |leaf, index, size, root, path: &[Digest]| {
                assert!(
                    verify_inclusion(leaf, index, size, root, path).is_err(),
                    "{index} of {size}"
                );
            };
            let leaf = cheap_leaf(index);
            refused(cheap_leaf(index + 1), index, size, root, &path);
            for other in (0..size + 2).filter(|other| *other != index) {
                refused(leaf, other, size, root, &path);
            }
            for other in (0..=51).filter(|other| *other != size) {
                refused(leaf, index, other, roots[other as usize], &path);
                refused(leaf, index, size, roots[other as usize], &path);
            }
            changes(&path, &mut |path| refused(leaf, index, size, root, path));
        }
    }

    #[test]
    fn changed_consistency_proofs_are_refused() {
        let forest = Forest::new(64);
        let roots: Vec<Digest> = (0..=51).map(|size| forest.root(0, size)).collect();
        for (new, old) in (1..=50).flat_map(|new| (1..=new).map(move |old| (new, old))) {
            let (old_root, root) = (roots[old as usize], roots[new as usize]);
            let proof = forest.subproof(old, 0, new, true);
            let refused = |old, old_root, new, root, proof: &[Digest]| {
                assert!(
                    verify_consistency(old, old_root, new, root, proof).is_err(),
                    "{old} to {new}"
                );
            };
            // The empty tree begins every tree, and the proof of that is empty too.
            for other in (1..=51).filter(|other| *other != old) {
                refused(other, roots[other as usize], new, root, &proof);
                refused(old, roots[other as usize], new, root, &proof);
            }
            for other in (0..=51).filter(|other| *other != new) {
                refused(old, old_root, new, roots[other as usize], &proof);
                if old != other {
                    refused(old, old_root, other, roots[other as usize], &proof);
                }
            }
            changes(&proof, &mut |proof| refused(old, old_root, new, root, proof));
        }
    }

    /// A hash changed, left out, repeated, swapped, or added at either end.
    fn changes(proof: &[Digest], check: &mut dyn FnMut(&[Digest])) {
        for place in 0..proof.len() {
            let mut changed = proof.to_vec();
            changed[place].0[place % 32] ^= 1;
            check(&changed);
            let mut shorter = proof.to_vec();
            shorter.remove(place);
            check(&shorter);
            let mut longer = proof.to_vec();
            longer.insert(place, proof[place]);
            check(&longer);
            if place > 0 {
                let mut swapped = proof.to_vec();
                swapped.swap(place - 1, place);
                check(&swapped);
            }
        }
        check(&[&[EMPTY_ROOT], proof].concat());
        check(&[proof, &[EMPTY_ROOT]].concat());
    }

    #[test]
    fn the_edges_are_as_the_rfc_has_them() {
        let forest = Forest::new(8);
        let root = |size| forest.root(0, size);
        // The empty log begins every log, but only with its own root and nothing to show.
        verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, &[]).unwrap();
        verify_consistency(0, EMPTY_ROOT, 8, root(8), &[]).unwrap();
        let code = |result: Result<()>| result.unwrap_err().code();
        assert_eq!(code(verify_consistency(0, root(1), 8, root(8), &[])), "proof_wrong");
        assert_eq!(code(verify_consistency(0, EMPTY_ROOT, 8, root(8), &[root(8)])), "proof_length");
        // A log begins with itself.
        verify_consistency(5, root(5), 5, root(5), &[]).unwrap();
        assert_eq!(code(verify_consistency(5, root(5), 5, root(6), &[])), "proof_wrong");
        assert_eq!(code(verify_consistency(5, root(5), 5, root(5), &[root(5)])), "proof_length");
        assert_eq!(code(verify_consistency(6, root(6), 5, root(5), &[])), "proof_sizes");
        verify_inclusion(cheap_leaf(0), 0, 1, root(1), &[]).unwrap();
        assert_eq!(
            code(verify_inclusion(cheap_leaf(0), 0, 0, EMPTY_ROOT, &[])),
            "proof_index_beyond"
        );
        // The largest sizes there are.
        let path = vec![EMPTY_ROOT; 64];
        let largest = super::proof::inclusion_root(EMPTY_ROOT, 0, u64::MAX, &path);
        assert!(largest.is_ok());
        assert_eq!(
            super::proof::inclusion_ranges(u64::MAX - 1, u64::MAX).unwrap().len(),
            path.len() - 1
        );
        let most = super::proof::consistency_ranges(u64::MAX - 2, u64::MAX).unwrap();
        assert!(most.len() <= MAX_PROOF_HASHES, "{}", most.len());
    }

    #[test]
    fn what_is_wrong_with_a_proof_is_said_in_words() {
        let forest = Forest::new(8);
        let path = forest.path(2, 0, 5);
        let said = |index, size, path: &[Digest]| {
            let root = forest.root(0, 5);
            verify_inclusion(cheap_leaf(2), index, size, root, path).unwrap_err().to_string()
        };
        assert_eq!(said(5, 5, &path), "proof_index_beyond: a log of 5 entries has no entry 5");
        assert_eq!(
            said(2, 5, &path[1..]),
            "proof_length: a proof that entry 2 is in a log of 5 entries has 3 hashes; found 2"
        );
        let (expected, found) =
            (forest.root(0, 5), super::proof::inclusion_root(cheap_leaf(2), 3, 5, &path).unwrap());
        assert_eq!(
            said(3, 5, &path),
            format!(
                "proof_wrong: the proof that entry 3 is in a log of 5 entries gives the root {found}, \
                 not {expected}"
            )
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn random_leaves_and_sizes_to_a_million_are_proven(
            new in 1_u64..=1 << 20,
            old: prop::sample::Index,
            index: prop::sample::Index,
            broken: prop::sample::Index,
        ) {
            let forest = &*MILLION;
            let within = |index: prop::sample::Index, count: u64| index.index(count as usize) as u64;
            let (old, index) = (within(old, new) + 1, within(index, new));
            let mut reads = 0;
            let read = |tile| { reads += 1; forest.read(tile) };
            let root = forest.root(0, new);
            let mut tree = TiledTree::open(new, root, Box::new(read)).unwrap();
            let path = tree.inclusion(index).unwrap();
            let proof = tree.consistency(old).unwrap();
            prop_assert_eq!(&path, &forest.path(index, 0, new));
            prop_assert_eq!(&proof, &forest.subproof(old, 0, new, true));
            drop(tree);
            prop_assert!(reads <= 8, "{} tiles read", reads);
            let old_root = forest.root(0, old);
            verify_inclusion(cheap_leaf(index), index, new, root, &path).unwrap();
            verify_consistency(old, old_root, new, root, &proof).unwrap();
            for mut proof in [path, proof].into_iter().filter(|proof| !proof.is_empty()) {
                let place = broken.index(proof.len());
                proof[place].0[31] ^= 0x80;
                let leaf = cheap_leaf(index);
                prop_assert!(verify_inclusion(leaf, index, new, root, &proof).is_err());
                prop_assert!(verify_consistency(old, old_root, new, root, &proof).is_err());
            }
        }

        #[test]
        fn the_first_leaf_that_differs_is_found(
            sizes in (1_u64..3_000, 1_u64..3_000),
            place: prop::sample::Index,
            more in prop::collection::vec(0_u64..3_000, 0..3),
        ) {
            let (here, there) = sizes;
            let both = here.min(there);
            let first = place.index(both as usize) as u64;
            let mut leaves: Vec<Digest> = (0..4_096).map(cheap_leaf).collect();
            for place in more.into_iter().filter(|place| *place > first).chain([first]) {
                leaves[place as usize] = cheap_leaf(place + 1_000_000);
            }
            let (old, new) = (Forest::new(4_096), Forest::over(leaves));
            let found = old.tree(here).first_difference(&mut new.tree(there)).unwrap();
            let expected = (first, cheap_leaf(first), cheap_leaf(first + 1_000_000));
            prop_assert_eq!(found, Some(expected));
            prop_assert_eq!(old.tree(here).first_difference(&mut old.tree(there)).unwrap(), None);
        }
    }

    /// Any hash of any tile that a proof reads, changed: the tile is named, and no proof comes.
    #[test]
    fn a_changed_tile_is_named_instead_of_a_wrong_proof() {
        let forest = &*MILLION;
        let size = 70_000;
        let root = forest.root(0, size);
        let wrong = |damaged: Tile, place: usize| {
            let read = move |tile| {
                let mut hashes = forest.read(tile)?;
                if tile == damaged {
                    hashes[place].0[0] ^= 1;
                }
                Ok(hashes)
            };
            let tree = TiledTree::open(size, root, Box::new(read));
            tree.and_then(|mut tree| tree.inclusion(300)).unwrap_err()
        };
        for (content, index, width) in [(0, 1, 256), (1, 0, 256), (1, 1, 17), (2, 0, 1)] {
            let damaged = Tile { content: Content::Hashes(content), index, width };
            for place in 0..usize::from(width) {
                let error = wrong(damaged, place);
                assert_eq!((error.kind(), error.code()), (Kind::Break, "tile_changed"));
                let (_, files) = &error.details()[0];
                assert_eq!(*files, damaged.path());
            }
        }
        // Only the entries tell whether the last leaves are right.
        let last = Tile { content: Content::Hashes(0), index: 273, width: 112 };
        assert!(wrong(last, 0).message().starts_with(
            "one of tile/0/273.p/112, tile/1/001.p/17, tile/2/000.p/1 was changed, or the \
                 checkpoint: it must hold the root "
        ));
    }

    #[test]
    fn a_tile_of_another_width_is_named() {
        let forest = Forest::new(8);
        let read = |tile| Ok(forest.read(tile)?[1..].to_vec());
        let error = TiledTree::open(8, forest.root(0, 8), Box::new(read)).unwrap_err();
        assert_eq!(error.message(), "tile/0/000.p/8 was changed: it must hold 8 hashes; found 7");
    }
}
