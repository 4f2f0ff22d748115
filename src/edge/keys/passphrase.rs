//! Keys under a passphrase: PKCS#8 encrypted by PBES2 (RFC 8018) with scrypt and AES-256-CBC, which
//! openssl reads; and where the passphrase comes from.
//!
//! It comes from the first line of the file that `$EARMARK_PASSPHRASE_FILE` names (a new one:
//! `$EARMARK_NEW_PASSPHRASE_FILE`), else it is asked for on the terminal, without echo. Never from an
//! argument or a variable, which other processes can read. One that was right is remembered until
//! the program ends.

use super::PrivateKey;
use crate::edge::randomness;
use crate::error::{Error, Kind, Result};
use crate::file;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::{SecretDocument, pem::LineEnding, zeroize::Zeroizing};
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes, PrivateKeyInfo};
use pkcs8::EncryptedPrivateKeyInfo;
use pkcs8::pkcs5::{pbes2, scrypt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Names the file with the passphrase of keys that are there.
const FILE_VARIABLE: &str = "EARMARK_PASSPHRASE_FILE";
/// Names the file with the passphrase of a key to be made or changed.
const NEW_FILE_VARIABLE: &str = "EARMARK_NEW_PASSPHRASE_FILE";

const LABEL: &str = "ENCRYPTED PRIVATE KEY";
/// scrypt with N = 2^14, r = 8, p = 1: 16 MiB, the most that openssl takes without being told.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 1;

static LAST: Mutex<Option<Zeroizing<String>>> = Mutex::new(None);

/// True if the text of a key file is encrypted.
pub(super) fn is_encrypted(pem: &str) -> bool {
    pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
}

/// Opens an encrypted key with the passphrase that was right before, else with one that is asked for.
pub(super) fn open(pem: &str, path: &Path) -> Result<PrivateKey> {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(key) = last.and_then(|last| decrypt(pem, &last)) {
        return Ok(key);
    }
    let what = format!("Passphrase of {}", path.display());
    let passphrase = match from_file(FILE_VARIABLE)? {
        Some(passphrase) => passphrase,
        None => asked(&what, FILE_VARIABLE)?,
    };
    let Some(key) = decrypt(pem, &passphrase) else {
        let message = format!("the passphrase does not open {}", path.display());
        return Err(Error::new(Kind::Usage, "passphrase_wrong", message)
            .with_detail("path", path.display())
            .with_hint(format!(
                "type it again, or look at the file that ${FILE_VARIABLE} names; nobody can open \
                 the key without it"
            )));
    };
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(passphrase);
    Ok(key)
}

/// A passphrase for a key to be made or changed; asked for twice on a terminal.
///
/// # Errors
/// `passphrase_needed` without file and terminal, `passphrase_empty`, `passphrase_differs`.
pub fn new_passphrase() -> Result<Zeroizing<String>> {
    let passphrase = match from_file(NEW_FILE_VARIABLE)? {
        Some(passphrase) => passphrase,
        None => {
            let first = asked("New passphrase", NEW_FILE_VARIABLE)?;
            if asked("The same again", NEW_FILE_VARIABLE)? != first {
                let message = "the two passphrases are not the same";
                return Err(Error::new(Kind::Usage, "passphrase_differs", message)
                    .with_hint("run it again; nothing was changed"));
            }
            first
        }
    };
    if passphrase.is_empty() {
        return Err(Error::new(Kind::Usage, "passphrase_empty", "the passphrase is empty")
            .with_hint("leave --passphrase out for a key without one"));
    }
    Ok(passphrase)
}

fn from_file(variable: &str) -> Result<Option<Zeroizing<String>>> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let text = file::read_named_text(Path::new(&path));
    let text = text.map_err(|e| Error::io("read the passphrase from", Path::new(&path), e))?;
    let text = Zeroizing::new(text);
    Ok(Some(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned())))
}

fn asked(what: &str, variable: &str) -> Result<Zeroizing<String>> {
    rpassword::prompt_password(format!("{what}: ")).map(Zeroizing::new).map_err(|source| {
        let message = "a passphrase is needed, and there is no terminal to ask on";
        Error::new(Kind::Usage, "passphrase_needed", message)
            .with_hint(format!("run it on a terminal, or name a file with it in ${variable}"))
            .with_source(source.to_string())
            .with_detail("variable", variable)
    })
}

/// The key as encrypted PEM.
pub(super) fn encrypt(key: &PrivateKey, passphrase: &str) -> Result<Zeroizing<String>> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    for bytes in [&mut salt, &mut iv] {
        randomness::fill(bytes)?;
    }
    let encode = |source: String| {
        let message = "cannot write the key as encrypted PEM";
        Error::new(Kind::Io, "key_encoding", message).with_source(source)
    };
    let cost = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P, 32);
    let cost = cost.map_err(|e| encode(e.to_string()))?;
    let parameters = pbes2::Parameters::scrypt_aes256cbc(cost, &salt, &iv);
    let parameters = parameters.map_err(|e| encode(e.to_string()))?;
    let bytes = KeypairBytes { secret_key: key.key.to_bytes(), public_key: None };
    let plain = bytes.to_pkcs8_der().map_err(|e| encode(e.to_string()))?;
    let plain = PrivateKeyInfo::try_from(plain.as_bytes()).map_err(|e| encode(e.to_string()))?;
    let sealed = plain.encrypt_with_params(parameters, passphrase);
    let sealed = sealed.map_err(|e| encode(e.to_string()))?;
    sealed.to_pem(LABEL, LineEnding::LF).map_err(|e| encode(e.to_string()))
}

/// `None` when the passphrase is not the one, or the file is damaged: nothing tells these apart.
fn decrypt(pem: &str, passphrase: &str) -> Option<PrivateKey> {
    let (_, sealed) = SecretDocument::from_pem(pem).ok()?;
    let sealed = EncryptedPrivateKeyInfo::try_from(sealed.as_bytes()).ok()?;
    let plain = sealed.decrypt(passphrase).ok()?;
    let key = SigningKey::from_pkcs8_der(plain.as_bytes()).ok()?;
    Some(PrivateKey { key, passphrase: Some(Zeroizing::new(passphrase.to_owned())) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::signature::Signer as _;

    #[test]
    fn a_key_opens_with_its_passphrase_alone() {
        let key = PrivateKey::generate().unwrap();
        let pem = encrypt(&key, "浦东 2002").unwrap();
        assert!(is_encrypted(&pem), "{}", &*pem);
        let opened = decrypt(&pem, "浦东 2002").unwrap();
        assert_eq!(opened.public_key(), key.public_key());
        assert!(decrypt(&pem, "浦东 2003").is_none());
        assert!(decrypt(&pem, "").is_none());
        assert_ne!(*encrypt(&key, "浦东 2002").unwrap(), *pem, "salted");
    }
}
