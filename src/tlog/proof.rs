//! Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2): which subtrees they name, and how
//! they are checked.
//!
//! A proof is a list of hashes. Checking needs nothing else but sizes, roots and the leaf; the
//! algorithm is that of RFC 9162 §2.1.3.2 and §2.1.4.2. What it lacks on purpose: where the hashes
//! of a proof come from (see [`tiled_tree`](super::tiled_tree)) and how one is written to a file.

use super::tree::{Digest, EMPTY_ROOT, node_hash};
use crate::error::{Error, Kind, Result};
use std::fmt;
use std::ops::Range;

/// The most hashes that a proof of either kind can need: one for each bit of a size, and the seed of
/// a consistency proof.
pub const MAX_PROOF_HASHES: usize = 65;

/// Checks that the leaf at `index` is in the tree of `size` leaves with this root.
///
/// # Errors
/// `Kind::Break`: `proof_index_beyond` when there is no such leaf, `proof_length` when the tree has
/// another shape, `proof_wrong` when the hashes give another root.
pub fn verify_inclusion(
    leaf: Digest,
    index: u64,
    size: u64,
    root: Digest,
    path: &[Digest],
) -> Result<()> {
    let found = inclusion_root(leaf, index, size, path)?;
    if found == root {
        return Ok(());
    }
    Err(wrong(&inclusion_claim(index, size), root, found))
}

