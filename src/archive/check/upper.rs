//! The tree above the tiles of level 0, held against the checkpoint from the top down.

use crate::archive::damage::{Damage, DamageKind};
use crate::archive::reader::ArchiveReader;
use crate::error::Result;
use crate::tlog::levels::Levels;
use crate::tlog::tile::{self, Content, Tile};
use crate::tlog::tree::{Digest, root_of};

/// What the checkpoint's root says about the tiles of level 0.
#[derive(Debug)]
pub(super) struct Upper {
    /// The hashes of the last, partial tile of each level as the files say, from level 0 up; empty
    /// where the last tile is full.
    partials: Vec<Option<Vec<Digest>>>,
    is_authentic: bool,
    /// For each full tile of level 0 what its root must be, as far as it can be known.
    roots: Vec<Option<Digest>>,
    size: u64,
}

impl Upper {
    /// Reads every tile above level 0, and the partial tile of level 0.
    pub(super) fn read(reader: &ArchiveReader, damages: &mut Vec<Damage>) -> Self {
        let size = reader.size();
        let partials = read_partials(reader, damages);
        let whole: Option<Vec<_>> = partials.iter().cloned().collect();
        let root = whole
            .and_then(|partials| Levels::from_partials(size, &partials))
            .map(|levels| levels.root());
        let is_authentic = root == Some(reader.root());
        let mut upper = Self { partials, is_authentic, roots: Vec::new(), size };
        for level in (1..tile::MAX_LEVELS).rev() {
            upper.descend(reader, level, damages);
        }
        upper
    }

    /// True if the last tiles of all levels give the checkpoint's root.
    pub(super) fn is_authentic(&self) -> bool {
        self.is_authentic
    }

    /// What the root of full tile `number` of level 0 must be, if the tile above it can be trusted.
    pub(super) fn root_of_tile(&self, number: u64) -> Option<Digest> {
        let at = usize::try_from(number).ok()?;
        self.roots.get(at).copied().flatten()
    }

    /// The hashes of the partial tile of level 0 as its file says, if it could be read.
    pub(super) fn partial_hashes(&self) -> Option<&[Digest]> {
        self.partials.first()?.as_deref()
    }

    /// From the roots of the tiles of `level` to those of the level below.
    fn descend(&mut self, reader: &ArchiveReader, level: u8, damages: &mut Vec<Damage>) {
        let above = std::mem::take(&mut self.roots);
        let (full, _) = tile::split(tile::hashes_at(level, self.size));
        for index in 0..full {
            let tile = Tile { content: Content::Hashes(level), index, width: tile::FULL_WIDTH };
            let expected =
                usize::try_from(index).ok().and_then(|at| above.get(at).copied().flatten());
            match authentic_hashes(reader, tile, expected) {
                Ok(Some(hashes)) => self.roots.extend(hashes.into_iter().map(Some)),
                Ok(None) => self.unknown(),
                Err(damage) => {
                    damages.push(damage);
                    self.unknown();
                }
            }
        }
        let partial = self.partials.get(usize::from(level)).and_then(Option::as_ref);
        let trusted = |hash: &Digest| Some(*hash).filter(|_| self.is_authentic);
        let partial: Vec<_> = partial.into_iter().flatten().map(trusted).collect();
        self.roots.extend(partial);
    }

    fn unknown(&mut self) {
        self.roots.extend(std::iter::repeat_n(None, usize::from(tile::FULL_WIDTH)));
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
