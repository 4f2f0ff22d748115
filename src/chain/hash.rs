//! Every BLAKE3 rule of the format in one place, domains separated by `derive_key`.
//!
//! The contexts are part of the format (schemas/entry.md §4) and pinned in tests: a changed context
//! changes every hash. Below 1 KiB BLAKE3 is serial, so callers use threads across entries, never
//! inside one.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A 32-byte hash. Which rule made it is said by the field that holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 32 zero bytes: the `previous` of the entry at index 0.
    pub const ZERO: Self = Self([0; 32]);
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        from_hex(s).and_then(|b| <[u8; 32]>::try_from(b).ok()).map(Self).ok_or(())
    }
}

/// Lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Bytes of lower- or upper-case hexadecimal text, or `None` if it is not that.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [b'+', _] => None,
            _ => std::str::from_utf8(pair).ok().and_then(|s| u8::from_str_radix(s, 16).ok()),
        })
        .collect()
}

macro_rules! domain {
    ($name:ident, $context:literal) => {
        static $name: LazyLock<blake3::Hasher> =
            LazyLock::new(|| blake3::Hasher::new_derive_key($context));
    };
}

domain!(ENTRY, "earmark 2026 entry hash v1");
domain!(SIGNING, "earmark 2026 entry signing v1");
domain!(COMMAND_ID, "earmark 2026 command id v1");
domain!(COMMAND_DIGEST, "earmark 2026 command digest v1");
domain!(IMPORT_ROW, "earmark 2026 import row v1");
domain!(STATE_SHARD, "earmark 2026 state shard v1");
domain!(IMPORT_KEY, "earmark 2026 import key v1");
domain!(REJECT_CHECK, "earmark 2026 reject check v1");
domain!(CACHE_FRONT, "earmark 2026 cache front v1");
domain!(CACHE_PART, "earmark 2026 cache part v1");
domain!(LOCAL_CONTENTS, "earmark 2026 local contents v1");

fn derive(domain: &LazyLock<blake3::Hasher>, bytes: &[u8]) -> Hash {
    let mut hasher = (*domain).clone();
    hasher.update(bytes);
    Hash(*hasher.finalize().as_bytes())
}

fn first_16(hash: Hash) -> [u8; 16] {
    let mut out = [0; 16];
    out.iter_mut().zip(hash.0).for_each(|(o, b)| *o = b);
    out
}

/// The hash of a whole entry, signature included: what the next entry's `previous` repeats.
#[must_use]
pub fn entry(entry: &[u8]) -> Hash {
    derive(&ENTRY, entry)
}

/// The hash of an entry's prefix, which the officer signs.
#[must_use]
pub fn signing(prefix: &[u8]) -> Hash {
    derive(&SIGNING, prefix)
}

/// The command id made from an idempotency key that a user chose.
#[must_use]
pub fn command_id(key: &[u8]) -> [u8; 16] {
    first_16(derive(&COMMAND_ID, key))
}

/// The digest of a command: of its body encoding, or for an import of its (source, row key) list.
#[must_use]
pub fn command_digest(encoding: &[u8]) -> Hash {
    derive(&COMMAND_DIGEST, encoding)
}

/// The row key of an imported row: its cells in header order, then its number among equal rows.
///
/// Independent of file name, encoding, mapping and row number (schemas/entry.md §5).
#[must_use]
pub fn row_key<'a>(cells: impl IntoIterator<Item = &'a str>, occurrence: u32) -> [u8; 16] {
    let mut hasher = (*IMPORT_ROW).clone();
    add_texts(&mut hasher, cells);
    hasher.update(&occurrence.to_le_bytes());
    first_16(Hash(*hasher.finalize().as_bytes()))
}

/// The row key of a row that columns of its own identify (`key` in the mapping): their texts as they
/// are compared, in the order of the mapping.
#[must_use]
pub fn row_key_of_columns<'a>(texts: impl IntoIterator<Item = &'a str>) -> [u8; 16] {
    let mut hasher = (*IMPORT_KEY).clone();
    add_texts(&mut hasher, texts);
    first_16(Hash(*hasher.finalize().as_bytes()))
}

/// The check behind the row key in a `reject_key` (schemas/mapping.md §8).
#[must_use]
pub fn reject_check(ledger: &[u8; 16], source: &str, key: &[u8; 16]) -> [u8; 4] {
    let mut hasher = (*REJECT_CHECK).clone();
    hasher.update(ledger);
    add_texts(&mut hasher, [source]);
    hasher.update(key);
    let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
    [a, b, c, d]
}

fn add_texts<'a>(hasher: &mut blake3::Hasher, texts: impl IntoIterator<Item = &'a str>) {
    for text in texts {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        hasher.update(&length.to_le_bytes());
        hasher.update(text.as_bytes());
    }
}

/// The commitment to confidential fields: keyed BLAKE3 over their plaintext (schemas/entry.md §4).
#[must_use]
pub fn commitment(key: &[u8; 32], plaintext: &[u8]) -> Hash {
    Hash(*blake3::keyed_hash(key, plaintext).as_bytes())
}

