//! Types 80 and 81: reversals and attachments.

use super::{Fact, See, Seen, Value};
use crate::domain::event::{DocumentAttached, EntryReversed};
use crate::domain::ids::MAX_REASON_BYTES;
use crate::domain::known;
use crate::domain::rejection::{Rejection, Thing};

impl Fact for EntryReversed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { entry, reason, filing } = self;
        see.see("entry", Value::Entry(*entry))?;
        see.known(|state, cited| {
            let body = &known::entry(state, cited, *entry)?.body;
            if body.is_reversible() {
                return Ok(());
            }
            Err(Rejection::NotReversible { entry: *entry, kind: body.name() })
        })?;
        see.see("reason", Value::Text(reason, MAX_REASON_BYTES))?;
        filing.fields(see)
    }
}

impl Fact for DocumentAttached {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { entry, filing } = self;
        // It is not handed in: nothing of it is asked but that it is there.
        see.see("entry", Value::Number((*entry).into()))?;
        see.known(|state, _| {
            if *entry < state.size {
                return Ok(());
            }
            Err(known::unknown(Thing::Entry, &format!("@{entry}")))
        })?;
        see.form(|_| {
            if filing.documents.is_empty() && filing.document_no.is_none() {
                return Err(Rejection::TextEmpty { field: "documents" });
            }
            Ok(())
        })?;
        filing.fields(see)
    }
}
