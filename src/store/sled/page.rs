//! Pages of entries in sled's one tree, read strictly (schemas/storage.md §4).

use super::engine::{Engine, damaged};
use crate::chain::entry::{self, CommandId, MAX_ENTRY_BYTES, Sealed};
use crate::error::{Error, Result};
use crate::store::Span;
use std::ops::{ControlFlow, Range};

/// The most bytes of a value; sled would write a leaf of longer ones to files it never syncs.
pub(super) const VALUE_BYTES: usize = 7_680;
/// The most entries of a page.
pub(super) const PAGE_ENTRIES: u8 = 32;
/// The version of a page.
pub(super) const VERSION: u8 = 1;
const PAGE: u8 = 0x30;
/// Pages fetched from sled at a time.
const FETCHED_PAGES: usize = 64;

/// The key of the page that begins with an entry.
pub(super) fn page_key(first: u64) -> [u8; 9] {
    let mut key = [PAGE; 9];
    key.iter_mut().skip(1).zip(first.to_be_bytes()).for_each(|(to, from)| *to = from);
    key
}

/// The first entry of the page of a key.
pub(super) fn first_of(key: &[u8]) -> Option<u64> {
    match key.split_first() {
        Some((&PAGE, index)) => Some(u64::from_be_bytes(index.try_into().ok()?)),
        _ => None,
    }
}

/// The entries of a page, or the words for what is wrong with it.
pub(super) fn decode(key: &[u8], value: &[u8]) -> Result<(u64, Vec<Sealed>), String> {
    let first = first_of(key).ok_or("a page has a key that is none")?;
    let (body, checksum) = value.split_last_chunk::<4>().ok_or("a page is too short")?;
    let found = crc32c::crc32c_append(crc32c::crc32c(key), body);
    let expected = u32::from_le_bytes(*checksum);
    if found != expected {
        return Err(format!(
            "the page of entry {first} has checksum {found:08x}, expected {expected:08x}"
        ));
    }
    let wrong = || format!("the page of entry {first} is not laid out as version {VERSION} is");
    let ([version, count], mut rest) = body.split_first_chunk::<2>().ok_or_else(wrong)?;
    if *version != VERSION || *count == 0 || *count > PAGE_ENTRIES {
        return Err(wrong());
    }
    let mut entries = Vec::with_capacity(usize::from(*count));
    for index in (first..).take(usize::from(*count)) {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(wrong)?;
        let length = usize::from(u16::from_le_bytes(*length));
        let (bytes, after) = after.split_at_checked(length).ok_or_else(wrong)?;
        if !(1..=MAX_ENTRY_BYTES).contains(&length) {
            return Err(wrong());
        }
        entries.push(Sealed::new(index, bytes.to_vec()));
        rest = after;
    }
    if rest.is_empty() { Ok((first, entries)) } else { Err(wrong()) }
}

/// Tells of every command below `size`, in order.
///
/// # Errors
/// `Kind::Break` when the entries cannot be read; what `visit` returns.
pub(super) fn for_each_command(
    engine: &Engine,
    size: u64,
    visit: &mut dyn FnMut(CommandId, Span) -> Result<()>,
) -> Result<()> {
    let mut at = 0;
    while at < size {
        let end = size.min(at.saturating_add(4_096));
        for sealed in read(engine, at..end)? {
            let envelope = entry::parse(&sealed.bytes)
                .map_err(|why| damaged(format!("entry {}: {why}", sealed.index)))?;
            if envelope.place == 0 {
                visit(envelope.command, Span { first: sealed.index, count: envelope.count })?;
            }
        }
        at = end;
    }
    Ok(())
}

/// Takes the key and the value of a page.
pub(super) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>> + 'a;

/// Fetches pages from the one that holds `range.start` on, and gives each to `visit`.
pub(super) fn fetch(engine: &Engine, range: &Range<u64>, visit: &mut Visit<'_>) -> Result<()> {
    let mut from: Vec<u8> = engine
        .call("read", |tree| {
            let after = [&page_key(range.start)[..], &[0]].concat();
            let before = tree.get_lt(after)?;
            Ok(before.filter(|(key, _)| first_of(key).is_some()).map(|(key, _)| key.to_vec()))
        })?
        .unwrap_or_else(|| page_key(range.start).to_vec());
    let end = page_key(range.end);
    while from.as_slice() < end.as_slice() {
        let pages = engine.call("read", |tree| {
            let pages = tree.range(from.as_slice()..end.as_slice()).take(FETCHED_PAGES);
            pages.collect::<::sled::Result<Vec<_>>>()
        })?;
        let Some((last, _)) = pages.last() else { return Ok(()) };
        from = [last.as_ref(), &[0]].concat();
        for (key, value) in &pages {
            if visit(key, value)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The entries of `range`, all of them, which the caller knows to be below the head.
pub(super) fn read(engine: &Engine, range: Range<u64>) -> Result<Vec<Sealed>> {
    let mut entries: Vec<Sealed> = Vec::new();
    let mut next = range.start;
    if range.is_empty() {
        return Ok(entries);
    }
    fetch(engine, &range, &mut |key, value| {
        let (first, found) = decode(key, value).map_err(damaged)?;
        let end = first.saturating_add(u64::try_from(found.len()).unwrap_or(u64::MAX));
        if first > next {
            return Err(missing(next, first));
        }
        if first < next && !entries.is_empty() {
            return Err(damaged(format!("the page of entry {first} overlaps the one before it")));
        }
        entries.extend(
            found.into_iter().filter(|entry| entry.index >= next && entry.index < range.end),
        );
        next = end.max(next);
        Ok(if next >= range.end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if next < range.end { Err(missing(next, range.end)) } else { Ok(entries) }
}

fn missing(from: u64, to: u64) -> Error {
    let words = format!("entries {from} to {} are missing", to.saturating_sub(1));
    damaged(words).with_detail("expected", from).with_detail("found", to)
}
