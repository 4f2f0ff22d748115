//! An import taken back: every entry of a source that stands and moved something is reversed, newest
//! first. What later entries were built on is left, with what stands in its way.

use crate::domain::admit::books;
use crate::domain::event::{EntryReversed, Filing};
use crate::domain::ids::Text;
use crate::domain::rejection::Rejection;
use crate::error::{Error, Kind, Result};
use crate::ledger::Batch;
use std::collections::{BTreeMap, BTreeSet};

/// Entries whose dependents are looked for: each look reads the log.
const EXPLAINED: usize = 20;
/// Sources that an unknown one is told of.
const SOURCES_NAMED: usize = 10;

/// What is undone, and why.
#[derive(Debug)]
pub struct Undo<'a> {
    /// The source, as its entries have it.
    pub source: &'a str,
    /// Entries of the rows that are meant; `None` for all rows.
    pub rows: Option<&'a BTreeSet<u64>>,
    /// The reason, as every reversal says it.
    pub reason: &'a Text,
}

/// What became of a source's entries.
#[derive(Debug, Default)]
pub struct Undone {
    /// Entries that stood and moved something.
    pub entries: u64,
    /// Those that were reversed.
    pub reversed: u64,
    /// Those that are reversed since before.
    pub already: u64,
    /// Entries that only name or open something, and stay.
    pub naming: u64,
    /// Those that could not be reversed, newest first, each with the reason.
    pub left: Vec<(u64, Error)>,
}

/// Takes the rows of a source back.
///
/// # Errors
/// `unknown_source`, `rows_not_of_source`; those of the ledger: what is recorded until then stays, and
/// the same undo goes on after it.
pub fn undo(batch: &mut Batch<'_>, wanted: &Undo<'_>) -> Result<Undone> {
    let found = Found::read(batch, wanted)?;
    let mut done = Undone {
        entries: u64::try_from(found.standing.len()).unwrap_or(u64::MAX),
        already: found.already,
        naming: found.naming,
        ..Undone::default()
    };
    let reversal =
        |entry| EntryReversed { entry, reason: wanted.reason.clone(), filing: Filing::default() };
    let mut left: Vec<(u64, Option<Rejection>)> =
        found.standing.into_iter().rev().map(|entry| (entry, None)).collect();
    // What was in the way of a newer entry may be an older one of the same source.
    loop {
        let before = left.len();
        let mut still = Vec::new();
        for (entry, _) in left {
            match batch.reverse(&reversal(entry))? {
                None => done.reversed = done.reversed.saturating_add(1),
                Some(rejection) => still.push((entry, Some(rejection))),
            }
        }
        left = still;
        if left.is_empty() || left.len() == before {
            break;
        }
    }
    for (place, (entry, rejection)) in left.into_iter().enumerate() {
        let Some(rejection) = rejection else { continue };
        let reason = if place < EXPLAINED {
            batch.explained(&reversal(entry), rejection)?
        } else {
            rejection.into()
        };
        done.left.push((entry, reason));
    }
    Ok(done)
}

/// The entries of a source.
#[derive(Debug, Default)]
struct Found {
    standing: Vec<u64>,
    already: u64,
    naming: u64,
}

impl Found {
    fn read(batch: &Batch<'_>, wanted: &Undo<'_>) -> Result<Self> {
        let mut found = Self::default();
        // Row key and index of every entry of the source that may be meant, and the rows that are.
        let mut all: Vec<([u8; 16], u64, bool)> = Vec::new();
        let mut rows: BTreeSet<[u8; 16]> = BTreeSet::new();
        let mut met: BTreeSet<u64> = BTreeSet::new();
        let mut sources: BTreeMap<String, u64> = BTreeMap::new();
        batch.look_back(&mut |past| {
            let Some(row) = &past.row else { return Ok(()) };
            if row.source != wanted.source {
                let count = sources.entry(row.source.to_owned()).or_insert(0);
                *count = count.saturating_add(1);
                return Ok(());
            }
            if wanted.rows.is_some_and(|wanted| wanted.contains(&past.index)) {
                rows.insert(row.key);
                met.insert(past.index);
            }
            let moves = past.event()?.is_some_and(|event| books(&event.body));
            all.push((row.key, past.index, moves));
            Ok(())
        })?;
        if all.is_empty() {
            return Err(unknown_source(wanted.source, &sources));
        }
        if let Some(foreign) = wanted.rows.and_then(|wanted| wanted.difference(&met).next()) {
            let message = format!("@{foreign} is no entry of source `{}`", wanted.source);
            return Err(Error::new(Kind::Usage, "rows_not_of_source", message).with_hint(
                "name entries of this source only, or reverse others with `earmark reverse`; nothing was undone",
            ).with_detail("entry", format!("@{foreign}")).with_detail("source", wanted.source));
        }
        for (key, index, moves) in all {
            if wanted.rows.is_some() && !rows.contains(&key) {
                continue;
            }
            if batch.state().reversed.contains_key(&index) {
                found.already = found.already.saturating_add(1);
            } else if moves {
                found.standing.push(index);
            } else {
                found.naming = found.naming.saturating_add(1);
            }
        }
        Ok(found)
    }
}

fn unknown_source(source: &str, others: &BTreeMap<String, u64>) -> Error {
    let message = format!("no entry was imported as source `{}`", source.escape_debug());
    let error = Error::new(Kind::NotFound, "unknown_source", message).with_detail("source", source);
    if others.is_empty() {
        return error.with_hint("nothing was imported into this ledger");
    }
    let named: Vec<&str> = others.keys().map(String::as_str).take(SOURCES_NAMED).collect();
    let more = if others.len() > named.len() { ", …" } else { "" };
    error.with_hint(format!("the sources of this ledger: {}{more}", named.join(", ")))
}

/// The entries that a list of rows names: in the first column `@41` or `41`, as `earmark register -O csv`
/// writes it; a header and blank lines are left out.
///
/// # Errors
/// `rows_not_read`, with the line.
pub fn entries_of(text: &str) -> Result<BTreeSet<u64>> {
    let mut entries = BTreeSet::new();
    for (line, text) in (1_u64..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let cell = text.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"');
        if cell.is_empty() || (line == 1 && cell == "entry") {
            continue;
        }
        let entry = cell.strip_prefix('@').unwrap_or(cell).parse().map_err(|_| {
            let message = format!("line {line} of the rows: `{}` is no entry", cell.escape_debug());
            Error::new(Kind::Usage, "rows_not_read", message)
                .with_hint("one entry a line, as @41, or the file that `earmark register … -O csv` writes; nothing was undone").with_detail("line", line).with_detail("found", cell)
        })?;
        entries.insert(entry);
    }
    if entries.is_empty() {
        return Err(Error::new(Kind::Usage, "rows_not_read", "the list of rows names no entry")
            .with_hint(
                "one entry a line, as @41, or the file that `earmark register … -O csv` writes",
            )
            .in_case("empty"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_named_as_the_register_names_them() {
        let all = |text: &str| entries_of(text).map(|all| all.into_iter().collect::<Vec<_>>());
        assert_eq!(all("entry,occurred_on\n12,2013-01-04\n9,\"x\"\n").unwrap(), [9, 12]);
        assert_eq!(all("\u{feff}@7\r\n\r\n@8\r\n").unwrap(), [7, 8]);
        for text in ["", "entry\n", "@x", "7\nentry", "-1", "7.0"] {
            assert_eq!(all(text).unwrap_err().code(), "rows_not_read", "{text}");
        }
    }
}
