//! What a name names: an entry, a line, or a thing of one kind.
//!
//! A bare code is taken only where one kind of thing has it; else the kinds are listed.

use super::Reading;
use crate::chain::entry::EntryId;
use crate::domain::ids::{Code, LineKey};
use crate::error::{Error, Kind, Result};
use crate::form::EntryRef;
use crate::form::thing::{ThingName, ThingSort};
use crate::ledger::Reader;
use crate::ledger::reader::shelf::Shelf;
use crate::projection::names::Names;

/// What is to be shown, once it is known to be there.
pub(crate) enum Wanted {
    /// An entry, by index.
    Entry(u64),
    /// A line.
    Line(LineKey),
    /// A thing of a kind.
    Thing(ThingSort, Code),
}

/// Finds out what a name names.
pub(crate) fn resolve(reading: &Reading, books: &Shelf<'_>, name: &ThingName) -> Result<Wanted> {
    match name {
        ThingName::Entry(entry) => {
            resolve_entry(&reading.reader, reading.size, entry).map(Wanted::Entry)
        }
        ThingName::Line(line) if books.state()?.lines.contains_key(line) => {
            Ok(Wanted::Line(line.clone()))
        }
        ThingName::Line(line) => {
            Err(unknown("line", &line.to_string(), "earmark balance --by line"))
        }
        ThingName::Of(sort, code) if is_known(books, *sort, code)? => {
            Ok(Wanted::Thing(*sort, code.clone()))
        }
        ThingName::Of(sort, code) => Err(unknown(sort.word(), code.as_str(), list_of(*sort))),
        ThingName::Bare(code) => resolve_bare(reading, books, code),
    }
}

fn resolve_bare(reading: &Reading, books: &Shelf<'_>, code: &Code) -> Result<Wanted> {
    let mut kinds = Vec::new();
    for sort in ThingSort::ALL {
        if is_known(books, *sort, code)? {
            kinds.push(*sort);
        }
    }
    match kinds.as_slice() {
        [only] => Ok(Wanted::Thing(*only, code.clone())),
        [] => match code.as_str().parse::<EntryRef>() {
            Ok(entry) => resolve_entry(&reading.reader, reading.size, &entry).map(Wanted::Entry),
            Err(_) => {
                let list = "earmark funds, projects, payees or commitments; an entry is @12";
                let error =
                    Error::new(Kind::NotFound, "unknown_name", format!("there is no {code}"))
                        .in_case("bare")
                        .with_detail("found", code);
                Err(error.with_hint(format!("see {list}")))
            }
        },
        several => {
            let named: Vec<String> =
                several.iter().map(|sort| format!("{}:{code}", sort.word())).collect();
            let message = format!("{code} names {} things", named.len());
            Err(Error::new(Kind::Usage, "name_ambiguous", message)
                .with_hint(format!("say which: {}", named.join(", ")))
                .with_detail("found", code)
                .with_detail("possible", named.join(", ")))
        }
    }
}

/// The index of an entry that is named, below `size`.
pub(crate) fn resolve_entry(reader: &Reader, size: u64, name: &EntryRef) -> Result<u64> {
    let found = match name {
        EntryRef::Index(index) => Some(*index),
        EntryRef::Id(id) => reader.find(EntryId(*id))?,
        EntryRef::Voucher { fund, year, number } => {
            let orderly = reader.orderly_size(size)?;
            reader.find_voucher(size, (fund, *year, *number), orderly)?
        }
    };
    let found = found.filter(|index| *index < size);
    found.ok_or_else(|| unknown("entry", &name.to_string(), "earmark register"))
}

fn unknown(sort: &str, name: &str, list: &str) -> Error {
    Error::new(Kind::NotFound, "unknown_name", format!("there is no {sort} {name}"))
        .with_hint(format!("see {list}"))
        .with_detail("sort", sort)
        .with_detail("found", name)
        .with_detail("list", list)
}

fn list_of(sort: ThingSort) -> &'static str {
    match sort {
        ThingSort::Fund => "earmark funds",
        ThingSort::Project => "earmark projects",
        ThingSort::Payee => "earmark payees",
        ThingSort::Commitment => "earmark commitments",
        ThingSort::FollowOn => "earmark register type:follow-on",
        ThingSort::District => "earmark district list",
        ThingSort::Programme => "earmark programme list",
        ThingSort::Officer => "earmark officer list",
    }
}

fn is_known(books: &Shelf<'_>, sort: ThingSort, code: &Code) -> Result<bool> {
    let names = books.names()?;
    Ok(match sort {
        ThingSort::Fund => names.funds.contains_key(code),
        ThingSort::Project => names.projects.contains_key(code),
        ThingSort::Payee => names.payees.contains_key(code),
        ThingSort::Commitment => names.commitments.contains_key(code),
        ThingSort::FollowOn => books.state()?.follow_ons.contains_key(code),
        ThingSort::District => names.districts.contains_key(code),
        ThingSort::Programme => names.programmes.contains_key(code),
        ThingSort::Officer => officer_number(names, code).is_some(),
    })
}

/// The number of the officer of that name.
pub(crate) fn officer_number(names: &Names, name: &Code) -> Option<u32> {
    let mut officers = names.officers.iter();
    officers.find(|officer| officer.name.as_str() == name.as_str()).map(|officer| officer.number)
}
