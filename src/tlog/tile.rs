//! How a log is cut into files: names, sizes and contents of tiles and entry bundles
//! (C2SP tlog-tiles v0.1.0; schemas/log.md §2).
//!
//! A tile holds up to 256 hashes of one level of the tree, a bundle the 256 entries below a tile of
//! level 0. Both are called [`Tile`] here, for they are numbered and named alike. What it lacks on
//! purpose: reading and writing files, and what an entry says.

use super::tree::Digest;
use std::fmt;
use std::ops::Range;

/// Hashes of a full tile, and entries of a full bundle.
pub const FULL_WIDTH: u16 = 256;
/// Bytes of a full tile.
pub const TILE_BYTES: usize = 8_192;
/// The most bytes an entry may have in a bundle.
pub const MAX_BUNDLE_ENTRY_BYTES: usize = 65_535;
/// The most bytes a bundle may have: 256 entries of 65,535 bytes, each with its length.
pub const MAX_BUNDLE_BYTES: usize = 256 * 65_537;
/// Levels of the tree that a log of 2^64 - 1 entries needs.
pub const MAX_LEVELS: u8 = 8;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Hashes of this level of tiles; level 0 holds the leaves.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// A tile or entry bundle by its number and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Entries, or the level of its hashes.
    pub content: Content,
    /// Its number in its level, from 0.
    pub index: u64,
    /// How many hashes or entries it holds, 1 to 256; below 256 it is partial.
    pub width: u16,
}

impl Tile {
    /// True if it holds 256 hashes or entries.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == FULL_WIDTH
    }

    /// The full tile at its place.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: FULL_WIDTH, ..self }
    }

    /// One more than the index of the last entry below it.
    #[must_use]
    pub fn end(self) -> u64 {
        let hashes = self.index.saturating_mul(256).saturating_add(u64::from(self.width));
        let level = match self.content {
            Content::Entries => 0,
            Content::Hashes(level) => level,
        };
        (0..level).fold(hashes, |end, _| end.saturating_mul(256))
    }

    /// Its path below the folder of the log: `tile/0/x001/234`, `tile/entries/005.p/17`.
    #[must_use]
    pub fn path(self) -> String {
        if self.is_full() {
            format!("{}{}", self.content, number_path(self.index))
        } else {
            format!("{}/{}", self.partials_folder(), self.width)
        }
    }

    /// The folder of all the partial tiles at its place: `tile/0/x001/234.p`.
    #[must_use]
    pub fn partials_folder(self) -> String {
        format!("{}{}.p", self.content, number_path(self.index))
    }

    /// Reads a path. `None` unless it is exactly what [`Tile::path`] writes.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let content = match content {
            "entries" => Content::Entries,
            level => Content::Hashes(level.parse().ok().filter(|level| *level < 64)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, FULL_WIDTH),
        };
        if !(1..=FULL_WIDTH).contains(&width) {
            return None;
        }
        let digits: String = number.split('/').map(|part| part.trim_start_matches('x')).collect();
        let tile = Self { content, index: digits.parse().ok()?, width };
        (tile.path() == path).then_some(tile)
    }
}

impl fmt::Display for Content {
    /// The folder, with a final slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes(level) => write!(f, "tile/{level}/"),
            Self::Entries => f.write_str("tile/entries/"),
        }
    }
}

/// The number of a tile as a path: groups of three digits, all but the last after an `x`.
fn number_path(index: u64) -> String {
    let digits = index.to_string();
    let groups = digits.len().div_ceil(3);
    let padded = format!("{digits:0>width$}", width = groups.saturating_mul(3));
    let mut path = String::with_capacity(padded.len().saturating_add(groups).saturating_mul(2));
    for (place, digit) in padded.chars().enumerate() {
        if place.is_multiple_of(3) {
            if place > 0 {
                path.push('/');
            }
            if place.saturating_add(3) < padded.len() {
                path.push('x');
            }
        }
        path.push(digit);
    }
    path
}

/// Hashes that level `level` of tiles has in a log of `size` entries: complete subtrees only.
#[must_use]
pub fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0)
}

/// Number of full tiles, and the width of the partial one after them (0: none), where there are
/// `hashes` hashes or entries.
#[must_use]
pub fn split(hashes: u64) -> (u64, u16) {
    (hashes >> 8, u16::try_from(hashes & 255).unwrap_or(0))
}

