//! What a receipt warns of beside the findings of the rules: slips of the pen ([`Caution`]).

use super::Desk;
use crate::domain::calendar::Date;
use crate::domain::caution::{Caution, KnownPayee, cautions, payee_twice};
use crate::domain::event::{Body, PayeeRegistered};
use crate::domain::ids::Code;
use crate::ledger::{Ledger, Reader, Receipt};
use std::collections::BTreeMap;

/// The cautions of what was recorded just now, or would be; none of a first receipt that comes again.
pub(crate) fn of(desk: &Desk, ledger: &Ledger, receipt: &Receipt) -> Vec<Caution> {
    let facts = ledger.state().ledger.as_ref().filter(|_| !receipt.replayed);
    let (Some(facts), Ok(clock)) = (facts, desk.clock()) else { return Vec::new() };
    let today = Date::at(clock.now_microseconds(), facts.utc_offset_minutes);
    let mut found = Vec::new();
    for entry in &receipt.entries {
        found.extend(cautions(&entry.event, facts, today));
        if let Body::PayeeRegistered(new) = &entry.event.body {
            found.extend(twice(ledger, new));
        }
    }
    found
}

/// Another payee of the same name or credit code. What is recorded is recorded: where the names cannot
/// be read, nobody is warned.
fn twice(ledger: &Ledger, new: &PayeeRegistered) -> Option<Caution> {
    let log_key = ledger.state().ledger.as_ref().map(|facts| facts.log_key.0);
    let reader = Reader::open(ledger.folder(), log_key).ok()?;
    let mut found: BTreeMap<Code, Caution> = BTreeMap::new();
    // What a void entry named is no payee, nor what was taken back.
    let state = ledger.state();
    let counts =
        |index: u64| !state.void.contains_key(&index) && !state.reversed.contains_key(&index);
    let mut compare = |known: KnownPayee<'_>| {
        let twice = payee_twice(new, std::iter::once(known));
        if let Some(twice) = twice.filter(|_| state.payees.contains_key(known.code)) {
            found.insert(known.code.clone(), twice);
        }
    };
    reader.payees(reader.size(), &counts, &mut compare).ok()?;
    found.into_values().next()
}
