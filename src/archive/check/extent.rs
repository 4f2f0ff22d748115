//! How much of a log there is to read, whatever its checkpoint says.
//!
//! A checkpoint is a file like any other: anybody who can write to the folder, or answers for it, can
//! write another size into it. So the work is bounded by the files that are there, and where a source
//! cannot be listed, as a web server cannot, by what it goes on to answer.

use crate::archive::damage::Damage;
use crate::archive::listing::every_tile;
use crate::archive::reader::ArchiveReader;
use crate::tlog::tile::{self, Content, FULL_WIDTH};
use std::collections::BTreeMap;

/// The bundles that are to be read.
#[derive(Debug)]
pub(super) enum Extent {
    /// Those that a listing shows, or the tile of whose leaves it shows, each with the width of its
    /// widest file, 0 if there is none.
    Listed(BTreeMap<u64, u16>),
    /// Nobody says what is there: one after the other, while there is something.
    Unlisted,
}

impl Extent {
    /// What there is of this log.
    pub(super) fn of(reader: &ArchiveReader, damages: &mut Vec<Damage>) -> Self {
        let mut there: BTreeMap<u64, u16> = BTreeMap::new();
        let end = reader.size().div_ceil(256);
        for content in [Content::Entries, Content::Hashes(0)] {
            let listed = every_tile(&reader.folder, content, &mut |tile| {
                if tile.index < end {
                    let widest = there.entry(tile.index).or_default();
                    let width = if content == Content::Entries { tile.width } else { 0 };
                    *widest = width.max(*widest);
                }
            });
            if let Err(error) = listed {
                damages.push(Damage::from_error(&error, &content.to_string(), None));
            }
        }
        if there.is_empty() { Self::Unlisted } else { Self::Listed(there) }
    }

    /// The numbers to be read, in blocks: those below one tile of level 1, ascending.
    ///
    /// Of a source that lists nothing the first number comes alone: what the first bundle says decides
    /// whether more of them are asked for at once.
    pub(super) fn blocks(&self, size: u64) -> Box<dyn Iterator<Item = (u64, Vec<u64>)> + '_> {
        let end = size.div_ceil(256);
        let width = u64::from(FULL_WIDTH);
        match self {
            Self::Listed(there) => {
                let mut numbers = there.keys().copied().peekable();
                Box::new(std::iter::from_fn(move || {
                    let block = *numbers.peek()? >> 8;
                    let within =
                        std::iter::from_fn(|| numbers.next_if(|number| number >> 8 == block));
                    Some((block, within.collect()))
                }))
            }
            Self::Unlisted => {
                let first = (end > 0).then(|| (0, vec![0]));
                let rest = (0..end.div_ceil(width)).map(move |block| {
                    let from = block.saturating_mul(width);
                    (block, (from.max(1)..from.saturating_add(width).min(end)).collect())
                });
                Box::new(first.into_iter().chain(rest))
            }
        }
    }

    /// The width of the widest file of bundle `number`, where it is known and less than asked for.
    pub(super) fn narrower(&self, number: u64, width: u16) -> Option<u16> {
        let Self::Listed(there) = self else { return None };
        there.get(&number).copied().filter(|there| (1..width).contains(there))
    }

    /// True if the source cannot say what there is.
    pub(super) fn is_unlisted(&self) -> bool {
        matches!(self, Self::Unlisted)
    }
}

/// Brings the files that are missing together: those behind the last entry that is there are one
/// fault, and so is a run of them before it.
pub(super) fn gather(reader: &ArchiveReader, end: u64, damages: Vec<Damage>) -> Vec<Damage> {
    let size = reader.size();
    let mut gathered: Vec<Damage> = Vec::new();
    let mut runs: BTreeMap<Content, Run> = BTreeMap::new();
    let mut behind = false;
    for damage in damages {
        let Some(tile) = damage.missing_tile() else {
            gathered.push(damage);
            continue;
        };
        if end < size && tile.end() > end {
            behind = true;
            continue;
        }
        match runs.get_mut(&tile.content).filter(|run| run.next == tile.index) {
            Some(run) => {
                run.next = run.next.saturating_add(1);
                run.count = run.count.saturating_add(1);
                if let Some(first) = gathered.get_mut(run.place) {
                    first.expected = format!("{} files from here to {}", run.count, damage.file);
                    first.found = "none of them".to_owned();
                }
            }
            None => {
                let next = tile.index.saturating_add(1);
                runs.insert(tile.content, Run { place: gathered.len(), next, count: 1 });
                gathered.push(damage);
            }
        }
    }
    if let Some(bundle) = tile::at(Content::Entries, end >> 8, size).filter(|_| behind) {
        let mut missing = Damage::missing(bundle.path(), Some(end));
        let files = size.div_ceil(256).saturating_sub(end >> 8);
        if files > 1 {
            missing.expected = format!("the {size} entries that the checkpoint says");
            missing.found = format!("no file of entries from {end} on");
        }
        gathered.push(missing);
    }
    gathered
}

/// Files of one content that are missing one after the other.
struct Run {
    /// Where the first of them is told.
    place: usize,
    /// The number that would go on with it.
    next: u64,
    count: u64,
}
