//! Whatever the pages hold, damaged or not, for recovery and for whoever compares.

use crate::chain::entry::{self, Sealed};
use crate::error::{Error, Kind, Result};
use crate::store::Span;
use crate::store::sled::engine::Engine;
use crate::store::sled::head;
use crate::store::sled::index::{self, Index};
use crate::store::sled::page::{PAGE_ENTRIES, decode, fetch, first_of, page_key};
use std::ops::{ControlFlow, Range};

/// Everything that can be read in `range`, whatever is wrong with the rest.
///
/// Also compares the command index with the commands that the entries name, and from index 0 on all of it
/// with its sums.
///
/// # Errors
/// `Kind::Io` when the machine cannot read: that is no damage.
pub(in crate::store::sled) fn survey(
    engine: &Engine,
    index: Option<&Index>,
    range: &Range<u64>,
    entries: &mut Vec<Sealed>,
    damage: &mut Vec<String>,
) -> Result<()> {
    // Before the pages: a batch under way on another thread may add to them meanwhile.
    let size = match head::get(engine) {
        Ok(found) => found.head.size,
        Err(error) => {
            damage.push(words_of_damage(error)?);
            0
        }
    };
    if range.start == 0
        && let Some(index) = index
    {
        let words = index.difference(engine).or_else(|error| words_of_damage(error).map(Some));
        damage.extend(words?);
    }
    let mut next = range.start;
    let mut skip: u64 = 1;
    while next < range.end {
        let mut met = Met { engine, range, next, entries: &mut *entries, damage: &mut *damage };
        let outcome = fetch(engine, &(next..range.end), &mut |key, value| met.page(key, value));
        let reached = met.next;
        if reached > next {
            skip = 1;
        }
        next = reached;
        let Err(error) = outcome else { break };
        let words = words_of_damage(error)?;
        if skip == 1 {
            damage.push(format!("from entry {next} on: {words}"));
        }
        // What cannot be read may be a whole leaf of sled: feel for its end.
        next = next.saturating_add(skip);
        skip = skip.saturating_mul(2);
    }
    if next < size.min(range.end) {
        damage.push(format!("entries {next} to {} are missing", size.saturating_sub(1)));
    }
    Ok(())
}

/// The first index from `from` on that a page may hold. Where pages cannot be read, as far as the head says.
///
/// # Errors
/// `Kind::Io` when the machine cannot read.
pub(in crate::store::sled) fn next_held(engine: &Engine, from: u64) -> Result<Option<u64>> {
    let found = engine.call("read", |tree| {
        let before = tree.get_lt([&page_key(from)[..], &[0]].concat())?;
        let after = tree.get_gt(page_key(from))?;
        Ok([before, after].map(|pair| pair.and_then(|(key, _)| first_of(&key))))
    });
    let [before, after] = match found {
        Ok(found) => found,
        Err(error) => {
            words_of_damage(error)?;
            let size = head::get(engine).map_or(0, |found| found.head.size);
            return Ok((from < size).then_some(from));
        }
    };
    let most = u64::from(PAGE_ENTRIES);
    let reaches = before.is_some_and(|first| first.saturating_add(most) > from);
    Ok(if reaches { Some(from) } else { after })
}

/// What an error says of the copy.
///
/// # Errors
/// The error itself where it is the machine's.
pub(in crate::store::sled) fn words_of_damage(error: Error) -> Result<String> {
    if error.kind() == Kind::Break { Ok(error.message().to_owned()) } else { Err(error) }
}

struct Met<'a> {
    engine: &'a Engine,
    range: &'a Range<u64>,
    next: u64,
    entries: &'a mut Vec<Sealed>,
    damage: &'a mut Vec<String>,
}

impl Met<'_> {
    fn page(&mut self, key: &[u8], value: &[u8]) -> Result<ControlFlow<()>> {
        let (first, found) = match decode(key, value) {
            Ok(decoded) => decoded,
            Err(words) => {
                self.damage.push(words);
                return Ok(ControlFlow::Continue(()));
            }
        };
        if first > self.next {
            self.damage.push(format!(
                "entries {} to {} are missing",
                self.next,
                first.saturating_sub(1)
            ));
        }
        for entry in found {
            if entry.index >= self.next && self.range.contains(&entry.index) {
                self.next = entry.index.saturating_add(1);
                self.check_command(&entry)?;
                self.entries.push(entry);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// A first entry names its command; a retry of it is recognised only if the index has it.
    fn check_command(&mut self, sealed: &Sealed) -> Result<()> {
        let Ok(envelope) = entry::parse(&sealed.bytes) else { return Ok(()) };
        if envelope.place != 0 {
            return Ok(());
        }
        let expected = Span { first: sealed.index, count: envelope.count };
        let found = index::get(self.engine, envelope.command);
        let is_right = match &found {
            // Of two commands with one id, which a log may have, the first is the one that the index names.
            Ok(Some(span)) if span.first < expected.first => {
                index::check_hit(self.engine, envelope.command, *span).is_ok()
            }
            Ok(found) => *found == Some(expected),
            Err(_) => false,
        };
        if is_right {
            return Ok(());
        }
        self.damage.push(match found {
            Ok(found) => format!(
                "command {} is at entry {}, the index says {}",
                envelope.command,
                sealed.index,
                found.map_or("nothing".to_owned(), |span| format!("entry {}", span.first))
            ),
            Err(error) => words_of_damage(error)?,
        });
        Ok(())
    }
}