/// The seal of a home's own file under its own key: purpose and origin, number of entries, hash of the last of
/// them, and the file's contents (schemas/home.md §2).
#[must_use]
pub fn local_seal(
    key: &[u8; 32],
    purpose_and_origin: [&str; 2],
    size: u64,
    head: &Hash,
    contents: &[u8],
) -> Hash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(b"earmark-local-seal-v1\n");
    add_texts(&mut hasher, purpose_and_origin);
    hasher.update(&size.to_le_bytes());
    hasher.update(&head.0);
    hasher.update(&derive(&LOCAL_CONTENTS, contents).0);
    Hash(*hasher.finalize().as_bytes())
}

/// The hash of a part of a snapshot of the state; that of its top is the root (schemas/storage.md §4).
#[must_use]
pub fn state_part(bytes: &[u8]) -> Hash {
    derive(&STATE_SHARD, bytes)
}

/// The hash of the front of a cache, which the log key signs (schemas/storage.md §7).
#[must_use]
pub fn cache_front(bytes: &[u8]) -> Hash {
    derive(&CACHE_FRONT, bytes)
}

/// The hash of a part of a cache, which stands in its front (schemas/storage.md §7).
#[must_use]
pub fn cache_part(bytes: &[u8]) -> Hash {
    derive(&CACHE_PART, bytes)
}

/// A plain BLAKE3 hash, for bytes that are no entry (caches, identities of rows in memory).
#[must_use]
pub fn plain(bytes: &[u8]) -> Hash {
    Hash(*blake3::hash(bytes).as_bytes())
}

/// Reads bytes in pieces through BLAKE3; at its default plain, the raw limit that the bench compares with.
#[derive(Debug, Default, Clone)]
pub struct Stream(blake3::Hasher);

impl Stream {
    /// What gives [`cache_part`] of all pieces.
    #[must_use]
    pub fn of_cache_part() -> Self {
        Self((*CACHE_PART).clone())
    }

    /// Adds a piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all pieces so far.
    #[must_use]
    pub fn finish(&self) -> Hash {
        Hash(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_pinned() {
        let all = [
            entry(b"abc").to_string(),
            signing(b"abc").to_string(),
            to_hex(&command_id(b"abc")),
            command_digest(b"abc").to_string(),
            to_hex(&row_key(["a", "bc"], 0)),
            to_hex(&row_key_of_columns(["a", "bc"])),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a.get(..32) != b.get(..32)), "domains overlap");
        }
    }

    /// Computed by another implementation, from schemas/storage.md §4.
    #[test]
    fn the_hash_of_a_part_of_a_state_is_pinned() {
        let none = "bcef7c777ccdc0ad2aeeea25f182a56016e233626cea0818a6b7deed2142df08";
        let one = "0ede64ed020ae1e57a44284aff97fb509032eac743638536db319bd7b2247ec9";
        assert_eq!(state_part(&[]).to_string(), none);
        assert_eq!(state_part(b"one").to_string(), one);
    }

    /// Computed by another implementation, from schemas/storage.md §7.
    #[test]
    fn the_hashes_of_a_cache_are_pinned() {
        let (front, part) = (
            "4a1aff493211ce5696a31478a073c438dd729ff713a25cf3b72e86d0177c003c",
            "91468f72ff7dd8dc31093dcb407a3b7bb31f54edc96e6c1d907fe5b43f21ce10",
        );
        assert_eq!(cache_front(b"one").to_string(), front);
        assert_eq!(cache_part(b"one").to_string(), part);
        let mut stream = Stream::of_cache_part();
        stream.update(b"on");
        stream.update(b"e");
        assert_eq!(stream.finish(), cache_part(b"one"));
    }

    /// Computed by another implementation, from schemas/home.md §2.
    #[test]
    fn the_seal_of_a_home_is_pinned() {
        let key: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
        let seal = |texts, size, head, bytes: &[u8]| {
            local_seal(&key, texts, size, &Hash([head; 32]), bytes).to_string()
        };
        assert_eq!(
            seal(["cache", "example.org/pudong"], 7, 0x22, b"books"),
            "2f65792c3691fa19ff6ada2c3f1c77e8c1eb7c27f4eed71665471d5c8d7eccc6"
        );
        assert_eq!(
            seal(["cache front", "example.org/pudong"], 7, 0x22, b"front"),
            "90ff138ab15caebf6619b9f2b702100504f04186de0a789824607b7dd37e62b2"
        );
        assert_eq!(
            seal(["cache", ""], 0, 0, b""),
            "97f6c70e003e277d2e6dde6cfaef37c13fd6e9797328bcd76051fbca1f890a4b"
        );
    }

    #[test]
    fn hex_round_trips_and_refuses_the_rest() {
        assert_eq!(from_hex(&to_hex(&[0, 1, 254, 255])), Some(vec![0, 1, 254, 255]));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
        assert_eq!(from_hex("é"), None);
        assert_eq!(from_hex("+1"), None);
    }
}