/// The root that an inclusion proof gives.
///
/// # Errors
/// `proof_index_beyond` and `proof_length`, as [`verify_inclusion`].
pub fn inclusion_root(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Result<Digest> {
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else {
        return Err(index_beyond(index, size));
    };
    let shape = Shape::of(index, last);
    shape.check(path.len(), 0, &inclusion_claim(index, size))?;
    let (inner, border) = path.split_at_checked(shape.inner).unwrap_or((path, &[]));
    Ok(border.iter().fold(chain(leaf, inner, index, &node_hash), |h, left| node_hash(left, &h)))
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves.
///
/// Every tree begins with the empty tree, and with itself: the proof of that is empty.
///
/// # Errors
/// `Kind::Break`: `proof_sizes` when the old tree is the larger one, `proof_length` when the trees
/// have another shape, `proof_wrong` when the hashes give another root than either tree has.
///
/// ```
/// use earmark::tlog::proof::verify_consistency;
/// use earmark::tlog::tree::{EMPTY_ROOT, leaf_hash, node_hash};
/// let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
/// let root = node_hash(&a, &b);
/// assert!(verify_consistency(1, a, 2, root, &[b]).is_ok());
/// assert!(verify_consistency(0, EMPTY_ROOT, 2, root, &[]).is_ok());
/// assert_eq!(verify_consistency(1, b, 2, root, &[b]).unwrap_err().code(), "proof_wrong");
/// assert_eq!(verify_consistency(2, root, 1, a, &[]).unwrap_err().code(), "proof_sizes");
/// ```
pub fn verify_consistency(
    old_size: u64,
    old_root: Digest,
    new_size: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<()> {
    let claim = format!("that a log of {new_size} entries begins with one of {old_size}");
    if old_size > new_size {
        return Err(sizes(old_size, new_size));
    }
    let Some(old_last) = old_size.checked_sub(1).filter(|_| old_size < new_size) else {
        check_length(proof.len(), 0, &claim)?;
        let expected = if old_size == 0 { EMPTY_ROOT } else { new_root };
        return if old_root == expected { Ok(()) } else { Err(wrong(&claim, expected, old_root)) };
    };
    // A complete subtree at the left edge is the old tree itself: its root is known already.
    let full_below = old_size.trailing_zeros();
    let is_complete = old_size.is_power_of_two();
    let shape = Shape::of(old_last, new_size.saturating_sub(1)).above(full_below);
    shape.check(proof.len(), usize::from(!is_complete), &claim)?;
    let (seed, rest) = match proof.split_first() {
        Some((seed, rest)) if !is_complete => (*seed, rest),
        Some(_) | None => (old_root, proof),
    };
    let turns = old_last.checked_shr(full_below).unwrap_or(0);
    let (inner, border) = rest.split_at_checked(shape.inner).unwrap_or((rest, &[]));
    let close = |h: Digest| border.iter().fold(h, |h, left| node_hash(left, &h));
    let found_old = close(chain(seed, inner, turns, &|left, _| *left));
    if found_old != old_root {
        return Err(wrong(&claim, old_root, found_old));
    }
    let found_new = close(chain(seed, inner, turns, &node_hash));
    if found_new == new_root { Ok(()) } else { Err(wrong(&claim, new_root, found_new)) }
}

/// The hashes of a path by what they stand for: first `inner` ones on either side, while the leaf's
/// subtree and the tree's last leaf part ways; then `border` ones, all to the left.
#[derive(Debug, Clone, Copy)]
struct Shape {
    inner: usize,
    border: usize,
}

impl Shape {
    fn of(index: u64, last: u64) -> Self {
        let bits = u64::BITS.saturating_sub((index ^ last).leading_zeros());
        let above = index.checked_shr(bits).unwrap_or(0);
        let count = |bits: u32| usize::try_from(bits).unwrap_or(usize::MAX);
        Self { inner: count(bits), border: count(above.count_ones()) }
    }

    /// Without the lowest `height` levels.
    fn above(self, height: u32) -> Self {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        Self { inner: self.inner.saturating_sub(height), ..self }
    }

    fn check(self, found: usize, more: usize, claim: &str) -> Result<()> {
        check_length(found, self.inner.saturating_add(self.border).saturating_add(more), claim)
    }
}

/// Goes up along `path`: where the bit of `turns` is set the hash is to the left, else `right`
/// joins it from the right.
fn chain(
    from: Digest,
    path: &[Digest],
    turns: u64,
    right: &dyn Fn(&Digest, &Digest) -> Digest,
) -> Digest {
    let step = |(h, turns): (Digest, u64), side: &Digest| {
        let up = if turns & 1 == 1 { node_hash(side, &h) } else { right(&h, side) };
        (up, turns >> 1)
    };
    path.iter().fold((from, turns), step).0
}

/// The ranges of leaves whose roots prove that leaf `index` is in a tree of `size`, the leaf's
/// sibling first; `None` if there is no such leaf.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while let Some(middle) = split(&tree) {
        let (left, right) = (tree.start..middle, middle..tree.end);
        let (down, side) = if index < middle { (left, right) } else { (right, left) };
        ranges.push(side);
        tree = down;
    }
    ranges.reverse();
    Some(ranges)
}

/// The ranges of leaves whose roots prove that a tree of `new_size` leaves begins with the one of
/// `old_size`; `None` if it cannot.
#[must_use]
pub fn consistency_ranges(old_size: u64, new_size: u64) -> Option<Vec<Range<u64>>> {
    if old_size > new_size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..new_size;
    while old_size > 0 && tree.end > old_size {
        let Some(middle) = split(&tree) else { break };
        let (left, right) = (tree.start..middle, middle..tree.end);
        let (down, side) = if old_size <= middle { (left, right) } else { (right, left) };
        ranges.push(side);
        tree = down;
    }
    // The old tree as a whole needs no hash of its own: its root is known.
    if tree.start > 0 {
        ranges.push(tree);
    }
    ranges.reverse();
    Some(ranges)
}

/// Where a tree is split (RFC 6962 §2.1): after the largest power of two below its size; `None` for
/// a leaf and for nothing.
fn split(tree: &Range<u64>) -> Option<u64> {
    let below = tree.end.checked_sub(tree.start)?.checked_sub(1)?;
    let left = 1_u64.checked_shl(below.checked_ilog2()?)?;
    tree.start.checked_add(left)
}

/// The complete subtrees that the leaves of `range` consist of, as (height, number at that height),
/// largest first. `range` must begin where a subtree of its size may.
pub(super) fn subtrees(range: Range<u64>) -> impl Iterator<Item = (u8, u64)> {
    let length = range.end.saturating_sub(range.start);
    let heights = (0..64_u8).rev().filter(move |height| length >> height & 1 == 1);
    let mut start = range.start;
    heights.map(move |height| {
        let number = start >> height;
        start = start.saturating_add(1 << height);
        (height, number)
    })
}

fn inclusion_claim(index: u64, size: u64) -> String {
    format!("that entry {index} is in a log of {size} entries")
}

fn check_length(found: usize, expected: usize, claim: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(refused(
        "proof_length",
        format!("a proof {claim} has {expected} hashes; found {found}"),
        expected,
        found,
    ))
}

fn index_beyond(index: u64, size: u64) -> Error {
    refused(
        "proof_index_beyond",
        format!("a log of {size} entries has no entry {index}"),
        format!("an index below {size}"),
        index,
    )
    .with_detail("size", size)
}

fn sizes(old_size: u64, new_size: u64) -> Error {
    refused(
        "proof_sizes",
        format!("a log of {new_size} entries cannot begin with one of {old_size}"),
        format!("at most {new_size} entries"),
        old_size,
    )
    .with_detail("size", new_size)
}

fn wrong(claim: &str, expected: Digest, found: Digest) -> Error {
    refused(
        "proof_wrong",
        format!("the proof {claim} gives the root {found}, not {expected}"),
        expected,
        found,
    )
}

fn refused(
    code: &'static str,
    message: String,
    expected: impl fmt::Display,
    found: impl fmt::Display,
) -> Error {
    Error::new(Kind::Break, code, message)
        .with_detail("expected", expected)
        .with_detail("found", found)
}
