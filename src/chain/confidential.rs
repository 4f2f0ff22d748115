//! Confidential fields: their plaintext, the commitment that an entry holds to them, and the bytes of
//! the two files that seal them (schemas/confidential.md). The only file that names chacha20poly1305.
//!
//! What it lacks on purpose: files and randomness, which come from `edge`, and rules for what a value
//! may say. No error here repeats a value, and no debug form shows one.

use super::entry::{LedgerId, Malformed, malformed};
use super::hash::{self, Hash};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use std::collections::BTreeMap;
use std::fmt;

/// The most bytes of one value.
pub const MAX_VALUE_BYTES: usize = 1_000;
/// The most bytes of all fields of an entry together, as plaintext.
pub const MAX_PLAINTEXT_BYTES: usize = 4_096;
/// More bytes than either of the two files ever has.
pub const MAX_FILE_BYTES: usize = 8_192;

const SEALED_MAGIC: &[u8] = b"earmark-sealed-v1\n";
const KEY_MAGIC: &[u8] = b"earmark-sealed-key-v1\n";
const PURPOSE: &[u8] = b"earmark-confidential-v1\n";

/// A confidential field. Numbers are permanent and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The number of a bank account.
    BankAccount,
    /// The number of an identity document.
    IdentityNumber,
    /// How to reach somebody.
    Contact,
}

impl Field {
    /// All of them, ascending.
    pub const ALL: [Self; 3] = [Self::BankAccount, Self::IdentityNumber, Self::Contact];

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::BankAccount => 1,
            Self::IdentityNumber => 2,
            Self::Contact => 3,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BankAccount => "bank account",
            Self::IdentityNumber => "identity number",
            Self::Contact => "contact",
        }
    }
}

/// The name of a field's number; a number of a later release stands for itself.
#[must_use]
pub fn name(number: u8) -> String {
    let known = Field::ALL.into_iter().find(|field| field.number() == number);
    known.map_or_else(|| format!("field {number}"), |field| field.name().to_owned())
}

/// The confidential fields of one entry. Never empty where they are sealed; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Fields(BTreeMap<u8, String>);

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fields({})", self.names().join(", "))
    }
}

impl Fields {
    /// Sets a field.
    ///
    /// # Errors
    /// [`Malformed`] names the field when the value is empty or too long.
    pub fn set(&mut self, field: Field, value: &str) -> Result<(), Malformed> {
        check_length(value.len())?;
        self.0.insert(field.number(), value.to_owned());
        Ok(())
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Numbers and values, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &str)> {
        self.0.iter().map(|(number, value)| (*number, value.as_str()))
    }

    /// The names of the fields that are there.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.keys().map(|number| name(*number)).collect()
    }

    /// The name of the first field that is not the same in both.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let all = self.0.keys().chain(other.0.keys());
        let differs = all.filter(|number| self.0.get(number) != other.0.get(number));
        differs.min().map(|number| name(*number))
    }

    fn plaintext(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, value) in &self.0 {
            out.push(*number);
            out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
            out.extend_from_slice(value.as_bytes());
        }
        out
    }

    fn read(plaintext: &[u8]) -> Result<Self, Malformed> {
        let mut fields = BTreeMap::new();
        let mut rest = plaintext;
        while let Some(([number, low, high], after)) = rest.split_first_chunk() {
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            check_length(length)?;
            let Some((value, after)) = after.split_at_checked(length) else {
                return Err(malformed("plaintext", "a whole value", "one cut off"));
            };
            if fields.last_key_value().is_some_and(|(last, _)| last >= number) {
                return Err(malformed("plaintext", "fields ascending by number", number));
            }
            let value = std::str::from_utf8(value)
                .map_err(|_| malformed("plaintext", "UTF-8", "other bytes"))?;
            fields.insert(*number, value.to_owned());
            rest = after;
        }
        if !rest.is_empty() || fields.is_empty() {
            return Err(malformed("plaintext", "one field or more, and nothing after", rest.len()));
        }
        Ok(Self(fields))
    }
}

fn check_length(length: usize) -> Result<(), Malformed> {
    if (1..=MAX_VALUE_BYTES).contains(&length) {
        return Ok(());
    }
    let expected = format!("1 to {MAX_VALUE_BYTES} bytes");
    Err(malformed("value", expected, format!("{length} bytes")))
}

