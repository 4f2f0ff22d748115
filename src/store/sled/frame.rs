//! The bytes of the durability log (schemas/storage.md §2): segments of frames, written and scanned.
//!
//! Pure: no file. A frame says whether its bytes are what was written; whether its entries verify is
//! for others.

use crate::chain::entry::{Head, MAX_ENTRY_BYTES, Sealed};
use crate::chain::hash::{self, Hash};

/// Bytes before a segment's first frame.
pub(super) const HEADER_BYTES: usize = 16;
const MAGIC: [u8; 8] = *b"EARMWAL1";
const FIXED_BYTES: usize = 56;
const CHECKSUM_BYTES: usize = 4;
const LENGTH_BYTES: usize = 2;

/// The header of a segment.
pub(super) fn header() -> [u8; HEADER_BYTES] {
    let mut out = [0; HEADER_BYTES];
    let checksum = crc32c::crc32c(&MAGIC).to_le_bytes();
    out.iter_mut().zip(MAGIC.iter().chain(&checksum)).for_each(|(to, from)| *to = *from);
    out
}

/// The length of the frame that [`write`] makes of these entries.
pub(super) fn length<'a>(entries: impl Iterator<Item = &'a Sealed>) -> usize {
    entries.fold(FIXED_BYTES.saturating_add(CHECKSUM_BYTES), |sum, entry| {
        sum.saturating_add(LENGTH_BYTES).saturating_add(entry.bytes.len())
    })
}

/// Writes a frame of `count` entries after `before` into `out`, which is emptied first.
///
/// `None` when an entry or the frame is longer than its length field can say.
pub(super) fn write<'a>(
    out: &mut Vec<u8>,
    generation: u64,
    before: Head,
    count: u32,
    entries: impl Iterator<Item = &'a Sealed> + Clone,
) -> Option<()> {
    out.clear();
    let length = u32::try_from(length(entries.clone())).ok()?;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&generation.to_le_bytes());
    out.extend_from_slice(&before.size.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&before.hash.0);
    for entry in entries {
        out.extend_from_slice(&u16::try_from(entry.bytes.len()).ok()?.to_le_bytes());
        out.extend_from_slice(&entry.bytes);
    }
    let checksum = crc32c::crc32c(out);
    out.extend_from_slice(&checksum.to_le_bytes());
    Some(())
}

/// A valid frame, borrowed from the bytes of its segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Where it starts in the segment.
    pub(super) at: usize,
    /// Where the next one would start.
    pub(super) end: usize,
    /// Size of the chain before it and hash of the entry before.
    pub(super) before: Head,
    /// Size of the chain after it and hash of its last entry.
    pub(super) after: Head,
    entries: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Its entries, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = Sealed> + use<'a> {
        let first = self.before.size;
        split(self.entries)
            .zip(first..)
            .filter_map(|(bytes, index)| bytes.map(|b| Sealed::new(index, b.to_vec())))
    }

    /// True if the chain before it is `head`.
    pub(super) fn continues(&self, head: Head) -> bool {
        self.before == head
    }

    /// The hash of the entry before `index`, if this frame knows it.
    pub(super) fn hash_before(&self, index: u64) -> Option<Hash> {
        let place = index.checked_sub(self.before.size)?;
        match usize::try_from(place).ok()?.checked_sub(1) {
            None => Some(self.before.hash),
            Some(last) => split(self.entries).nth(last).flatten().map(hash::entry),
        }
    }
}

/// The entries in `bytes`; a `None` ends it where the lengths do not fit.
fn split(bytes: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take()?;
        let (length, after) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
        let length = usize::from(u16::from_le_bytes(*length));
        match after.split_at_checked(length) {
            Some((entry, after)) if (1..=MAX_ENTRY_BYTES).contains(&length) => {
                rest = Some(after);
                Some(Some(entry))
            }
            _ => Some(None),
        }
    })
}

/// What is at a place of a segment.
enum At<'a> {
    Frame(Frame<'a>),
    /// Says that it is a frame of this generation, but its bytes are not whole.
    Torn,
    Nothing,
}

