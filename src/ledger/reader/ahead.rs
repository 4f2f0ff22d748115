//! What can be found out about an entry before those before it were followed, on any thread: its
//! hash, its body, and whether its signature verifies under the key that its officer is *believed* to
//! have.
//!
//! Which key counts is known only in order. So nothing here judges: [`Replay`](super::replay::Replay)
//! knows the key of the position, and takes a signature as checked only if it was checked under that
//! very key. A belief that is wrong or missing costs time, never truth.

use super::bodies::{ReadBody, body_of, is_of_keys, read_body};
use crate::chain::entry::{self, Envelope, Sealed};
use crate::chain::hash::{self, Hash};
use crate::chain::signature::{PUBLIC_KEY_BYTES, VerifyingKey, entry_message};
use crate::chain::walk::prefix_of;
use crate::domain::event::Body;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// An entry as it is by itself.
#[derive(Debug, Clone)]
pub struct Ahead {
    /// Its hash.
    pub hash: Hash,
    /// Its body, as it was read. Boxed, for it is handed on several times before it is looked at.
    pub body: Result<Option<Box<Body>>, Box<entry::Malformed>>,
    /// Its signature, where it has one and a key was believed to be its officer's.
    pub signed: Option<Signed>,
}

/// A signature that was checked under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// The public key.
    pub key: [u8; PUBLIC_KEY_BYTES],
    /// Whether it verifies.
    pub verifies: bool,
}

impl Ahead {
    /// Hash and body of an entry; signatures are not looked at.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self { hash: hash::entry(bytes), body: boxed(read_body(bytes)), signed: None }
    }

    /// [`Ahead::of`] an entry of a log whose rules nobody asks for: its body is read as well, for it has to
    /// have one encoding, and kept only where it brings in a key or ends one.
    #[must_use]
    pub fn of_chain(bytes: &[u8]) -> Self {
        let body = boxed(read_body(bytes).map(|body| body.filter(is_of_keys)));
        Self { hash: hash::entry(bytes), body, signed: None }
    }

    /// The hash alone of an entry whose body and signature need not be looked at.
    #[must_use]
    pub fn hash_of(bytes: &[u8]) -> Self {
        Self { hash: hash::entry(bytes), body: Ok(None), signed: None }
    }

    /// [`Ahead::of`] an entry whose hash is known.
    #[must_use]
    pub fn of_sealed(sealed: &Sealed) -> Self {
        Self { hash: sealed.hash, body: boxed(read_body(&sealed.bytes)), signed: None }
    }
}

fn boxed(body: ReadBody) -> Result<Option<Box<Body>>, Box<entry::Malformed>> {
    body.map(|body| body.map(Box::new)).map_err(Box::new)
}

/// The keys that officers are believed to have, by number: those last seen.
#[derive(Debug, Default)]
pub struct Keys(RwLock<BTreeMap<u32, VerifyingKey>>);

impl Keys {
    /// [`Ahead::of`] an entry, and its signature checked under the key its officer is believed to
    /// have.
    #[must_use]
    pub fn look(&self, bytes: &[u8]) -> Ahead {
        let parsed = entry::parse(bytes);
        let body = parsed.as_ref().map_err(Clone::clone).and_then(body_of);
        if let Ok(Some(Body::OfficerEnrolled(officer))) = &body {
            self.read(officer.number, &officer.key.0);
        }
        let signed = parsed.ok().and_then(|envelope| self.check(&envelope, bytes));
        Ahead { hash: hash::entry(bytes), body: boxed(body), signed }
    }

    fn check(&self, envelope: &Envelope<'_>, bytes: &[u8]) -> Option<Signed> {
        let (signature, prefix) = (envelope.signature?, prefix_of(bytes)?);
        let key = self.believed(envelope.officer)?;
        let message = entry_message(envelope.ledger, &hash::signing(prefix));
        Some(Signed { key: key.to_bytes(), verifies: key.verify(&message, &signature) })
    }

    fn believed(&self, officer: u32) -> Option<VerifyingKey> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&officer).copied()
    }

    /// Reads the public key of an officer, which is believed from now on; `None` if it is unfit for
    /// use.
    pub fn read(&self, officer: u32, key: &[u8; PUBLIC_KEY_BYTES]) -> Option<VerifyingKey> {
        let believed = self.believed(officer).filter(|believed| believed.to_bytes() == *key);
        believed.or_else(|| {
            let key = VerifyingKey::new(key)?;
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(officer, key);
            Some(key)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::signature::{SeedSigner, Signer as _};

    #[test]
    fn the_key_last_read_is_believed_and_an_unfit_one_never() {
        let keys = Keys::default();
        let [old, new] = [1, 2].map(|seed| SeedSigner::new(&[seed; 32]).public_key());
        assert_eq!(keys.believed(3), None);
        assert_eq!(keys.read(3, &old), VerifyingKey::new(&old));
        assert_eq!(keys.read(3, &new), VerifyingKey::new(&new));
        assert_eq!(keys.believed(3), VerifyingKey::new(&new));
        assert_eq!(keys.read(3, &[0; 32]), None, "a point of small order");
        assert_eq!(keys.believed(3), VerifyingKey::new(&new));
    }
}
