//! The Merkle tree of RFC 6962 §2.1 over SHA-256, grown leaf by leaf.
//!
//! A [`Frontier`] holds the roots of the complete subtrees that a tree of its size is made of: one
//! for each bit of the size, so at most 64. That is all that is needed to append and to tell the
//! root. What it lacks on purpose: the leaves themselves, tiles, and proofs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 digest: a leaf, a node or a root of the tree, or the digest of a document.
///
/// Shown as lower-case hex, as `sha256sum` prints it; checkpoints hold it in base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// The root of the empty tree: SHA-256 of nothing (RFC 6962 §2.1).
pub const EMPTY_ROOT: Digest = Digest([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

impl Digest {
    /// Standard base64 with padding, as in a checkpoint.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads strict standard base64 (with padding, no stray bits) of 32 bytes.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = ();
    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, ()> {
        let nibble = |c: &u8| char::from(*c).to_digit(16).and_then(|n| u8::try_from(n).ok());
        let pair = |pair: &[u8]| match pair {
            [high, low] => Some((nibble(high)? << 4) | nibble(low)?),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(())
    }
}

/// The SHA-256 digest of `bytes`, as `sha256sum` prints it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// SHA-256 over bytes that arrive in pieces, such as a document read from a file.
#[derive(Debug, Clone, Default)]
pub struct Sha256Stream(Sha256);

impl Sha256Stream {
    /// Adds a piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// The leaf of an entry: SHA-256(0x00 ‖ entry) (RFC 6962 §2.1).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The node above two nodes: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new().chain_update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Digest(hasher.finalize().into())
}

/// The root of the tree with these leaves.
#[must_use]
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// A growing tree by its complete subtrees, in O(log n) memory.
///
/// Invariant: `hashes` holds one root for each set bit of `size`, largest subtree first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Digest>,
}

impl Frontier {
    /// Number of leaves. At 2^64 - 1 further leaves are not taken.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest (and leftmost) first.
    #[must_use]
    pub fn hashes(&self) -> &[Digest] {
        &self.hashes
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let Some(size) = self.size.checked_add(1) else { return };
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.hashes.push(node);
        self.size = size;
    }

    /// The root of the tree; [`EMPTY_ROOT`] if it has no leaf.
    #[must_use]
    pub fn root(&self) -> Digest {
        root_of_subtrees(&self.hashes)
    }
}

/// The root above complete subtrees that stand side by side, largest first.
#[must_use]
pub fn root_of_subtrees(hashes: &[Digest]) -> Digest {
    let above = |right: Digest, left: &Digest| node_hash(left, &right);
    match hashes.split_last() {
        Some((last, rest)) => rest.iter().rev().fold(*last, above),
        None => EMPTY_ROOT,
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962 §2.1, word by word.
    pub(crate) fn naive_root(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => sha256(b""),
            [one] => *one,
            many => {
                let split = 1_usize << (many.len() - 1).ilog2();
                node_hash(&naive_root(&many[..split]), &naive_root(&many[split..]))
            }
        }
    }

    pub(crate) fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|i| leaf_hash(&i.to_le_bytes())).collect()
    }

    #[test]
    fn frontier_root_is_the_root_of_rfc_6962_at_every_size() {
        let leaves = leaves(300);
        let mut frontier = Frontier::default();
        for size in 0..=300 {
            assert_eq!(frontier.size(), u64::try_from(size).unwrap());
            assert_eq!(frontier.root(), naive_root(&leaves[..size]), "size {size}");
            if let Some(leaf) = leaves.get(size) {
                frontier.push(*leaf);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn frontier_root_is_the_root_of_rfc_6962_at_larger_sizes(size in 300_u64..20_000) {
            let leaves = leaves(size);
            let mut frontier = Frontier::default();
            leaves.iter().for_each(|leaf| frontier.push(*leaf));
            prop_assert_eq!(frontier.root(), naive_root(&leaves));
            prop_assert_eq!(frontier.hashes().len(), usize::try_from(size.count_ones()).unwrap());
        }
    }

    /// The roots that Google's certificate-transparency and trillian test suites pin.
    #[test]
    fn roots_of_the_known_eight_leaves() {
        let inputs: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        for (input, root) in inputs.iter().zip(roots) {
            frontier.push(leaf_hash(input));
            assert_eq!(frontier.root().to_string(), root);
        }
    }

    #[test]
    fn empty_root_is_the_digest_of_nothing() {
        assert_eq!(EMPTY_ROOT, sha256(b""));
        assert_eq!(Frontier::default().root(), EMPTY_ROOT);
        assert_eq!(EMPTY_ROOT.to_base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn digests_read_back_and_refuse_the_rest() {
        let digest = sha256(b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest.to_string(), hex);
        assert_eq!(hex.parse(), Ok(digest));
        assert_eq!(Digest::from_base64(&digest.to_base64()), Some(digest));
        for bad in ["", "ba", "+a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"] {
            assert_eq!(bad.parse::<Digest>(), Err(()));
        }
        for bad in ["", "AAAA", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"] {
            assert_eq!(Digest::from_base64(bad), None);
        }
        // The last digit carries two bits that must be zero.
        assert_eq!(Digest::from_base64("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="), None);
    }

    #[test]
    fn a_stream_gives_the_digest_of_the_whole() {
        let mut stream = Sha256Stream::default();
        stream.update(b"a");
        stream.update(b"bc");
        assert_eq!(stream.finish(), sha256(b"abc"));
    }
}
