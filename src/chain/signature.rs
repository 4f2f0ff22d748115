//! Ed25519: who may sign, what is signed, and the one check of it.
//!
//! Every message begins with a line that names its purpose, so that a signature made for one thing
//! never passes for another (schemas/entry.md §4). A key has one purpose too: officer, log or
//! witness. Checks are strict (`verify_strict`): one message and one key have exactly one class of
//! signatures that pass, and keys of small order never do.
//!
//! What it lacks on purpose: private keys on disk (`edge::keys` is their home, behind [`Signer`]),
//! roles, and any knowledge of which key should have signed.

use super::entry::{Head, LedgerId};
use super::hash::Hash;
use ed25519_dalek::Signer as _;
use std::fmt;

/// Bytes of an Ed25519 public key.
pub const PUBLIC_KEY_BYTES: usize = 32;
/// Bytes of an Ed25519 signature.
pub const SIGNATURE_BYTES: usize = super::entry::SIGNATURE_BYTES;

const ENTRY_PURPOSE: &[u8] = b"earmark-entry-signature-v1\n";
const ENROL_PURPOSE: &[u8] = b"earmark-enrol-v1\n";
const LOG_KEY_PURPOSE: &[u8] = b"earmark-log-key-v1\n";
const CACHE_PURPOSE: &[u8] = b"earmark-cache-v2\n";
const STATE_PURPOSE: &[u8] = b"earmark-state-v1\n";

/// Holds a private key and signs with it.
///
/// # Contract
///
/// 1. `sign` MUST make the Ed25519 signature (RFC 8032 §5.1.6) of exactly `message` under the
///    private half of `public_key`.
/// 2. Both MUST give the same answer for the same input as long as the signer lives.
/// 3. A signer MUST NOT be offered bytes that a user supplied: callers build the message with one
///    of the functions of this module or of `tlog::note`.
pub trait Signer: Send + Sync {
    /// The public half of the key.
    fn public_key(&self) -> [u8; PUBLIC_KEY_BYTES];

    /// Signs `message`.
    fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES];
}

/// Checks one signature. To check many under one key, read it once into a [`VerifyingKey`].
///
/// False also when `public_key` is no point of the curve, or one of small order.
#[must_use]
pub fn verify(
    public_key: &[u8; PUBLIC_KEY_BYTES],
    message: &[u8],
    signature: &[u8; SIGNATURE_BYTES],
) -> bool {
    VerifyingKey::new(public_key).is_some_and(|key| key.verify(message, signature))
}

/// What an officer signs for an entry: purpose ‖ ledger id ‖ [`hash::signing`] of its prefix.
///
/// [`hash::signing`]: super::hash::signing
#[must_use]
pub fn entry_message(ledger: LedgerId, signing_hash: &Hash) -> Vec<u8> {
    [ENTRY_PURPOSE, &ledger.0, &signing_hash.0].concat()
}

/// What a new officer's key signs to prove that somebody holds it: purpose ‖ ledger id ‖ name ‖ key.
#[must_use]
pub fn enrol_message(ledger: LedgerId, name: &str, public_key: &[u8; PUBLIC_KEY_BYTES]) -> Vec<u8> {
    [ENROL_PURPOSE, &ledger.0, name.as_bytes(), public_key].concat()
}

/// What the new log key, and the old one where it is still there, sign when the one follows the
/// other: purpose ‖ ledger id ‖ old key ‖ new key.
#[must_use]
pub fn log_key_message(
    ledger: LedgerId,
    old: &[u8; PUBLIC_KEY_BYTES],
    new: &[u8; PUBLIC_KEY_BYTES],
) -> Vec<u8> {
    [LOG_KEY_PURPOSE, &ledger.0, old, new].concat()
}

/// What the log key signs for a cache: purpose ‖ [`hash::cache_front`] of its front.
///
/// [`hash::cache_front`]: super::hash::cache_front
#[must_use]
pub fn cache_message(front: &Hash) -> Vec<u8> {
    [CACHE_PURPOSE, &front.0].concat()
}

