//! Orders about what is booked already.

use super::Desk;
use super::documents::document;
use crate::cli::args::{AttachDocuments, ReverseAnEntry};
use crate::domain::command::Command;
use crate::domain::event::{DocumentAttached, EntryReversed};
use crate::error::Result;

pub(super) fn reverse(desk: &Desk<'_>, a: &ReverseAnEntry) -> Result<Command> {
    let (entry, reason, filing) = (desk.entry(&a.entry)?, a.reason.clone(), desk.filing());
    let reversal = EntryReversed { entry, reason, filing };
    Ok(if a.with_dependents {
        Command::ReverseWithDependents(reversal)
    } else {
        Command::ReverseEntry(reversal)
    })
}

pub(super) fn attach(desk: &Desk<'_>, a: &AttachDocuments) -> Result<Command> {
    let mut filing = desk.filing();
    filing.documents.insert(0, document(&a.document)?);
    Ok(Command::AttachDocument(DocumentAttached { entry: desk.entry(&a.entry)?, filing }))
}