/// What is random in a sealed pair: fresh for every entry, never used again.
#[derive(Clone, Copy)]
pub struct Secrets {
    /// Keys the cipher.
    pub cipher_key: [u8; 32],
    /// Keys the commitment.
    pub commitment_key: [u8; 32],
    /// The cipher's nonce.
    pub nonce: [u8; 24],
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// The two files that seal the fields of an entry, and the commitment that names them.
#[derive(Clone, PartialEq, Eq)]
pub struct Pair {
    /// What the entry holds.
    pub commitment: Hash,
    /// The bytes of the sealed file.
    pub sealed: Vec<u8>,
    /// The bytes of the key file.
    pub key: Vec<u8>,
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pair({})", self.commitment)
    }
}

fn associated_data(ledger: LedgerId, commitment: Hash) -> Vec<u8> {
    [PURPOSE, &ledger.0, &commitment.0].concat()
}

/// Seals fields.
///
/// # Errors
/// [`Malformed`] when there is no field, or they are too long together.
pub fn seal(ledger: LedgerId, fields: &Fields, secrets: &Secrets) -> Result<Pair, Malformed> {
    let plaintext = fields.plaintext();
    if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT_BYTES {
        let expected = format!("1 to {MAX_PLAINTEXT_BYTES} bytes");
        return Err(malformed("plaintext", expected, format!("{} bytes", plaintext.len())));
    }
    let commitment = hash::commitment(&secrets.commitment_key, &plaintext);
    let cipher = XChaCha20Poly1305::new(&Key::from(secrets.cipher_key));
    let payload = Payload { msg: &plaintext, aad: &associated_data(ledger, commitment) };
    let ciphertext = cipher
        .encrypt(&XNonce::from(secrets.nonce), payload)
        .map_err(|_| malformed("plaintext", "one that can be sealed", "a failure"))?;
    let sealed = [SEALED_MAGIC, &secrets.nonce, &ciphertext].concat();
    let key = [KEY_MAGIC, &secrets.cipher_key, &secrets.commitment_key].concat();
    Ok(Pair { commitment, sealed, key })
}

