//! Types 82, 84, 85 and 99: what was done to the ledger's files, and what came into it.

use super::{Done, Fact, See, Seen, Value, name, out_of_range};
use crate::domain::breach::COMMAND_ID_REPEATED;
use crate::domain::event::{
    AnchorAdopted, BreachAcknowledged, Cited, ConfidentialErased, LedgerRestored,
};
use crate::domain::ids::MAX_REASON_BYTES;
use crate::domain::known;
use crate::domain::posting::Move;
use crate::domain::rejection::{Allowed, Rejection};
use crate::domain::state::{Journal, State};

impl Fact for ConfidentialErased {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { entry, legal_basis, filing } = self;
        see.see("entry", Value::Entry(*entry))?;
        see.known(|at| {
            let event = known::entry(at.state, at.cited, *entry)?;
            // Only fields that are there can be erased.
            if event.confidential.is_some() {
                return Ok(());
            }
            Err(Rejection::NotConfidential { entry: *entry, kind: event.body.name() })
        })?;
        see.see("legal_basis", Value::Text(legal_basis, MAX_REASON_BYTES))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Fact for LedgerRestored {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { source, size, head, filing } = self;
        see.see("source", name(source))?;
        see.see("size", Value::Number((*size).into()))?;
        see.form(|state| {
            if *size == state.size {
                return Ok(());
            }
            Err(out_of_range("restored size", size, Allowed::EntriesBefore(state.size)))
        })?;
        see.see("head", Value::Bytes(&head.0))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Fact for AnchorAdopted {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { size, root, filing } = self;
        see.see("size", Value::Number((*size).into()))?;
        see.form(|state| {
            if *size <= state.size {
                return Ok(());
            }
            Err(out_of_range("anchor size", size, Allowed::AtMostEntriesBefore(state.size)))
        })?;
        see.see("root", Value::Bytes(&root.0))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

/// The most bytes of a rule's code.
const MAX_RULE_BYTES: usize = 64;

impl Fact for BreachAcknowledged {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { first, rule, reason, filing } = self;
        see.see("first", Value::Mention(*first))?;
        see.see("rule", Value::Text(rule, MAX_RULE_BYTES))?;
        see.see("reason", Value::Text(reason, MAX_REASON_BYTES))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let by = journal.size;
        if self.rule.as_str() == COMMAND_ID_REPEATED {
            journal.repeats().insert(self.first, by);
        } else {
            journal.breaches().change(&self.first, |breach| breach.acknowledged = Some(by));
        }
        Ok(())
    }
}
