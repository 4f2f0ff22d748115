//! Officers' signatures and their checks.

/// Holds a private key and signs with it.
pub trait Signer {
    /// The Ed25519 public key.
    fn public_key(&self) -> [u8; 32];
    /// The Ed25519 signature of `message`.
    fn sign(&self, message: &[u8]) -> [u8; 64];
}
