//! The snapshot of the state: a pointer, and parts in pieces, each part with two places (schemas/storage.md §4).
//!
//! The bytes are the ledger's; here they are only kept. The top is part 0, and whole or no snapshot.

use super::closed;
use super::engine::Engine;
use crate::chain::entry::Head;
use crate::chain::hash::{self, Hash};
use crate::error::{Kind, Result};
use crate::store::{PIECE_BYTES, Part, Parts, Snapshot};
use std::sync::{Arc, Weak};

/// Keys of the parts of releases before 0.5.0, which nobody reads.
const FORMER: u8 = 0x10;
const POINTER: [u8; 1] = [0x11];
const PIECE: u8 = 0x12;
/// One of version 1 or 2 is no snapshot.
const VERSION: u8 = 3;
const POINTER_BYTES: usize = 142;
/// The number of the top.
const TOP: u64 = 0;
/// Pieces in one batch: at most 300,000 bytes.
const BATCH_PIECES: usize = 39;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pointer {
    is_second: bool,
    head: Head,
    length: u32,
    root: Hash,
    signature: [u8; 64],
}

impl Pointer {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, u8::from(self.is_second)];
        out.extend(self.head.size.to_le_bytes());
        out.extend(self.head.hash.0);
        out.extend(self.length.to_le_bytes());
        out.extend(self.root.0);
        out.extend(self.signature);
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; POINTER_BYTES] = bytes.try_into().ok()?;
        let (version, rest) = bytes.split_first()?;
        let (place, rest) = rest.split_first()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (hash, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (root, signature) = rest.split_first_chunk()?;
        (*version == VERSION && *place < 2).then_some(Self {
            is_second: *place == 1,
            head: Head { size: u64::from_le_bytes(*size), hash: Hash(*hash) },
            length: u32::from_le_bytes(*length),
            root: Hash(*root),
            signature: signature.try_into().ok()?,
        })
    }
}

fn piece_key(part: u64, is_second: bool, piece: u32) -> Vec<u8> {
    let (part, piece) = (part.to_be_bytes(), piece.to_be_bytes());
    [&[PIECE][..], &part, &[u8::from(is_second)], &piece].concat()
}

fn pointer(engine: &Engine) -> Result<Option<Pointer>> {
    let value = engine.call("read", |tree| tree.get(POINTER))?;
    Ok(value.and_then(|value| Pointer::decode(&value)))
}

/// The snapshot, if its top is whole.
pub(super) fn get(engine: &Engine) -> Result<Option<Snapshot>> {
    match read(engine) {
        Err(error) if error.kind() == Kind::Break => Ok(None),
        other => other,
    }
}

fn read(engine: &Engine) -> Result<Option<Snapshot>> {
    let Some(pointer) = pointer(engine)? else { return Ok(None) };
    let Pointer { is_second, head, length, root, signature } = pointer;
    let bytes = read_part(engine, TOP, is_second, length)?;
    let whole = bytes.filter(|bytes| hash::state_part(bytes) == root);
    Ok(whole.map(|bytes| Snapshot { head, bytes, root, signature }))
}

fn read_part(engine: &Engine, part: u64, is_second: bool, length: u32) -> Result<Option<Vec<u8>>> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut piece: u32 = 0;
    while bytes.len() < length {
        let key = piece_key(part, is_second, piece);
        match engine.call("read", |tree| tree.get(&key))? {
            Some(value) if !value.is_empty() => bytes.extend_from_slice(&value),
            Some(_) | None => return Ok(None),
        }
        piece = piece.saturating_add(1);
    }
    Ok((bytes.len() == length).then_some(bytes))
}

/// Reads parts while the engine is there, and does not keep it.
#[derive(Debug)]
pub(super) struct Reading(Weak<Engine>);

impl Reading {
    pub(super) fn of(engine: &Arc<Engine>) -> Self {
        Self(Arc::downgrade(engine))
    }
}

impl Parts for Reading {
    fn part(&self, number: u64, is_second: bool, length: u32) -> Result<Option<Vec<u8>>> {
        let engine = self.0.upgrade().ok_or_else(closed)?;
        read_part(&engine, number, is_second, length)
    }
}

/// Replaces the snapshot: parts first, then the pointer.
pub(super) fn put(engine: &Engine, snapshot: &Snapshot, parts: &[Part]) -> Result<()> {
    let is_second = pointer(engine)?.is_some_and(|before| !before.is_second);
    let Snapshot { head, bytes, root, signature } = snapshot;
    let top = (TOP, is_second, bytes.as_slice());
    let parts = parts.iter().map(|part| (part.number, part.is_second, part.bytes.as_slice()));
    let pieces = parts.chain([top]).flat_map(|(part, is_second, bytes)| {
        let numbered = (0_u32..).zip(bytes.chunks(PIECE_BYTES));
        numbered.map(move |(piece, bytes)| (piece_key(part, is_second, piece), bytes))
    });
    let pieces: Vec<_> = pieces.collect();
    for some in pieces.chunks(BATCH_PIECES) {
        let mut batch = ::sled::Batch::default();
        some.iter().for_each(|(key, piece)| batch.insert(key.as_slice(), *piece));
        engine.apply(batch)?;
    }
    let pointer = Pointer {
        is_second,
        head: *head,
        length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        root: *root,
        signature: *signature,
    };
    let mut batch = ::sled::Batch::default();
    batch.insert(&POINTER, pointer.encode());
    engine.apply(batch)
}

/// Removes the pointer, then every part, those of former releases too.
pub(super) fn forget(engine: &Engine) -> Result<()> {
    if engine.call("read", |tree| tree.contains_key(POINTER))? {
        let mut batch = ::sled::Batch::default();
        batch.remove(&POINTER);
        engine.apply(batch)?;
    }
    for first in [FORMER, PIECE] {
        loop {
            let old = engine.call("read", |tree| {
                let keys = tree.scan_prefix([first]).keys();
                keys.take(BATCH_PIECES).collect::<::sled::Result<Vec<_>>>()
            })?;
            if old.is_empty() {
                break;
            }
            let mut batch = ::sled::Batch::default();
            old.into_iter().for_each(|key| batch.remove(key));
            engine.apply(batch)?;
        }
    }
    Ok(())
}
