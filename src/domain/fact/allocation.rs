//! Types 13–15, 17, 18, 70 and 71: money on lines.

use super::{Fact, See, Seen, Value, maybe, maybe_name, out_of_range, reason};
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, ForeignEntry, FundsReserved, MoneySource, ReservationReleased,
};
use crate::domain::rejection::Thing;
use crate::domain::state::State;

impl Fact for AllocationRecorded {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { line, amount, source, filing } = self;
        let MoneySource { kind, division, reference } = source;
        see.see("source", Value::Struct)?;
        see.see("source.kind", Value::Kind(kind.text()))?;
        see.see("source.division", maybe_name(division.as_ref()))?;
        see.see("source.reference", maybe_name(reference.as_ref()))?;
        see.see("line", Value::NewLine(line))?;
        see.form(|_| {
            if line.origin == line.year {
                return Ok(());
            }
            let allowed = format!("{}, the year of the allocation", line.year);
            Err(out_of_range("origin year", &line.origin, &allowed))
        })?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
    }
}

impl Fact for AllocationAdjusted {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { line, direction, amount, reason, filing } = self;
        see.see("line", Value::Line(line))?;
        see.see("direction", Value::Kind(direction.text()))?;
        see.see("amount", Value::Amount(*amount))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}

impl Fact for AllocationTransferred {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { from, to, elsewhere, amount, reason, filing } = self;
        see.see("from", Value::Line(from))?;
        see.see("to", maybe(to.as_ref(), Value::Line))?;
        see.see("elsewhere", maybe(elsewhere.as_ref(), |_| Value::Struct))?;
        if let Some(ForeignEntry { ledger, entry }) = elsewhere {
            see.see("elsewhere.ledger", Value::Bytes(&ledger.0))?;
            see.see("elsewhere.entry", maybe(*entry, |entry| Value::Number(entry.into())))?;
        }
        see.form(|state| target(state, self))?;
        see.see("amount", Value::Amount(*amount))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}

/// Another line, or another ledger; one of the two.
fn target(state: &State, b: &AllocationTransferred) -> Seen {
    match (&b.to, &b.elsewhere) {
        (Some(to), None) if *to == b.from => Err(out_of_range("target", to, "another line")),
        (Some(_), None) => Ok(()),
        (None, Some(there)) if state.ledger.as_ref().is_some_and(|own| own.id == there.ledger) => {
            Err(out_of_range("target", &there.ledger, "another ledger"))
        }
        (None, Some(_)) => Ok(()),
        (Some(_), Some(_)) => Err(out_of_range("target", &"both", "a line or another ledger")),
        (None, None) => Err(out_of_range("target", &"none", "a line or another ledger")),
    }
}

impl Fact for FundsReserved {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { project, line, amount, filing } = self;
        see.see("project", Value::Known(Thing::Project, project))?;
        see.see("line", Value::Line(line))?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
    }
}

impl Fact for ReservationReleased {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { project, line, amount, filing } = self;
        see.see("project", Value::Known(Thing::Project, project))?;
        see.see("line", Value::Line(line))?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
    }
}

impl Fact for BalanceCarriedForward {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { from, to, stage, project, commitment, amount, rest, filing } = self;
        see.see("from", Value::Line(from))?;
        see.see("to", Value::AnyLine(to))?;
        see.see("stage", Value::Kind(stage.text()))?;
        let known = |thing| move |code| Value::Known(thing, code);
        see.see("project", maybe(project.as_ref(), known(Thing::Project)))?;
        see.see("commitment", maybe(commitment.as_ref(), known(Thing::Commitment)))?;
        see.see("amount", Value::Amount(*amount))?;
        see.see("rest", Value::Kind(rest.text()))?;
        filing.fields(see)
    }
}

impl Fact for BalanceLapsed {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { line, amount, reason, filing } = self;
        see.see("line", Value::Line(line))?;
        see.see("amount", Value::Amount(*amount))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}
