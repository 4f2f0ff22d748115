//! Where each command is, by its id, and what makes an id that is absent truly absent
//! (schemas/storage.md §4).
//!
//! A key that is lost looks like one that never was, and a retry of its command would book again. So
//! the ids are counted and summed in 4,096 buckets by their first bits; the head names the root over
//! the buckets. An id that is not found is looked for among all keys of its bucket, which must come to
//! the bucket's sum; one that is found must stand at the entry that its key names. That holds against
//! damage, not against forgery: who can write the folder can as well use another id.

use super::engine::{Engine, damaged};
use super::page;
use crate::chain::entry::{self, CommandId};
use crate::chain::hash::{self, Hash};
use crate::error::Result;
use crate::store::Span;

const COMMAND: u8 = 0x20;
const BUCKETS: u8 = 0x21;
const VERSION: u8 = 1;
/// Buckets, by the first 12 bits of the id.
const BUCKET_COUNT: usize = 4_096;
/// Buckets in one page, by the last 6 of these bits.
const PAGE_BUCKETS: usize = 64;
/// A page: version, buckets of count and sum, checksum.
const PAGE_BYTES: usize = 1 + PAGE_BUCKETS * 20 + 4;
/// Keys fetched from sled at a time.
const FETCHED_KEYS: usize = 4_096;

fn command_key(id: CommandId) -> [u8; 17] {
    let mut key = [COMMAND; 17];
    key.iter_mut().skip(1).zip(id.0).for_each(|(to, from)| *to = from);
    key
}

fn span_value(span: Span) -> [u8; 10] {
    let mut value = [0; 10];
    let bytes = span.first.to_le_bytes().into_iter().chain(span.count.to_le_bytes());
    value.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    value
}

fn bucket_of(id: &[u8]) -> usize {
    let at = |place: usize| id.get(place).copied().map_or(0, usize::from);
    (at(0) << 4) | (at(1) >> 4)
}

/// Number of the ids in a bucket, and the sum over their keys and values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bucket {
    count: u32,
    sum: u128,
}

impl Bucket {
    /// Adds a key without its first byte, with its value.
    fn add(&mut self, id: &[u8], value: &[u8]) {
        let digest = hash::plain(&[id, value].concat()).0;
        let first = digest.first_chunk().copied().map_or(0, u128::from_le_bytes);
        self.sum = self.sum.wrapping_add(first);
        self.count = self.count.saturating_add(1);
    }
}

/// What the index has to be, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    buckets: Vec<Bucket>,
    /// Hash of each page of buckets.
    pages: Vec<Hash>,
}

impl Index {
    /// Of no command.
    pub(super) fn empty() -> Self {
        let mut new = Self { buckets: vec![Bucket::default(); BUCKET_COUNT], pages: Vec::new() };
        new.pages = (0..=page_number(BUCKET_COUNT - 1)).map(|number| new.hash_of(number)).collect();
        new
    }

    /// Of the buckets in `engine`, whose root the head names.
    ///
    /// # Errors
    /// `Kind::Break` when a page of buckets is missing or damaged.
    pub(super) fn load(engine: &Engine, root: Hash) -> Result<Self> {
        let mut index = Self::empty();
        let found = engine
            .call("read", |tree| tree.scan_prefix([BUCKETS]).collect::<::sled::Result<Vec<_>>>())?;
        for (key, value) in &found {
            index.read_page(key, value).ok_or_else(|| {
                damaged("a page of the index of command ids does not fit its checksum")
            })?;
        }
        if index.root() != root {
            return Err(damaged("the index of command ids is not the one that the head names"));
        }
        Ok(index)
    }

    fn read_page(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let [BUCKETS, number] = *key else { return None };
        let (body, checksum) = value.split_last_chunk::<4>()?;
        let found = crc32c::crc32c_append(crc32c::crc32c(key), body);
        let (version, mut rest) = body.split_first()?;
        let is_whole = found == u32::from_le_bytes(*checksum) && value.len() == PAGE_BYTES;
        if !is_whole || *version != VERSION {
            return None;
        }
        let first = usize::from(number).checked_mul(PAGE_BUCKETS)?;
        for bucket in self.buckets.get_mut(first..first.checked_add(PAGE_BUCKETS)?)? {
            let (count, after) = rest.split_first_chunk()?;
            let (sum, after) = after.split_first_chunk()?;
            *bucket = Bucket { count: u32::from_le_bytes(*count), sum: u128::from_le_bytes(*sum) };
            rest = after;
        }
        let hash = self.hash_of(number);
        *self.pages.get_mut(usize::from(number))? = hash;
        Some(())
    }

