//! A random log as we keep it, with proofs out of its tiles, and what is done to a proof to spoil it.

use earmark::tlog::levels::Levels;
use earmark::tlog::proof::{verify_consistency, verify_inclusion};
use earmark::tlog::tile::{self, Content, Tile};
use earmark::tlog::tiled_tree::TiledTree;
use earmark::tlog::tree::{Digest, leaf_hash, sha256};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A log of some size; no two entries are equal.
pub(crate) struct Grown {
    pub(crate) entries: Vec<Vec<u8>>,
    /// The root at each size, the empty log's first.
    pub(crate) roots: Vec<Digest>,
    tiles: BTreeMap<Tile, Vec<Digest>>,
}

impl Grown {
    pub(crate) fn new(seed: u64, size: u64) -> Self {
        let mut grown = Self { entries: vec![], roots: vec![], tiles: BTreeMap::new() };
        let mut levels = Levels::default();
        for index in 0..size {
            let random = sha256(&[seed.to_be_bytes(), index.to_be_bytes()].concat()).0;
            let entry = random[..8 + usize::from(random[31] % 25)].to_vec();
            grown.roots.push(levels.root());
            let mut keep = |tile: Tile, hashes: &[Digest]| {
                grown.tiles.insert(tile, hashes.to_vec());
            };
            levels.push(leaf_hash(&entry), &mut keep);
            grown.entries.push(entry);
        }
        grown.roots.push(levels.root());
        for partial in tile::partials(size) {
            if let Content::Hashes(level) = partial.content {
                grown.tiles.insert(partial, levels.partial(level).to_vec());
            }
        }
        grown
    }

    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn root(&self) -> Digest {
        self.roots[self.entries.len()]
    }

    /// The proof that entry `index` is in the log.
    pub(crate) fn inclusion(&self, index: u64) -> Claim {
        let path = self.tree().inclusion(index).unwrap();
        let root = self.root();
        Claim {
            kind: Kind::Inclusion(self.leaf(index)),
            part: index,
            size: self.size(),
            root,
            path,
        }
    }

    /// The proof that the log begins with its first `old` entries.
    pub(crate) fn consistency(&self, old: u64) -> Claim {
        let path = self.tree().consistency(old).unwrap();
        let root = self.root();
        let kind = Kind::Consistency(self.roots[old as usize]);
        Claim { kind, part: old, size: self.size(), root, path }
    }

    fn leaf(&self, index: u64) -> Digest {
        leaf_hash(&self.entries[index as usize])
    }

    fn tree(&self) -> TiledTree<'_> {
        let read = |tile: Tile| Ok(self.tiles[&tile].clone());
        TiledTree::open(self.size(), self.root(), Box::new(read)).unwrap()
    }
}

/// What a proof says, and the proof.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    pub(crate) kind: Kind,
    /// The index of the entry, or the size of the old log.
    pub(crate) part: u64,
    pub(crate) size: u64,
    pub(crate) root: Digest,
    pub(crate) path: Vec<Digest>,
}

/// What is in the log: a leaf, or an old log by its root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Inclusion(Digest),
    Consistency(Digest),
}

impl Claim {
    /// Whether we take it.
    pub(crate) fn holds(&self) -> bool {
        let Self { part, size, root, .. } = *self;
        match self.kind {
            Kind::Inclusion(leaf) => verify_inclusion(leaf, part, size, root, &self.path),
            Kind::Consistency(old) => verify_consistency(part, old, size, root, &self.path),
        }
        .is_ok()
    }

    /// Every wrong claim that is made of it: one bit of each hash changed, a hash missing, one too
    /// many, two in the wrong order, another entry or another old size.
    pub(crate) fn spoiled(&self, bit: u8) -> Vec<Self> {
        let mut wrong = Vec::new();
        let mut change = |spoil: &dyn Fn(&mut Self)| {
            let mut claim = self.clone();
            spoil(&mut claim);
            if claim != *self {
                wrong.push(claim);
            }
        };
        let flip = |hash: &mut Digest| hash.0[usize::from(bit / 8)] ^= 1 << (bit % 8);
        for place in 0..self.path.len() {
            change(&|claim| flip(&mut claim.path[place]));
            change(&|claim| claim.path.retain(|hash| *hash != self.path[place]));
            change(&|claim| claim.path.swap(0, place));
        }
        change(&|claim| claim.path.push(self.root));
        change(&|claim| claim.path.insert(0, self.root));
        change(&|claim| flip(&mut claim.root));
        change(&|claim| match &mut claim.kind {
            Kind::Inclusion(hash) | Kind::Consistency(hash) => flip(hash),
        });
        let parts = match self.kind {
            Kind::Inclusion(_) => 0..self.size,
            Kind::Consistency(_) => 1..self.size + 1,
        };
        for part in [self.part.wrapping_sub(1), self.part + 1, u64::from(bit) % self.size] {
            if parts.contains(&part) {
                change(&|claim| claim.part = part);
            }
        }
        wrong
    }
}

/// Sizes at which trees change their shape, and any others below `most`.
pub(crate) fn sizes(most: u64) -> impl Strategy<Value = u64> {
    let edges = vec![1_u64, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513];
    prop_oneof![1 => proptest::sample::select(edges), 1 => 1..40_u64, 3 => 1..most]
}
