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

mod extent;
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
use extent::Extent;
use std::ops::ControlFlow;
use unit::{Known, Leaves, Undecided, Unit};
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
    let verified = key.map(|key| (key, Checkpoint::verify(reader.note(), key)));
    let is_vouched_for = matches!(verified, Some((_, Ok(_))));
    let nothing = |_, _: &[u8], ()| Ok(ControlFlow::Continue(()));
    let mut checked = check_with(reader, is_vouched_for, |_, _| (), nothing)?;
    if let Some((key, Err(error))) = verified {
        let expected = format!("a signature of {key}");
        let damage =
            Damage::new(DamageKind::Signature, CHECKPOINT, None, expected, error.message());
        checked.damages.insert(0, damage);
    }
    Ok(checked)
}

/// [`check`] without a look at the signature, and in the same pass hands every entry to `map` on
/// several threads and then to `visit` on this one, in order: `visit(index, bytes, map(index, bytes))`.
///
/// Entries come as the bundles have them, damaged or not; those of a missing bundle do not come, so
/// the index may jump.
///
/// The work is bounded by the files that are there. Where the source cannot list them, one whose size
/// somebody vouches for (`is_vouched_for`: the checkpoint is signed by a trusted key) is read until
/// nothing has come for a while; of any other no more is read after the first thing that is wrong with
/// it, the first `Break` of `visit` among them.
///
/// # Errors
/// The first error of `visit`.
pub fn check_with<T: Send>(
    reader: &ArchiveReader,
    is_vouched_for: bool,
    map: impl Fn(u64, &[u8]) -> T + Sync,
    mut visit: impl FnMut(u64, &[u8], T) -> Result<ControlFlow<()>>,
) -> Result<Checked> {
    let mut damages = Vec::new();
    let extent = Extent::of(reader, &mut damages);
    let upper = &mut Upper::read(reader, &mut damages);
    let mut so_far = SoFar::default();
    for (block, numbers) in extent.blocks(reader.size()) {
        let roots = upper.roots_of(reader, block, &mut damages);
        let known = Known { upper, roots: &roots, extent: &extent };
        let work = |at: u64| {
            let number = usize::try_from(at).ok().and_then(|at| numbers.get(at));
            Unit::read(reader, number.copied().unwrap_or(u64::MAX), &known, &map)
        };
        let count = u64::try_from(numbers.len()).unwrap_or(u64::MAX);
        let before = so_far.entries;
        let taken = ordered::in_order(0..count, threads(), &work, &mut |unit: Unit<T>| {
            let is_sound = unit.is_sound();
            let units = so_far.take(reader, known.upper, unit, &mut damages);
            let goes_on = units.visit(&mut visit)?.is_continue() && is_sound;
            let ends = extent.is_unlisted() && !is_vouched_for && !goes_on;
            Ok(if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let nothing_came = so_far.entries == before && count > 1;
        if taken.is_break() || (extent.is_unlisted() && nothing_came) {
            break;
        }
    }
    let SoFar { tree, entries, end, undecided } = so_far;
    let root = tree.root(reader.size());
    let is_right = root == Some(reader.root());
    damages.extend(undecided.iter().map(|undecided| undecided.decide(is_right)));
    if !upper.is_authentic() {
        damages.extend(tree.damages(reader, upper));
    }
    stale::check(reader, &mut damages);
    let damages = extent::gather(reader, end, damages);
    Ok(Checked { size: reader.size(), entries, root, damages })
}

/// What has been read.
#[derive(Debug, Default)]
struct SoFar {
    tree: EntryTree,
    entries: u64,
    /// One more than the index of the last entry that came.
    end: u64,
    undecided: Vec<Undecided>,
}

impl SoFar {
    fn take<T>(
        &mut self,
        reader: &ArchiveReader,
        upper: &Upper,
        mut unit: Unit<T>,
        damages: &mut Vec<Damage>,
    ) -> Unit<T> {
        self.entries = self.entries.saturating_add(unit.entries());
        if unit.entries() > 0 {
            self.end = unit.first().saturating_add(unit.entries());
        }
        damages.append(&mut unit.damages);
        self.undecided.extend(unit.undecided.take());
        self.tree.push(reader, upper, unit.first(), &unit.leaves, damages);
        unit
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
        first: u64,
        leaves: &Leaves,
        damages: &mut Vec<Damage>,
    ) {
        self.has_gap |= first != self.size();
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

    fn size(&self) -> u64 {
        self.full.size().saturating_mul(256).saturating_add(self.last.size())
    }

    /// The root; `None` when entries are missing.
    fn root(&self, size: u64) -> Option<Digest> {
        let mut subtrees = self.full.subtrees();
        subtrees.extend(self.last.hashes());
        Some(root_of_subtrees(&subtrees)).filter(|_| !self.has_gap && self.size() == size)
    }

    /// What is wrong when the last tiles do not give the checkpoint's root: some of them, if the
    /// entries give it; else the checkpoint is of another log than the entries. Where entries are
    /// missing, that is what is wrong.
    fn damages(&self, reader: &ArchiveReader, upper: &Upper) -> Vec<Damage> {
        let Some(root) = self.root(reader.size()) else { return Vec::new() };
        let mut damages = upper.differing_partials(&self.full);
        if root != reader.root() {
            let found = format!("{root} over the entries of the bundles");
            let expected = format!("the root {} for {} entries", reader.root(), reader.size());
            damages.push(Damage::new(DamageKind::Root, CHECKPOINT, None, expected, found));
        }
        damages
    }
}
