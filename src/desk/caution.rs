//! What a receipt warns of beside the findings of the rules: slips of the pen ([`Caution`]).

use super::Desk;
use crate::domain::calendar::Date;
use crate::domain::caution::{Caution, KnownPayee, cautions, payee_twice};
use crate::domain::event::{Body, PayeeRegistered};
use crate::ledger::{Ledger, Reader, Receipt};

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
    let reader = Reader::open(ledger.folder(), None).ok()?;
    let names = reader.books(reader.size(), None).ok()?.names;
    let known = names.payees.iter().map(|(code, payee)| KnownPayee {
        code,
        names: [Some(&payee.name), payee.name_zh.as_ref()],
        credit_code: payee.credit_code.as_ref(),
    });
    payee_twice(new, known)
}
