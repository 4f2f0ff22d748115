//! A place for a key, the key that follows it, and those it followed.
//!
//! Beside `NAME.pem` stand `.NAME.next.pem`, made before it is in use, and `.NAME.former-XXXXXXXX.pem`,
//! named by the first bytes of its public key; the dot keeps them out of the list of officers. A key
//! takes the place of the one before only after the ledger knows it, and no key is ever deleted.

use super::{PrivateKey, create, load, no_key};
use crate::chain::hash::to_hex;
use crate::chain::signature::Signer;
use crate::edge::durable::{self, Readers};
use crate::error::{Error, Result};
use ed25519_dalek::pkcs8::spki::der::zeroize::Zeroizing;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The place of one officer's key, or of one log's.
#[derive(Debug, Clone)]
pub struct Slot {
    pub(super) path: PathBuf,
    pub(super) whose: String,
}

impl Slot {
    fn beside(&self, suffix: &str) -> PathBuf {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{stem}.{suffix}.pem"))
    }

    /// Where the key is, or would be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key in use.
    ///
    /// # Errors
    /// `no_key`, `key_exposed`, `key_malformed`, or an I/O code with the path.
    pub fn key(&self) -> Result<PrivateKey> {
        load(&self.path)?.ok_or_else(|| no_key(&self.whose, &self.path))
    }

    /// The key that was made to follow it, if there is one.
    ///
    /// # Errors
    /// As [`Slot::key`], without `no_key`.
    pub fn next(&self) -> Result<Option<PrivateKey>> {
        load(&self.beside("next"))
    }

    /// The key to follow it: the one that was made before and not put to use, else a new one, durable
    /// when this returns, under the passphrase of the key that is there.
    ///
    /// # Errors
    /// As [`Slot::next`]; `no_randomness`.
    pub fn make_next(&self) -> Result<PrivateKey> {
        match self.next()? {
            Some(key) => Ok(key),
            None => {
                let passphrase = load(&self.path)?.and_then(|key| key.passphrase);
                create(&self.beside("next"), &format!("the next of {}", self.whose), passphrase)
            }
        }
    }

    /// The key that would follow it, for a dry run: one that was made before, else one that is never
    /// kept.
    ///
    /// # Errors
    /// As [`Slot::make_next`].
    pub fn rehearse_next(&self) -> Result<PrivateKey> {
        self.next()?.map_or_else(PrivateKey::generate, Ok)
    }

    /// Puts the key's file under another passphrase, or under none; durable when it returns.
    ///
    /// # Errors
    /// As [`Slot::key`]; an I/O code with the path.
    pub fn protect(&self, passphrase: Option<Zeroizing<String>>) -> Result<()> {
        let key = PrivateKey { passphrase, ..self.key()? };
        durable::replace(&self.path, key.to_pem()?.as_bytes(), Readers::Owner)
    }

    /// Puts the next key in its place; what is there is kept as a former one. Does nothing where there
    /// is no next key; may be called again after a crash.
    ///
    /// # Errors
    /// An I/O code with the path.
    pub fn promote(&self) -> Result<()> {
        let next = self.beside("next");
        if !durable::is_there(&next)? {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if let Some(key) = load(&self.path)? {
            let public = to_hex(&key.public_key());
            let former = self.beside(&format!("former-{}", public.get(..8).unwrap_or_default()));
            match std::fs::hard_link(&self.path, &former) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                linked => linked.map_err(|e| Error::io("keep", &self.path, e))?,
            }
            // The former name is durable before the present one is given away: no key is ever lost, and
            // there is one in its place at every moment.
            durable::sync_folder(folder)?;
        }
        std::fs::rename(&next, &self.path).map_err(|e| Error::io("rename", &next, e))?;
        durable::sync_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Keys;
    use super::*;

    #[test]
    fn the_next_key_takes_the_place_and_the_former_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::at(folder.path());
        let first = keys.create_officer("wang").unwrap().public_key();
        let slot = keys.officer_slot("wang").unwrap();
        slot.promote().unwrap();
        assert_eq!(slot.key().unwrap().public_key(), first, "nothing to promote");
        let next = slot.make_next().unwrap().public_key();
        assert_eq!(slot.make_next().unwrap().public_key(), next, "made once");
        assert_eq!(keys.officers().unwrap(), ["wang"], "it is not in use yet");
        slot.promote().unwrap();
        assert_eq!(slot.key().unwrap().public_key(), next);
        assert!(slot.next().unwrap().is_none());
        assert_eq!(keys.officers().unwrap(), ["wang"]);
        let former = format!("officers/.wang.former-{}.pem", &to_hex(&first)[..8]);
        assert!(folder.path().join(former).exists());
        // 0.1.0 renamed twice, and a crash in between left no key in its place.
        slot.make_next().unwrap();
        std::fs::remove_file(slot.path()).unwrap();
        slot.promote().unwrap();
        assert!(slot.key().is_ok());
    }
}