fn read(bytes: &[u8], at: usize, generation: u64) -> At<'_> {
    let Some(rest) = bytes.get(at..) else { return At::Nothing };
    let Some((fixed, _)) = rest.split_first_chunk::<FIXED_BYTES>() else { return At::Nothing };
    let (length, fixed) = take::<4>(fixed);
    let (found, fixed) = take::<8>(fixed);
    if u64::from_le_bytes(found) != generation {
        return At::Nothing;
    }
    let (first, fixed) = take::<8>(fixed);
    let (count, fixed) = take::<4>(fixed);
    let (previous, _) = take::<32>(fixed);
    let before = Head { size: u64::from_le_bytes(first), hash: Hash(previous) };
    whole(rest, at, u32::from_le_bytes(length), before, u32::from_le_bytes(count))
        .map_or(At::Torn, At::Frame)
}

fn whole(rest: &[u8], at: usize, length: u32, before: Head, count: u32) -> Option<Frame<'_>> {
    let length = usize::try_from(length).ok()?;
    let frame = rest.get(..length)?;
    let (body, checksum) = frame.split_last_chunk::<CHECKSUM_BYTES>()?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let entries = body.get(FIXED_BYTES..)?;
    let mut found: u32 = 0;
    let mut last = None;
    for entry in split(entries) {
        last = Some(entry?);
        found = found.checked_add(1)?;
    }
    let after = Head {
        size: before.size.checked_add(u64::from(count))?,
        hash: hash::entry(last.filter(|_| found == count)?),
    };
    Some(Frame { at, end: at.checked_add(length)?, before, after, entries })
}

/// The first `N` bytes and the rest; zeros when there are fewer, which the callers exclude.
fn take<const N: usize>(bytes: &[u8]) -> ([u8; N], &[u8]) {
    bytes.split_first_chunk::<N>().map_or(([0; N], &[]), |(first, rest)| (*first, rest))
}

/// A segment, read to its end and beyond.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    /// The frames up to the end, each continuing the one before.
    pub(super) frames: Vec<Frame<'a>>,
    /// Where the segment ends.
    pub(super) end: usize,
    /// An append was cut short at the end.
    pub(super) torn: bool,
    /// Valid frames of this generation beyond the end: damage lies between.
    pub(super) strays: Vec<Frame<'a>>,
    /// The header is what it should be.
    pub(super) header_is_good: bool,
}

/// Reads the segment `bytes` of `generation`. Beyond its end every byte is tried, if `deep`.
pub(super) fn scan(bytes: &[u8], generation: u64, deep: bool) -> Scan<'_> {
    let header_is_good = bytes.get(..HEADER_BYTES) == Some(&header()[..]);
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut end = HEADER_BYTES;
    let torn = loop {
        match read(bytes, end, generation) {
            At::Frame(frame) if frames.last().is_none_or(|l| frame.continues(l.after)) => {
                end = frame.end;
                frames.push(frame);
            }
            At::Frame(_) | At::Nothing => break false,
            At::Torn => break true,
        }
    };
    let strays = if deep { scan_on(bytes, end, generation) } else { Vec::new() };
    Scan { frames, end, torn, strays, header_is_good }
}

/// Every valid frame of `generation` from `at` on, wherever it starts.
fn scan_on(bytes: &[u8], mut at: usize, generation: u64) -> Vec<Frame<'_>> {
    let needle = generation.to_le_bytes();
    let mut found = Vec::new();
    // The generation stands four bytes into a frame; looking for it alone is fast.
    while let Some(next) = find(bytes, at.saturating_add(4), needle) {
        at = next.saturating_sub(4);
        match read(bytes, at, generation) {
            At::Frame(frame) => {
                at = frame.end;
                found.push(frame);
            }
            At::Torn | At::Nothing => at = at.saturating_add(1),
        }
    }
    found
}

