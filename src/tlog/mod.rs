//! A transparency log in public, standard formats, as pure functions over bytes.
//!
//! * [`tree`]: the Merkle tree of RFC 6962 §2.1 over SHA-256, grown entry by entry in O(log n).
//! * [`tile`]: how the tree and its entries are cut into files (C2SP tlog-tiles v0.1.0).
//! * [`levels`]: the growing edge of a tiled tree.
//! * [`proof`]: inclusion and consistency proofs, and their checks (RFC 6962 §2.1.1, §2.1.2).
//! * [`proof_file`]: the proof of one entry as a file (C2SP tlog-proof, draft).
//! * [`tiled_tree`]: proofs out of tiles, each held against the checkpoint's root.
//! * [`note`]: signed notes, key ids and verifier keys (C2SP signed-note v1.0.0).
//! * [`checkpoint`]: the signed head of a log (C2SP tlog-checkpoint v1.0.0).
//! * [`cosignature`]: what witnesses sign of a checkpoint (C2SP tlog-cosignature v1.0.1).
//! * [`policy`]: which logs and how many witnesses somebody trusts (C2SP tlog-policy, draft).
//!
//! The hash is SHA-256 because every witness, mirror and proof checker outside this project fixes
//! it; the chain inside an entry is BLAKE3. What it lacks on purpose: files (see
//! [`archive`](crate::archive)), the clock, and the meaning of an entry.

pub mod checkpoint;
pub mod cosignature;
pub mod levels;
pub mod note;
pub mod policy;
pub mod proof;
pub mod proof_file;
pub mod tile;
pub mod tiled_tree;
pub mod tree;

pub use crate::chain::signature::Signer;