/// What the log key signs for a snapshot of the state: purpose ‖ ledger id ‖ size (u64 LE) ‖ hash of the
/// last entry ‖ [`hash::state_part`] of its top.
///
/// [`hash::state_part`]: super::hash::state_part
#[must_use]
pub fn state_message(ledger: LedgerId, head: Head, root: &Hash) -> Vec<u8> {
    [STATE_PURPOSE, &ledger.0, &head.size.to_le_bytes(), &head.hash.0, &root.0].concat()
}

/// A public key, read and checked once, to verify many signatures with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Reads a public key. `None` if the bytes are no point of the curve, or one of small order
    /// (for which signatures can be made that pass for any message).
    #[must_use]
    pub fn new(public_key: &[u8; PUBLIC_KEY_BYTES]) -> Option<Self> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public_key).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// True if `signature` is this key's signature of exactly `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.0.to_bytes()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", super::hash::to_hex(&self.to_bytes()))
    }
}

/// A signer made from the 32-byte seed of RFC 8032. The seed is wiped from memory when it goes, and
/// never shown.
#[derive(Clone)]
pub struct SeedSigner(ed25519_dalek::SigningKey);

impl SeedSigner {
    /// The signer of this seed. Every 32 bytes are a seed; whoever knows them can sign.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }
}

impl Signer for SeedSigner {
    fn public_key(&self) -> [u8; PUBLIC_KEY_BYTES] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SeedSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeedSigner(public {})", super::hash::to_hex(&self.public_key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::hash;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        hash::from_hex(hex).unwrap().try_into().unwrap()
    }

    /// RFC 8032 §7.1, TEST 3.
    #[test]
    fn signs_and_verifies_the_vector_of_the_rfc() {
        let signer = SeedSigner::new(&bytes(
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        ));
        let signature = bytes(concat!(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ));
        assert_eq!(
            hash::to_hex(&signer.public_key()),
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
        );
        assert_eq!(signer.sign(&[0xaf, 0x82]), signature);
        assert!(verify(&signer.public_key(), &[0xaf, 0x82], &signature));
        assert!(!verify(&signer.public_key(), &[0xaf, 0x83], &signature));
    }

    #[test]
    fn every_flipped_bit_of_a_signature_fails() {
        let signer: Box<dyn Signer> = Box::new(SeedSigner::new(&[7; 32]));
        let key = VerifyingKey::new(&signer.public_key()).unwrap();
        let good = signer.sign(b"message");
        assert!(key.verify(b"message", &good));
        for bit in 0..good.len() * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.verify(b"message", &bad), "bit {bit}");
        }
    }

    #[test]
    fn keys_of_small_order_and_bytes_off_the_curve_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(VerifyingKey::new(&identity).is_none());
        // Under the identity this forged signature (R = identity, s = 0) passes a lax check.
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(!verify(&identity, b"anything", &forged));
        let mut off_curve = [0; 32];
        off_curve[0] = 2;
        assert!(VerifyingKey::new(&off_curve).is_none());
    }

    #[test]
    fn messages_name_their_purpose_and_are_pinned() {
        let ledger = LedgerId([0xaa; 16]);
        let entry = entry_message(ledger, &Hash([0xbb; 32]));
        let enrol = enrol_message(ledger, "李明", &[0xcc; 32]);
        let mut expected = b"earmark-entry-signature-v1\n".to_vec();
        expected.extend([0xaa; 16]);
        expected.extend([0xbb; 32]);
        assert_eq!(entry, expected);
        let mut expected = b"earmark-enrol-v1\n".to_vec();
        expected.extend([0xaa; 16]);
        expected.extend("李明".as_bytes());
        expected.extend([0xcc; 32]);
        assert_eq!(enrol, expected);
        let mut expected = b"earmark-log-key-v1\n".to_vec();
        expected.extend([0xaa; 16]);
        expected.extend([0xcc; 32]);
        expected.extend([0xdd; 32]);
        assert_eq!(log_key_message(ledger, &[0xcc; 32], &[0xdd; 32]), expected);
        let mut expected = b"earmark-cache-v2\n".to_vec();
        expected.extend([0xee; 32]);
        assert_eq!(cache_message(&Hash([0xee; 32])), expected);
    }

    #[test]
    fn debug_never_shows_the_seed() {
        let shown = format!("{:?}", SeedSigner::new(&[0x5e; 32]));
        assert!(!shown.contains("5e5e5e5e"), "{shown}");
        assert!(!shown.contains("94, 94"), "{shown}");
    }
}