/// Opens the fields of the entry that holds `commitment`.
///
/// # Errors
/// [`Malformed`] says which file, or that the fields are not those that the entry committed to.
pub fn open(
    ledger: LedgerId,
    commitment: Hash,
    sealed: &[u8],
    key: &[u8],
) -> Result<Fields, Malformed> {
    let not_sealed = |why: &str| malformed("sealed file", "one of this entry", why.to_owned());
    let body = sealed.strip_prefix(SEALED_MAGIC);
    let body = body.ok_or_else(|| not_sealed("a file of another kind"))?;
    let (nonce, ciphertext) =
        body.split_first_chunk::<24>().ok_or_else(|| not_sealed("one that is cut off"))?;
    let keys = key.strip_prefix(KEY_MAGIC).filter(|keys| keys.len() == 64);
    let keys = keys.and_then(|keys| {
        Some((keys.first_chunk::<32>().copied()?, keys.last_chunk::<32>().copied()?))
    });
    let (cipher_key, commitment_key) =
        keys.ok_or_else(|| malformed("key file", "one of this entry", "a file of another kind"))?;
    let payload = Payload { msg: ciphertext, aad: &associated_data(ledger, commitment) };
    let plaintext = XChaCha20Poly1305::new(&Key::from(cipher_key))
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| not_sealed("bytes that its key does not open"))?;
    let found = hash::commitment(&commitment_key, &plaintext);
    if found != commitment {
        return Err(malformed("commitment", commitment, found));
    }
    Fields::read(&plaintext)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;

    const LEDGER: LedgerId = LedgerId([0x1e; 16]);
    const SECRETS: Secrets =
        Secrets { cipher_key: [1; 32], commitment_key: [2; 32], nonce: [3; 24] };

    fn fields() -> Fields {
        let mut fields = Fields::default();
        fields.set(Field::Contact, "窗口一").unwrap();
        fields.set(Field::BankAccount, "0000 1111").unwrap();
        fields
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let pair = seal(LEDGER, &fields(), &SECRETS).unwrap();
        let opened = |sealed: &[u8], key: &[u8]| open(LEDGER, pair.commitment, sealed, key);
        assert_eq!(opened(&pair.sealed, &pair.key), Ok(fields()));
        for at in 0..pair.sealed.len() {
            let mut bad = pair.sealed.clone();
            bad[at] ^= 1;
            assert!(opened(&bad, &pair.key).is_err(), "byte {at} of the sealed file");
            assert!(opened(&pair.sealed[..at], &pair.key).is_err(), "cut at {at}");
        }
        for at in 0..pair.key.len() {
            let mut bad = pair.key.clone();
            bad[at] ^= 1;
            assert!(opened(&pair.sealed, &bad).is_err(), "byte {at} of the key file");
            assert!(opened(&pair.sealed, &pair.key[..at]).is_err(), "key cut at {at}");
        }
        assert!(opened(&pair.sealed, &[pair.key.clone(), vec![0]].concat()).is_err());
        let other = LedgerId([0x1f; 16]);
        assert!(open(other, pair.commitment, &pair.sealed, &pair.key).is_err());
        assert!(open(LEDGER, Hash([7; 32]), &pair.sealed, &pair.key).is_err());
    }

    #[test]
    fn fields_that_were_not_committed_to_are_told_apart_from_a_wrong_key() {
        // Sealed again under the same cipher key, for the same commitment, with other fields.
        let pair = seal(LEDGER, &fields(), &SECRETS).unwrap();
        let mut other = fields();
        other.set(Field::BankAccount, "9999").unwrap();
        let cipher = XChaCha20Poly1305::new(&Key::from(SECRETS.cipher_key));
        let aad = associated_data(LEDGER, pair.commitment);
        let payload = Payload { msg: &other.plaintext(), aad: &aad };
        let forged = cipher.encrypt(&XNonce::from(SECRETS.nonce), payload).unwrap();
        let forged = [SEALED_MAGIC, &SECRETS.nonce, &forged].concat();
        let error = open(LEDGER, pair.commitment, &forged, &pair.key).unwrap_err();
        assert_eq!(error.field, "commitment");
    }

    #[test]
    fn the_plaintext_has_one_form() {
        let plaintext = fields().plaintext();
        let mut expected = vec![1, 9, 0];
        expected.extend(b"0000 1111");
        expected.extend([3, 9, 0]);
        expected.extend("窗口一".as_bytes());
        assert_eq!(plaintext, expected);
        assert_eq!(Fields::read(&plaintext), Ok(fields()));
        let refused = |bytes: &[u8]| Fields::read(bytes).unwrap_err().to_string();
        assert_eq!(
            refused(&[]),
            "plaintext: expected one field or more, and nothing after, found 0"
        );
        assert_eq!(
            refused(&[&plaintext[..], &[0]].concat()),
            "plaintext: expected one field or more, and nothing after, found 1"
        );
        assert_eq!(
            refused(&plaintext[..20]),
            "plaintext: expected a whole value, found one cut off"
        );
        assert_eq!(
            refused(&[1, 1, 0, b'a', 1, 1, 0, b'b']),
            "plaintext: expected fields ascending by number, found 1"
        );
        assert_eq!(refused(&[1, 0, 0]), "value: expected 1 to 1000 bytes, found 0 bytes");
        assert_eq!(refused(&[1, 1, 0, 0xff]), "plaintext: expected UTF-8, found other bytes");
    }

    #[test]
    fn a_value_has_a_most_of_bytes_and_no_error_repeats_it() {
        let mut fields = Fields::default();
        let error = fields.set(Field::Contact, &"x".repeat(1_001)).unwrap_err().to_string();
        assert_eq!(error, "value: expected 1 to 1000 bytes, found 1001 bytes");
        assert!(seal(LEDGER, &fields, &SECRETS).is_err());
        for field in Field::ALL {
            fields.set(field, &"y".repeat(1_000)).unwrap();
        }
        let pair = seal(LEDGER, &fields, &SECRETS).unwrap();
        assert!(pair.sealed.len() <= MAX_FILE_BYTES);
        let shown = format!("{fields:?} {SECRETS:?} {pair:?}");
        assert_eq!(
            shown,
            format!(
                "Fields(bank account, identity number, contact) Secrets Pair({})",
                pair.commitment
            )
        );
    }

    #[test]
    fn the_first_field_that_differs_is_named() {
        let mut other = fields();
        assert_eq!(fields().first_difference(&other), None);
        other.set(Field::IdentityNumber, "1").unwrap();
        assert_eq!(fields().first_difference(&other).unwrap(), "identity number");
        other.set(Field::BankAccount, "1").unwrap();
        assert_eq!(other.first_difference(&fields()).unwrap(), "bank account");
        assert_eq!(name(9), "field 9");
    }
}
