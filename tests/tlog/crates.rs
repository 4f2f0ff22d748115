//! `ct-merkle`: the same roots, the same proofs byte for byte, the same answers to wrong ones.

use super::grown::{Claim, Grown, Kind, sizes};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use earmark::tlog::tree::Digest;
use proptest::prelude::*;
use sha2_for_ct_merkle::Sha256;

type Theirs = MemoryBackedTree<Sha256, Vec<u8>>;

fn bytes(path: &[Digest]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

fn root(root: Digest, size: u64) -> RootHash<Sha256> {
    RootHash::new(root.0.into(), size)
}

/// Whether ct-merkle takes it; of an inclusion it wants the entry, not the leaf.
fn takes(claim: &Claim, entry: &Vec<u8>) -> bool {
    let (new, path) = (root(claim.root, claim.size), bytes(&claim.path));
    match claim.kind {
        Kind::Inclusion(_) => {
            let proof = InclusionProof::try_from_bytes(path).unwrap();
            new.verify_inclusion(entry, claim.part, &proof).is_ok()
        }
        Kind::Consistency(old) => {
            let proof = ConsistencyProof::try_from_bytes(path).unwrap();
            new.verify_consistency(&root(old, claim.part), &proof).is_ok()
        }
    }
}

fn agree(ours: &Grown, theirs: &Theirs, picks: &[u64], bit: u8) {
    assert_eq!(theirs.root().as_bytes().as_slice(), ours.root().0);
    let size = ours.size() as usize;
    for pick in picks {
        let index = *pick as usize % size;
        let inclusion = ours.inclusion(index as u64);
        assert_eq!(bytes(&inclusion.path), theirs.prove_inclusion(index).as_bytes());
        // An old log of 1 to `size` entries.
        let consistency = ours.consistency(index as u64 + 1);
        assert_eq!(bytes(&consistency.path), theirs.prove_consistency(size - index - 1).as_bytes());
        let entry = &ours.entries[index];
        for claim in [inclusion, consistency] {
            assert!(claim.holds() && takes(&claim, entry), "{claim:?}");
            for wrong in claim.spoiled(bit) {
                // Another leaf than the entry's cannot be put to ct-merkle.
                let is_other_leaf =
                    matches!(wrong.kind, Kind::Inclusion(_)) && wrong.kind != claim.kind;
                assert!(!wrong.holds(), "{wrong:?}");
                assert!(is_other_leaf || !takes(&wrong, entry), "{wrong:?}");
            }
        }
    }
}

fn grow_theirs(ours: &Grown) -> Theirs {
    let mut theirs = Theirs::new();
    for (entry, root) in ours.entries.iter().zip(&ours.roots) {
        assert_eq!(theirs.root().as_bytes().as_slice(), root.0);
        theirs.push(entry.clone());
    }
    theirs
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]
    #[test]
    fn ct_merkle_gives_the_same_roots_and_proofs(
        seed in any::<u64>(),
        size in sizes(1_500),
        picks in prop::collection::vec(any::<u64>(), 8),
        bit in any::<u8>(),
    ) {
        let ours = Grown::new(seed, size);
        agree(&ours, &grow_theirs(&ours), &picks, bit);
    }
}

#[test]
fn ct_merkle_agrees_on_every_entry_of_small_logs_and_where_a_third_level_begins() {
    for size in 1..=20 {
        let ours = Grown::new(size, size);
        agree(&ours, &grow_theirs(&ours), &(0..size).collect::<Vec<_>>(), 0);
    }
    let size = 65_536 + 300;
    let ours = Grown::new(1, size);
    agree(&ours, &grow_theirs(&ours), &[0, 255, 256, 65_535, 65_536, size - 1], 7);
}