/// The contents that a log of `size` entries has tiles of: entries, then each level from 0 up.
pub fn contents(size: u64) -> impl Iterator<Item = (Content, u64)> {
    let levels = (0..MAX_LEVELS)
        .map(move |level| (Content::Hashes(level), hashes_at(level, size)))
        .take_while(|(_, hashes)| *hashes > 0);
    std::iter::once((Content::Entries, size)).filter(|(_, count)| *count > 0).chain(levels)
}

/// The partial tiles and bundle of a log of `size` entries.
pub fn partials(size: u64) -> impl Iterator<Item = Tile> {
    contents(size).filter_map(|(content, hashes)| {
        let (index, width) = split(hashes);
        (width > 0).then_some(Tile { content, index, width })
    })
}

/// The tiles and bundles that a log of `new` entries has and one of `old` entries lacks, each
/// content in ascending order.
pub fn between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    contents(new).flat_map(move |(content, hashes)| {
        let before = match content {
            Content::Entries => old,
            Content::Hashes(level) => hashes_at(level, old),
        };
        let (full, width) = split(hashes);
        let last = (width > 0 && before < hashes).then_some(Tile { content, index: full, width });
        let full = (before >> 8)..full;
        full.map(move |index| Tile { content, index, width: FULL_WIDTH }).chain(last)
    })
}

/// Tile or bundle number `index` of a log of `size` entries, full or partial; `None` beyond its end.
#[must_use]
pub fn at(content: Content, index: u64, size: u64) -> Option<Tile> {
    let hashes = match content {
        Content::Entries => size,
        Content::Hashes(level) => hashes_at(level, size),
    };
    let (full, partial) = split(hashes);
    let width = if index < full { FULL_WIDTH } else { partial };
    (index < full || (index == full && width > 0)).then_some(Tile { content, index, width })
}

/// The numbers of the bundles that hold the entries of `range`.
#[must_use]
pub fn bundles(range: Range<u64>) -> Range<u64> {
    if range.is_empty() {
        return 0..0;
    }
    (range.start >> 8)..(range.end.saturating_sub(1) >> 8).saturating_add(1)
}

/// The bytes of a tile of hashes.
#[must_use]
pub fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes of a tile. `None` if the bytes do not divide into whole hashes.
#[must_use]
pub fn tile_hashes(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| Digest(*hash)).collect())
}

/// Adds an entry to the bytes of a bundle. False, with nothing added, if it has more than
/// [`MAX_BUNDLE_ENTRY_BYTES`].
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The entries of a bundle, borrowed from its bytes. Stops early at bytes that are no entry.
#[derive(Debug, Clone)]
pub struct BundleEntries<'a> {
    rest: &'a [u8],
}

impl<'a> BundleEntries<'a> {
    /// Starts at the first entry.
    #[must_use]
    pub fn new(bundle: &'a [u8]) -> Self {
        Self { rest: bundle }
    }

