//! The tree above the tiles of level 0, held against the checkpoint from the top down.

use crate::archive::damage::{Damage, DamageKind};
use crate::archive::reader::ArchiveReader;
use crate::error::Result;
use crate::tlog::levels::Levels;
use crate::tlog::tile::{self, Content, Tile};
use crate::tlog::tree::{Digest, root_of};
use std::collections::BTreeMap;

/// What the checkpoint's root says about the tiles of level 0.
#[derive(Debug)]
pub(super) struct Upper {
    /// The hashes of the last, partial tile of each level as the files say, from level 0 up; empty
    /// where the last tile is full.
    partials: Vec<Option<Vec<Digest>>>,
    is_authentic: bool,
    /// Of each level the tile that was read last: its number, and its hashes as far as they are right.
    last: BTreeMap<u8, (u64, Vec<Option<Digest>>)>,
    size: u64,
}

impl Upper {
    /// Reads the partial tile of each level.
    pub(super) fn read(reader: &ArchiveReader, damages: &mut Vec<Damage>) -> Self {
        let size = reader.size();
        let partials = read_partials(reader, damages);
        let whole: Option<Vec<_>> = partials.iter().cloned().collect();
        let root = whole
            .and_then(|partials| Levels::from_partials(size, &partials))
            .map(|levels| levels.root());
        let is_authentic = root == Some(reader.root());
        Self { partials, is_authentic, last: BTreeMap::new(), size }
    }

    /// True if the last tiles of all levels give the checkpoint's root.
    pub(super) fn is_authentic(&self) -> bool {
        self.is_authentic
    }

    /// The hashes of the partial tile of level 0 as its file says, if it could be read.
    pub(super) fn partial_hashes(&self) -> Option<&[Digest]> {
        self.partials.first()?.as_deref()
    }

    /// What the roots of the tiles of level 0 below tile `block` of level 1 must be, as far as it can
    /// be known: from that tile and those above it, each read once where blocks come in order.
    pub(super) fn roots_of(
        &mut self,
        reader: &ArchiveReader,
        block: u64,
        damages: &mut Vec<Damage>,
    ) -> Vec<Option<Digest>> {
        self.hashes_of(reader, 1, block, damages)
    }

    fn hashes_of(
        &mut self,
        reader: &ArchiveReader,
        level: u8,
        index: u64,
        damages: &mut Vec<Damage>,
    ) -> Vec<Option<Digest>> {
        let Some(tile) = tile::at(Content::Hashes(level), index, self.size) else {
            return Vec::new();
        };
        if let Some((_, hashes)) = self.last.get(&level).filter(|(last, _)| *last == index) {
            return hashes.clone();
        }
        let hashes: Vec<Option<Digest>> = if tile.is_full() {
            let above = self.hashes_of(reader, level.saturating_add(1), index >> 8, damages);
            let place = usize::try_from(index & 255).unwrap_or(usize::MAX);
            match authentic_hashes(reader, tile, above.get(place).copied().flatten()) {
                Ok(known) => known.into_iter().flatten().map(Some).collect(),
                Err(damage) => {
                    damages.push(damage);
                    Vec::new()
                }
            }
        } else {
            let partial = self.partials.get(usize::from(level)).and_then(Option::as_ref);
            let trusted = |hash: &Digest| Some(*hash).filter(|_| self.is_authentic);
            partial.into_iter().flatten().map(trusted).collect()
        };
        self.last.insert(level, (index, hashes.clone()));
        hashes
    }

    /// The partial tiles of the upper levels that say something else than the entries; `full` is
    /// the tree whose leaves are the full tiles of level 0.
    pub(super) fn differing_partials(&self, full: &Levels) -> Vec<Damage> {
        let levels = (1..tile::MAX_LEVELS).zip(self.partials.iter().skip(1));
        levels
            .filter_map(|(level, stored)| {
                let computed = full.partial(level.saturating_sub(1));
                let tile = partial_tile(level, self.size)?;
                first_difference(tile, stored.as_ref()?, computed)
            })
            .collect()
    }
}

fn partial_tile(level: u8, size: u64) -> Option<Tile> {
    let (index, width) = tile::split(tile::hashes_at(level, size));
    (width > 0).then_some(Tile { content: Content::Hashes(level), index, width })
}

fn read_partials(reader: &ArchiveReader, damages: &mut Vec<Damage>) -> Vec<Option<Vec<Digest>>> {
    let levels = tile::contents(reader.size()).skip(1).map(|(content, hashes)| {
        let (index, width) = tile::split(hashes);
        Tile { content, index, width }
    });
    levels
        .map(|tile| {
            if tile.width == 0 {
                return Some(Vec::new());
            }
            match present(reader.folder.hashes(tile), tile) {
                Ok(hashes) => Some(hashes),
                Err(damage) => {
                    damages.push(damage);
                    None
                }
            }
        })
        .collect()
}

/// The hashes of a full tile if its root is the expected one; `None` if nothing is expected.
fn authentic_hashes(
    reader: &ArchiveReader,
    tile: Tile,
    expected: Option<Digest>,
) -> Result<Option<Vec<Digest>>, Damage> {
    let hashes = present(reader.folder.hashes(tile), tile)?;
    let Some(expected) = expected else { return Ok(None) };
    let found = root_of(&hashes);
    if found == expected {
        return Ok(Some(hashes));
    }
    let expected = format!("hashes with the root {expected}");
    Err(Damage::new(DamageKind::Changed, tile.path(), None, expected, format!("root {found}")))
}

fn present<T>(read: Result<Option<T>>, tile: Tile) -> Result<T, Damage> {
    let damage = |error| Damage::from_error(&error, &tile.path(), None);
    match read.map_err(damage)? {
        Some(there) => Ok(there),
        None => Err(Damage::missing(tile.path(), None)),
    }
}

/// The damage of a full tile that says something else than the entries below it.
pub(super) fn differs_from(
    reader: &ArchiveReader,
    tile: Tile,
    computed: &[Digest],
) -> Option<Damage> {
    // A tile that is missing or malformed was reported on the way down.
    let stored = reader.folder.hashes(tile).ok().flatten()?;
    first_difference(tile, &stored, computed)
}

fn first_difference(tile: Tile, stored: &[Digest], computed: &[Digest]) -> Option<Damage> {
    let differs = |(_, (stored, computed)): &(usize, (&Digest, &Digest))| stored != computed;
    let (place, (stored, computed)) = stored.iter().zip(computed).enumerate().find(differs)?;
    let expected = format!("{computed} as hash {place}, from the entries");
    Some(Damage::new(DamageKind::Changed, tile.path(), None, expected, stored))
}
