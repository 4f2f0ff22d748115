//! Re-hashes a whole log and names every file that is wrong.
//!
//! From the top down: the checkpoint's signature says which root is right; the last tile of every
//! level must give that root, and each full tile the hash that the tile above has for it. So for
//! each bundle it is known what its entries must hash to, and where something differs, which file
//! is to blame. From the bottom up, the root of the entries alone is computed too: it must be the
//! checkpoint's whatever the tiles say. Every bundle is read once, on several threads.
//!
//! What it lacks on purpose: the meaning of an entry and its chain. They are for the caller, who
//! gets every entry in passing.

mod stale;
mod unit;
mod upper;

use super::damage::{Damage, DamageKind};
use super::folder::CHECKPOINT;
use super::reader::ArchiveReader;
use super::{ordered, threads};
use crate::error::Result;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::levels::Levels;
use crate::tlog::note::VerifierKey;
use crate::tlog::tile::{Content, Tile};
use crate::tlog::tree::{Digest, Frontier, root_of_subtrees};
use unit::{Leaves, Unit};
use upper::Upper;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Number of entries that the checkpoint says.
    pub size: u64,
    /// Number of entries that the bundles have; less than `size` when some are missing.
    pub entries: u64,
    /// Root of the tree over the entries as the bundles have them; `None` when some are missing.
    pub root: Option<Digest>,
    /// Every damaged file, those of the upper tree first, then in order of the entries; empty for a
    /// sound log.
    pub damages: Vec<Damage>,
}

impl Checked {
    /// The first damaged entry, by index.
    #[must_use]
    pub fn first_entry(&self) -> Option<&Damage> {
        self.damages.iter().filter(|damage| damage.index.is_some()).min_by_key(|d| d.index)
    }
}

/// Checks the log that `reader` reads; its checkpoint must be signed by `key`. Without a key the
/// signature is not looked at, and the caller must not say that it was.
///
/// # Errors
/// None of the log's damage is an error; `thread_ended` when the machine could not go on.
pub fn check(reader: &ArchiveReader, key: Option<&VerifierKey>) -> Result<Checked> {
    check_with(reader, key, |_, _| (), |_, _, ()| Ok(()))
}

/// [`check`], and in the same pass hands every entry to `map` on several threads and then to
/// `visit` on this one, in order: `visit(index, bytes, map(index, bytes))`.
///
/// Entries come as the bundles have them, damaged or not; those of a missing bundle do not come, so
/// the index may jump.
///
/// # Errors
/// The first error of `visit`.
pub fn check_with<T: Send>(
    reader: &ArchiveReader,
    key: Option<&VerifierKey>,
    map: impl Fn(u64, &[u8]) -> T + Sync,
    mut visit: impl FnMut(u64, &[u8], T) -> Result<()>,
) -> Result<Checked> {
    let mut damages = signature_damage(reader, key);
    let upper = Upper::read(reader, &mut damages);
    let work = |number: u64| Unit::read(reader, number, &upper, &map);
    let mut tree = EntryTree::default();
    let mut entries = 0_u64;
    let mut undecided = Vec::new();
    let units = reader.size().div_ceil(256);
    ordered::in_order(0..units, threads(), &work, &mut |mut unit: Unit<T>| {
        entries = entries.saturating_add(unit.entries());
        damages.append(&mut unit.damages);
        undecided.extend(unit.undecided.take());
        tree.push(reader, &upper, &unit.leaves, &mut damages);
        unit.visit(&mut visit)
    })?;
    let root = tree.root();
    let is_right = root == Some(reader.root());
    damages.extend(undecided.iter().map(|undecided| undecided.decide(is_right)));
    if !upper.is_authentic() {
        damages.extend(tree.damages(reader, &upper));
    }
    stale::check(reader, &mut damages);
    Ok(Checked { size: reader.size(), entries, root, damages })
}

fn signature_damage(reader: &ArchiveReader, key: Option<&VerifierKey>) -> Vec<Damage> {
    let verified = key.map(|key| (key, Checkpoint::verify(reader.note(), key)));
    match verified {
        Some((key, Err(error))) => {
            let expected = format!("a signature of {key}");
            let found = error.message();
            vec![Damage::new(DamageKind::Signature, CHECKPOINT, None, expected, found)]
        }
        Some((_, Ok(_))) | None => Vec::new(),
    }
}

/// The tree over the entries as the bundles have them, whatever the tiles say.
#[derive(Debug, Default)]
struct EntryTree {
    /// Full tiles of level 0, as leaves.
    full: Levels,
    /// The leaves after them.
    last: Frontier,
    /// True when entries are missing, so that the tree says nothing.
    has_gap: bool,
}

impl EntryTree {
    /// Adds the next unit. Where the tiles above could not be held against the checkpoint, they are
    /// held against the entries. After a gap nothing has its place any more.
    fn push(
        &mut self,
        reader: &ArchiveReader,
        upper: &Upper,
        leaves: &Leaves,
        damages: &mut Vec<Damage>,
    ) {
        match leaves {
            _ if self.has_gap => {}
            Leaves::Full(root) => self.full.push(*root, &mut |tile, hashes| {
                if let (false, Content::Hashes(level)) = (upper.is_authentic(), tile.content) {
                    let content = Content::Hashes(level.saturating_add(1));
                    let tile = Tile { content, ..tile };
                    damages.extend(upper::differs_from(reader, tile, hashes));
                }
            }),
            Leaves::Partial(leaves) => leaves.iter().for_each(|leaf| self.last.push(*leaf)),
            Leaves::Missing => self.has_gap = true,
        }
    }

    /// The root; `None` when entries are missing.
    fn root(&self) -> Option<Digest> {
        let mut subtrees = self.full.subtrees();
        subtrees.extend(self.last.hashes());
        Some(root_of_subtrees(&subtrees)).filter(|_| !self.has_gap)
    }

    /// What is wrong when the last tiles do not give the checkpoint's root: some of them, if the
    /// entries give it; else the checkpoint is of another log than the entries.
    fn damages(&self, reader: &ArchiveReader, upper: &Upper) -> Vec<Damage> {
        let mut damages = Vec::new();
        if !self.has_gap {
            damages.extend(upper.differing_partials(&self.full));
        }
        let root = self.root();
        if root != Some(reader.root()) {
            let found = root.map_or_else(
                || "no root, since entries are missing".to_owned(),
                |root| format!("{root} over the entries of the bundles"),
            );
            let expected = format!("the root {} for {} entries", reader.root(), reader.size());
            damages.push(Damage::new(DamageKind::Root, CHECKPOINT, None, expected, found));
        }
        damages
    }
}