    /// The page of this number, without its checksum.
    fn page(&self, number: u8) -> Vec<u8> {
        let mut page = Vec::with_capacity(PAGE_BYTES);
        page.push(VERSION);
        let first = usize::from(number).saturating_mul(PAGE_BUCKETS);
        for bucket in self.buckets.iter().skip(first).take(PAGE_BUCKETS) {
            page.extend(bucket.count.to_le_bytes());
            page.extend(bucket.sum.to_le_bytes());
        }
        page
    }

    fn hash_of(&self, number: u8) -> Hash {
        hash::plain(&self.page(number))
    }

    /// The root over all buckets, which the head names.
    pub(super) fn root(&self) -> Hash {
        let all: Vec<u8> = self.pages.iter().flat_map(|page| page.0).collect();
        hash::plain(&all)
    }

    /// Adds commands that are new, and puts their keys and the pages that change into `batch`.
    pub(super) fn add(&mut self, commands: &[(CommandId, Span)], batch: &mut ::sled::Batch) {
        let mut changed = [false; BUCKET_COUNT / PAGE_BUCKETS];
        for (id, span) in commands {
            let value = span_value(*span);
            batch.insert(&command_key(*id), &value);
            self.count(&id.0, &value);
            let page = usize::from(page_number(bucket_of(&id.0)));
            if let Some(changed) = changed.get_mut(page) {
                *changed = true;
            }
        }
        for (number, _) in (0..).zip(changed).filter(|(_, changed)| *changed) {
            self.put_page(number, batch);
        }
    }

    fn count(&mut self, id: &[u8], value: &[u8]) {
        if let Some(bucket) = self.buckets.get_mut(bucket_of(id)) {
            bucket.add(id, value);
        }
    }

    fn put_page(&mut self, number: u8, batch: &mut ::sled::Batch) {
        let key = [BUCKETS, number];
        let mut page = self.page(number);
        if let Some(hash) = self.pages.get_mut(usize::from(number)) {
            *hash = hash::plain(&page);
        }
        page.extend(crc32c::crc32c_append(crc32c::crc32c(&key), &page).to_le_bytes());
        batch.insert(&key, page);
    }

    /// Where this command is; `None` only if it was never added.
    ///
    /// # Errors
    /// `Kind::Break` when the keys are not those that were added, as far as this id is concerned.
    pub(super) fn command(&self, engine: &Engine, id: CommandId) -> Result<Option<Span>> {
        if let Some(span) = get(engine, id)? {
            return check_hit(engine, id, span).map(Some);
        }
        let bucket = bucket_of(&id.0);
        let mut found = Bucket::default();
        let bits = u16::try_from(bucket << 4).unwrap_or(u16::MAX);
        let first = [&[COMMAND][..], &bits.to_be_bytes()].concat();
        for_each_key(engine, first, &mut |id, value| {
            let is_here = bucket_of(id) == bucket;
            if is_here {
                found.add(id, value);
            }
            Ok(is_here)
        })?;
        let expected = self.buckets.get(bucket).copied().unwrap_or_default();
        if found == expected {
            return Ok(None);
        }
        Err(damaged(format!(
            "the index of command ids cannot say whether command {id} was recorded: of the {} ids \
             that begin like it {} are as they were written",
            expected.count,
            if found.count == expected.count {
                "not all".to_owned()
            } else {
                found.count.to_string()
            }
        )))
    }

    /// What differs between the keys that are there and those that were added, in words.
    ///
    /// # Errors
    /// `Kind::Break`, `Kind::Io` when they cannot be read.
    pub(super) fn difference(&self, engine: &Engine) -> Result<Option<String>> {
        let found = Self::of_keys(engine)?;
        let pairs = self.buckets.iter().zip(&found.buckets);
        let differ = pairs.filter(|(ours, found)| ours != found).count();
        let count = |index: &Self| index.buckets.iter().map(|b| u64::from(b.count)).sum::<u64>();
        Ok((differ > 0).then(|| {
            format!(
                "the index of command ids has {} ids, {} were written; {differ} of its {BUCKET_COUNT} \
                 sums do not fit",
                count(&found),
                count(self)
            )
        }))
    }