    /// Bytes after the last entry read: none at the end of a well-formed bundle.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for BundleEntries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        self.rest = rest;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tile(content: Content, index: u64, width: u16) -> Tile {
        Tile { content, index, width }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        for (tile, path) in [
            (tile(Content::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(Content::Hashes(1), 5, 256), "tile/1/005"),
            (tile(Content::Entries, 999, 255), "tile/entries/999.p/255"),
            (tile(Content::Entries, 1_000, 1), "tile/entries/x001/000.p/1"),
            (tile(Content::Hashes(63), 0, 256), "tile/63/000"),
        ] {
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::parse(path), Some(tile));
        }
    }

    #[test]
    fn other_spellings_of_a_path_are_refused() {
        for path in [
            "tile/0/5",
            "tile/0/0005",
            "tile/0/x000/005",
            "tile/0/001/005",
            "tile/0/xx01/005",
            "tile/00/005",
            "tile/64/005",
            "tile/+1/005",
            "tile/0/005.p/0",
            "tile/0/005.p/256",
            "tile/0/005.p/01",
            "tile/0/005.p",
            "tile/0/",
            "tile/entries/",
            "tile//005",
            "/tile/0/005",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
        ] {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    /// The vectors of tlog-tiles: (size, level, full tiles, width of the partial one).
    #[test]
    fn tiles_of_a_size_are_those_of_the_specification() {
        for (size, level, full, width) in [
            (70_000, 0, 273, 112),
            (70_000, 1, 1, 17),
            (70_000, 2, 0, 1),
            (256, 0, 1, 0),
            (256, 1, 0, 1),
            (1_000_000, 0, 3906, 64),
            (1_000_000, 1, 15, 66),
            (1_000_000, 2, 0, 15),
        ] {
            assert_eq!(split(hashes_at(level, size)), (full, width), "{size} level {level}");
        }
        assert_eq!(contents(70_000).count(), 4);
        assert_eq!(contents(0).count(), 0);
        assert_eq!(contents(u64::MAX).count(), 9);
    }

    #[test]
    fn a_full_tile_at_the_edge_leaves_no_empty_partial() {
        let paths = |old, new| between(old, new).map(Tile::path).collect::<Vec<_>>();
        assert_eq!(paths(0, 1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
        assert_eq!(paths(255, 256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(paths(256, 257), ["tile/entries/001.p/1", "tile/0/001.p/1"]);
        assert_eq!(paths(257, 257), Vec::<String>::new());
        let paths: Vec<_> = partials(256).map(Tile::path).collect();
        assert_eq!(paths, ["tile/1/000.p/1"]);
    }

    #[test]
    fn bundles_of_a_range_hold_its_entries() {
        assert_eq!(bundles(0..600), 0..3);
        assert_eq!(bundles(256..257), 1..2);
        assert_eq!(bundles(255..257), 0..2);
        assert!(bundles(5..5).is_empty());
        assert_eq!(bundles(0..u64::MAX), 0..(1 << 56));
    }

    #[test]
    fn tiles_by_number_end_with_the_partial_one() {
        let width = |content, index, size| at(content, index, size).map(|tile| tile.width);
        assert_eq!(width(Content::Entries, 1, 600), Some(256));
        assert_eq!(width(Content::Entries, 2, 600), Some(88));
        assert_eq!(width(Content::Entries, 3, 600), None);
        assert_eq!(width(Content::Entries, 2, 512), None);
        assert_eq!(width(Content::Hashes(1), 0, 512), Some(2));
        assert_eq!(width(Content::Hashes(2), 0, 512), None);
    }

    #[test]
    fn a_bundle_reads_back_and_shows_where_it_breaks() {
        let mut bundle = Vec::new();
        assert!(push_entry(&mut bundle, b"one"));
        assert!(push_entry(&mut bundle, b""));
        assert!(!push_entry(&mut bundle, &[0; 65_536]));
        assert_eq!(bundle, b"\0\x03one\0\0");
        bundle.extend(b"\0\x09short");
        let mut entries = BundleEntries::new(&bundle);
        assert_eq!(entries.by_ref().collect::<Vec<_>>(), [&b"one"[..], b""]);
        assert_eq!(entries.rest(), b"\0\x09short");
    }

    #[test]
    fn tile_bytes_must_be_whole_hashes() {
        let hashes = [Digest([1; 32]), Digest([2; 32])];
        assert_eq!(tile_hashes(&tile_bytes(&hashes)), Some(hashes.to_vec()));
        assert_eq!(tile_hashes(&[0; 33]), None);
    }

    proptest! {
        #[test]
        fn every_path_reads_back(index: u64, width in 1_u16..=256, level in 0_u8..64) {
            for content in [Content::Hashes(level), Content::Entries] {
                let tile = tile(content, index, width);
                prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
            }
        }

        /// Growing in two steps writes what growing in one step writes, and the partials between.
        #[test]
        fn steps_add_up(a in 0_u64..200_000, b in 0_u64..200_000, c in 0_u64..200_000) {
            let mut sizes = [a, b, c];
            sizes.sort_unstable();
            let [a, b, c] = sizes;
            let direct: std::collections::BTreeSet<_> = between(a, c).collect();
            let stepped: std::collections::BTreeSet<_> =
                between(a, b).chain(between(b, c)).collect();
            prop_assert!(direct.is_subset(&stepped));
            for extra in stepped.difference(&direct) {
                prop_assert!(partials(b).any(|partial| partial == *extra));
            }
        }
    }
}