fn find(bytes: &[u8], from: usize, needle: [u8; 8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let place = rest.windows(8).position(|window| window == needle)?;
    from.checked_add(place)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "test code")]
    use super::*;

    fn frame(generation: u64, before: Head, entries: &[Sealed]) -> Vec<u8> {
        let mut out = vec![9; 3];
        write(&mut out, generation, before, entries.len() as u32, entries.iter()).unwrap();
        assert_eq!(out.len(), length(entries.iter()));
        out
    }

    fn sealed(first: u64, texts: &[&str]) -> Vec<Sealed> {
        let texts = texts.iter().map(|text| text.as_bytes().to_vec());
        (first..).zip(texts).map(|(index, bytes)| Sealed::new(index, bytes)).collect()
    }

    /// A segment of frames that continue one another, each of one entry.
    fn segment(generation: u64, texts: &[&str]) -> Vec<u8> {
        let mut out = header().to_vec();
        let mut head = Head { size: 7, hash: Hash([1; 32]) };
        for text in texts {
            let entries = sealed(head.size, &[text]);
            out.extend(frame(generation, head, &entries));
            head = Head { size: head.size + 1, hash: entries[0].hash };
        }
        out.resize(out.len() + 500, 0);
        out
    }

    #[test]
    fn a_frame_is_laid_out_as_the_schema_says() {
        let before = Head { size: 0x0102, hash: Hash([0xAB; 32]) };
        let out = frame(5, before, &sealed(0x0102, &["abc", "z"]));
        let mut expected = vec![68, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0];
        expected.extend([2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
        expected.extend([0xAB; 32]);
        expected.extend([3, 0, b'a', b'b', b'c', 1, 0, b'z']);
        expected.extend(crc32c::crc32c(&expected).to_le_bytes());
        assert_eq!(out, expected);
        assert_eq!(crc32c::crc32c(b"123456789"), 0xE306_9283, "Castagnoli's polynomial");
        assert_eq!(hash::to_hex(&header()), "4541524d57414c31103cbc0400000000");
    }

    #[test]
    fn frames_come_back() {
        let bytes = segment(3, &["a", "bb", "ccc"]);
        let scan = scan(&bytes, 3, true);
        assert!(scan.header_is_good && !scan.torn && scan.strays.is_empty());
        let entries: Vec<_> = scan.frames.iter().flat_map(Frame::entries).collect();
        let expected = sealed(7, &["a", "bb", "ccc"]);
        assert_eq!(entries, expected);
        assert_eq!(scan.frames[2].hash_before(9), Some(expected[1].hash));
        assert_eq!(scan.frames[2].hash_before(10), Some(expected[2].hash));
        assert_eq!(scan.frames[2].hash_before(8), None);
        assert_eq!(scan.frames[2].hash_before(11), None);
    }

    #[test]
    fn frames_of_another_generation_are_the_end() {
        let mut bytes = segment(4, &["a"]);
        let end = bytes.len() - 500;
        let stale = segment(3, &["x", "y", "z"]);
        bytes.truncate(end);
        bytes.extend(&stale[end..]);
        let scan = scan(&bytes, 4, true);
        assert_eq!((scan.frames.len(), scan.end, scan.torn), (1, end, false));
        assert!(scan.strays.is_empty());
    }

    #[test]
    fn a_frame_that_does_not_continue_is_a_stray() {
        let mut bytes = segment(4, &["a"]);
        bytes.truncate(bytes.len() - 500);
        let end = bytes.len();
        let before = Head { size: 8, hash: Hash([2; 32]) };
        bytes.extend(frame(4, before, &sealed(8, &["b"])));
        let scan = scan(&bytes, 4, true);
        assert_eq!((scan.frames.len(), scan.end, scan.torn), (1, end, false));
        assert_eq!(scan.strays.len(), 1);
    }

    #[test]
    fn every_cut_is_an_end_and_every_changed_byte_is_noticed() {
        let bytes = segment(258, &["first", "second", "third"]);
        let whole = scan(&bytes, 258, true).frames.iter().map(|f| f.end).collect::<Vec<_>>();
        for cut in 0..bytes.len() {
            let found = scan(&bytes[..cut], 258, true);
            let expected = whole.iter().filter(|end| **end <= cut).count();
            assert_eq!((found.frames.len(), found.strays.len()), (expected, 0), "cut at {cut}");
        }
        for at in HEADER_BYTES..whole[2] {
            let mut changed = bytes.clone();
            changed[at] ^= 0x40;
            let found = scan(&changed, 258, true);
            let hit = whole.iter().filter(|end| **end <= at).count();
            assert_eq!((found.frames.len(), found.strays.len()), (hit, 2 - hit), "byte {at}");
        }
    }
}
