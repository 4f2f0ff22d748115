//! Types 80 and 81: reversals and attachments.

use super::{Done, Fact, Reversible, See, Seen, Value, moved};
use crate::domain::event::{Cited, DocumentAttached, EntryReversed, Event};
use crate::domain::ids::MAX_REASON_BYTES;
use crate::domain::known;
use crate::domain::posting::Move;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Journal, State};

impl Fact for EntryReversed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { entry, reason, filing } = self;
        see.see("entry", Value::Entry(*entry))?;
        see.known(|at| {
            let body = &known::counted(at.state, at.cited, *entry)?.body;
            if body.is_reversible(at.rule_set) {
                return Ok(());
            }
            Err(Rejection::NotReversible { entry: *entry, kind: body.name() })
        })?;
        see.see("reason", Value::Text(reason, MAX_REASON_BYTES))?;
        filing.fields(see)
    }

    /// The inverse moves of the entry, last first.
    fn moves(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        let event = known::counted(state, cited, self.entry)?;
        let done = moved(state, self.entry, event, cited)?;
        Ok(done.into_iter().rev().map(|m| Move::new(m.to, m.from, m.amount)).collect())
    }

    /// Forgets what the reversed entry made the state remember.
    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        let event = original(self.entry, done.cited)?;
        let index = journal.size;
        journal.reversed().insert(self.entry, index);
        let kept = journal.kept_moves.contains_key(&self.entry);
        journal.kept_moves().remove(&self.entry);
        free_e_vouchers(journal, self.entry, event);
        event.body.forget(journal, self.entry, kept)
    }
}

impl Fact for DocumentAttached {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { entry, filing } = self;
        see.see("entry", Value::Mention(*entry))?;
        see.form(|_| {
            if filing.documents.is_empty() && filing.document_no.is_none() {
                return Err(Rejection::TextEmpty { field: "documents" });
            }
            Ok(())
        })?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

fn original(entry: u64, cited: &Cited) -> Result<&Event, Rejection> {
    cited.get(&entry).ok_or_else(|| known::unknown(Thing::Entry, &format!("@{entry}")))
}

/// An e-voucher of an entry that is undone may be booked again, with what was right.
fn free_e_vouchers(journal: &mut Journal<'_>, entry: u64, event: &Event) {
    let attached = journal.attached_e_vouchers.get(&entry).cloned();
    journal.attached_e_vouchers().remove(&entry);
    let own = event.body.filing().documents.iter().map(|document| document.hash);
    for hash in own.chain(attached.unwrap_or_default()) {
        if journal.e_vouchers.get(&hash) == Some(&entry) {
            journal.e_vouchers().remove(&hash);
        }
    }
}