    /// What the keys that are there come to.
    fn of_keys(engine: &Engine) -> Result<Self> {
        let mut index = Self::empty();
        for_each_key(engine, vec![COMMAND], &mut |id, value| {
            index.count(id, value);
            Ok(true)
        })?;
        Ok(index)
    }

    /// The index of a database that has none of its sums yet, made from its entries. Where the keys are
    /// not those of the entries, they are written anew. The caller puts the head that names the root.
    ///
    /// # Errors
    /// `Kind::Break` when the entries cannot be read; `Kind::Io`.
    pub(super) fn make(engine: &Engine, size: u64, batch: &mut ::sled::Batch) -> Result<Self> {
        let mut index = Self::empty();
        page::for_each_command(engine, size, &mut |id, span| {
            index.count(&id.0, &span_value(span));
            Ok(())
        })?;
        if Self::of_keys(engine)?.buckets != index.buckets {
            index = Self::write_anew(engine, size)?;
        }
        for number in 0..=page_number(BUCKET_COUNT - 1) {
            index.put_page(number, batch);
        }
        Ok(index)
    }

    fn write_anew(engine: &Engine, size: u64) -> Result<Self> {
        let mut gone = ::sled::Batch::default();
        for_each_key(engine, vec![COMMAND], &mut |id, _| {
            gone.remove([&[COMMAND], id].concat());
            Ok(true)
        })?;
        engine.apply(gone)?;
        let mut index = Self::empty();
        page::for_each_command(engine, size, &mut |id, span| {
            // Of two commands with one id the first is the one that a retry means.
            if get(engine, id)?.is_none() {
                let value = span_value(span);
                index.count(&id.0, &value);
                engine.call("write to", |tree| tree.insert(command_key(id), &value))?;
            }
            Ok(())
        })?;
        Ok(index)
    }
}

fn page_number(bucket: usize) -> u8 {
    u8::try_from(bucket / PAGE_BUCKETS).unwrap_or(u8::MAX)
}

/// Where the key of this id says that the command is.
pub(super) fn get(engine: &Engine, id: CommandId) -> Result<Option<Span>> {
    let Some(value) = engine.call("read", |tree| tree.get(command_key(id)))? else {
        return Ok(None);
    };
    let parsed = value.split_first_chunk::<8>().and_then(|(first, count)| {
        let count = u16::from_le_bytes(count.try_into().ok()?);
        Some(Span { first: u64::from_le_bytes(*first), count })
    });
    let wrong = || damaged(format!("command {id} has {} bytes, expected 10", value.len()));
    parsed.map(Some).ok_or_else(wrong)
}

/// The command that the key names must be the one at its place.
pub(super) fn check_hit(engine: &Engine, id: CommandId, span: Span) -> Result<Span> {
    let entries = page::read(engine, span.first..span.first.saturating_add(1))?;
    let found = entries.first().and_then(|sealed| entry::parse(&sealed.bytes).ok());
    match found {
        Some(first) if first.command == id && first.place == 0 && first.count == span.count => {
            Ok(span)
        }
        found => Err(damaged(format!(
            "the index of command ids says that command {id} is at entry {}, where {} is",
            span.first,
            found.map_or("nothing that can be read".to_owned(), |first| format!(
                "entry {} of {} of command {}",
                first.place, first.count, first.command
            ))
        ))),
    }
}

/// Takes an id and its value, and says whether to go on.
type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> Result<bool> + 'a;

fn for_each_key(engine: &Engine, first: Vec<u8>, visit: &mut Visit<'_>) -> Result<()> {
    let mut from = first;
    loop {
        let keys = engine.call("read", |tree| {
            let keys = tree.range(from.as_slice()..&[BUCKETS][..]).take(FETCHED_KEYS);
            keys.collect::<::sled::Result<Vec<_>>>()
        })?;
        let Some((last, _)) = keys.last() else { return Ok(()) };
        from = [last.as_ref(), &[0]].concat();
        for (key, value) in &keys {
            let Some((_, id)) = key.split_first() else { continue };
            if !visit(id, value)? {
                return Ok(());
            }
        }
    }
}
