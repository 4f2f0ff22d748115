//! The snapshot of the state, in parts under a generation of its own (schemas/storage.md §4).
//!
//! The bytes are the ledger's; here they are only kept whole.

use super::engine::Engine;
use crate::chain::entry::Head;
use crate::chain::hash::{self, Hash};
use crate::error::{Kind, Result};
use crate::store::{SHARD_BYTES, Snapshot};

const PART: u8 = 0x10;
const POINTER: [u8; 1] = [0x11];
/// Version 1 had no signature: it is no snapshot.
const VERSION: u8 = 2;
const POINTER_BYTES: usize = 157;
/// Parts in one batch: at most 300,000 bytes.
const BATCH_PARTS: usize = 39;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pointer {
    generation: u64,
    head: Head,
    length: u64,
    parts: u32,
    root: Hash,
    signature: [u8; 64],
}

impl Pointer {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.generation.to_le_bytes());
        out.extend(self.head.size.to_le_bytes());
        out.extend(self.head.hash.0);
        out.extend(self.length.to_le_bytes());
        out.extend(self.parts.to_le_bytes());
        out.extend(self.root.0);
        out.extend(self.signature);
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; POINTER_BYTES] = bytes.try_into().ok()?;
        let (version, rest) = bytes.split_first()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (parts, rest) = rest.split_first_chunk()?;
        let (root, signature) = rest.split_first_chunk()?;
        (*version == VERSION).then_some(Self {
            generation: u64::from_le_bytes(*generation),
            head: Head { size: u64::from_le_bytes(*size), hash: Hash(*hash) },
            length: u64::from_le_bytes(*length),
            parts: u32::from_le_bytes(*parts),
            root: Hash(*root),
            signature: signature.try_into().ok()?,
        })
    }
}

fn generation_key(generation: u64) -> [u8; 9] {
    let mut key = [PART; 9];
    key.iter_mut().skip(1).zip(generation.to_be_bytes()).for_each(|(to, from)| *to = from);
    key
}

fn part_key(generation: u64, part: u32) -> Vec<u8> {
    [&generation_key(generation)[..], &part.to_be_bytes()].concat()
}

fn pointer(engine: &Engine) -> Result<Option<Pointer>> {
    let value = engine.call("read", |tree| tree.get(POINTER))?;
    Ok(value.and_then(|value| Pointer::decode(&value)))
}

/// The snapshot, if it is whole.
pub(super) fn get(engine: &Engine) -> Result<Option<Snapshot>> {
    match read(engine) {
        Err(error) if error.kind() == Kind::Break => Ok(None),
        other => other,
    }
}

fn read(engine: &Engine) -> Result<Option<Snapshot>> {
    let Some(pointer) = pointer(engine)? else { return Ok(None) };
    let mut bytes = Vec::new();
    for part in 0..pointer.parts {
        let key = part_key(pointer.generation, part);
        match engine.call("read", |tree| tree.get(&key))? {
            Some(value) => bytes.extend_from_slice(&value),
            None => return Ok(None),
        }
    }
    let Pointer { head, length, root, signature, .. } = pointer;
    let whole = u64::try_from(bytes.len()) == Ok(length)
        && hash::state_root(bytes.chunks(SHARD_BYTES)) == root;
    Ok(whole.then_some(Snapshot { head, bytes, root, signature }))
}

/// Replaces the snapshot: parts first, then the pointer, then the old parts go.
pub(super) fn put(engine: &Engine, snapshot: &Snapshot) -> Result<()> {
    let generation = next_generation(engine)?;
    let parts: Vec<&[u8]> = snapshot.bytes.chunks(SHARD_BYTES).collect();
    let mut number: u32 = 0;
    for some in parts.chunks(BATCH_PARTS) {
        let mut batch = ::sled::Batch::default();
        for part in some {
            batch.insert(part_key(generation, number), *part);
            number = number.saturating_add(1);
        }
        engine.apply(batch)?;
    }
    let pointer = Pointer {
        generation,
        head: snapshot.head,
        length: u64::try_from(snapshot.bytes.len()).unwrap_or(u64::MAX),
        parts: number,
        root: snapshot.root,
        signature: snapshot.signature,
    };
    let mut batch = ::sled::Batch::default();
    batch.insert(&POINTER, pointer.encode());
    engine.apply(batch)?;
    remove_others(engine, generation)
}

/// One above every generation in use, so that parts of a put that was cut short are never mixed in.
fn next_generation(engine: &Engine) -> Result<u64> {
    let last = engine.call("read", |tree| tree.get_lt(POINTER))?;
    let used = last.and_then(|(key, _)| match key.split_first() {
        Some((&PART, rest)) => rest.first_chunk::<8>().map(|g| u64::from_be_bytes(*g)),
        _ => None,
    });
    let pointed = pointer(engine)?.map(|pointer| pointer.generation);
    Ok(used.max(pointed).map_or(1, |generation| generation.saturating_add(1)))
}

fn remove_others(engine: &Engine, generation: u64) -> Result<()> {
    loop {
        let old = engine.call("read", |tree| {
            let keys = tree.range([PART].as_slice()..generation_key(generation).as_slice()).keys();
            keys.take(BATCH_PARTS).collect::<::sled::Result<Vec<_>>>()
        })?;
        if old.is_empty() {
            return Ok(());
        }
        let mut batch = ::sled::Batch::default();
        old.into_iter().for_each(|key| batch.remove(key));
        engine.apply(batch)?;
    }
}
