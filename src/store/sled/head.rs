//! The head that sled holds, and the root over the command ids that goes with it (schemas/storage.md §4).

use super::engine::{Engine, damaged};
use super::index::Index;
use crate::chain::entry::Head;
use crate::chain::hash::Hash;
use crate::error::Result;

/// Its key.
pub(super) const KEY: [u8; 1] = [0x40];
const VERSION: u8 = 2;

/// What the key of the head holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StoredHead {
    pub(super) head: Head,
    /// The root over the index of command ids; none in a database of the first version.
    pub(super) index_root: Option<Hash>,
}

/// The value of the key.
pub(super) fn encode(head: Head, index_root: Hash) -> Vec<u8> {
    let mut value = vec![VERSION];
    value.extend(head.size.to_le_bytes());
    value.extend(head.hash.0);
    value.extend(index_root.0);
    value.extend(crc32c::crc32c_append(crc32c::crc32c(&KEY), &value).to_le_bytes());
    value
}

fn decode(value: &[u8]) -> Option<StoredHead> {
    let head_of = |size: &[u8; 8], hash: &[u8]| {
        Some(Head { size: u64::from_le_bytes(*size), hash: Hash(hash.try_into().ok()?) })
    };
    if let Some((size, hash)) = value.split_first_chunk::<8>().filter(|_| value.len() == 40) {
        return Some(StoredHead { head: head_of(size, hash)?, index_root: None });
    }
    let (body, checksum) = value.split_last_chunk::<4>()?;
    let (version, rest) = body.split_first()?;
    let found = crc32c::crc32c_append(crc32c::crc32c(&KEY), body);
    if *version != VERSION || found != u32::from_le_bytes(*checksum) {
        return None;
    }
    let (size, rest) = rest.split_first_chunk::<8>()?;
    let (hash, root) = rest.split_at_checked(32)?;
    Some(StoredHead { head: head_of(size, hash)?, index_root: Some(Hash(root.try_into().ok()?)) })
}

/// What the key holds; nothing where there is no entry.
///
/// # Errors
/// `Kind::Break` when it does not fit its checksum.
pub(super) fn get(engine: &Engine) -> Result<StoredHead> {
    let Some(value) = engine.call("read", |tree| tree.get(KEY))? else {
        return Ok(StoredHead::default());
    };
    decode(&value).ok_or_else(|| damaged("the head does not fit its checksum"))
}

/// The index of command ids that the head names; none in a database of the first version.
pub(super) fn load_index(engine: &Engine) -> Result<Option<Index>> {
    get(engine)?.index_root.map(|root| Index::load(engine, root)).transpose()
}
