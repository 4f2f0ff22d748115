//! Types 13–15, 17, 18, 70 and 71: money on lines.

use super::accounts::{authority, reserved, unreserved};
use super::commitment::{add_share, forget_change};
use super::project::{forget_funding, fund_project};
use super::{Done, Fact, Reversible, See, Seen, Value, maybe, maybe_name, out_of_range, reason};
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, Cited, ForeignEntry, FundsReserved, MoneySource, ReservationReleased, Split,
};
use crate::domain::ids::LineKey;
use crate::domain::kinds::{Direction, Stage};
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Allowed, Found, Rejection, Thing};
use crate::domain::state::{Journal, Line, State};

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
            let allowed = Allowed::YearOfAllocation(line.year.into());
            Err(out_of_range("origin year", &line.origin, allowed))
        })?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(vec![Move::new(authority(&self.line), unreserved(&self.line), self.amount)])
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        let line = Line { opened_on: done.occurred_on, entries: 1 };
        journal.lines().insert(self.line.clone(), line);
        Ok(())
    }
}

impl Reversible for AllocationRecorded {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        forget_opening(journal, &self.line);
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let (authority, unreserved) = (authority(&self.line), unreserved(&self.line));
        Ok(vec![match self.direction {
            Direction::Supplement => Move::new(authority, unreserved, self.amount),
            Direction::Reduction => Move::new(unreserved, authority, self.amount),
        }])
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Reversible for AllocationAdjusted {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, _: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let mut moves = vec![Move::new(unreserved(&self.from), authority(&self.from), self.amount)];
        if let Some(to) = &self.to {
            moves.push(Move::new(authority(to), unreserved(to), self.amount));
        }
        Ok(moves)
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Reversible for AllocationTransferred {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, _: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        Ok(())
    }
}

fn neither_one(found: Found) -> Seen {
    Err(Rejection::OutOfRange { field: "target", found, allowed: Allowed::LineOrLedger })
}

/// Another line, or another ledger; one of the two.
fn target(state: &State, b: &AllocationTransferred) -> Seen {
    match (&b.to, &b.elsewhere) {
        (Some(to), None) if *to == b.from => Err(out_of_range("target", to, Allowed::AnotherLine)),
        (Some(_), None) => Ok(()),
        (None, Some(there)) if state.ledger.as_ref().is_some_and(|own| own.id == there.ledger) => {
            Err(out_of_range("target", &there.ledger, Allowed::AnotherLedger))
        }
        (None, Some(_)) => Ok(()),
        (Some(_), Some(_)) => neither_one(Found::Both),
        (None, None) => neither_one(Found::Neither),
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let reserved = reserved(&self.line, &self.project);
        Ok(vec![Move::new(unreserved(&self.line), reserved, self.amount)])
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        fund_project(journal, &self.project, &self.line);
        Ok(())
    }
}

impl Reversible for FundsReserved {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        forget_funding(journal, &self.project, &self.line);
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let reserved = reserved(&self.line, &self.project);
        Ok(vec![Move::new(reserved, unreserved(&self.line), self.amount)])
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Reversible for ReservationReleased {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, _: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let (project, commitment) = (self.project.as_ref(), self.commitment.as_ref());
        let leaf = |line, stage| Leaf::new(line, stage, project, commitment);
        let from = leaf(&self.from, self.stage);
        Ok(vec![
            Move::new(from, leaf(&self.from, Stage::CarriedOut), self.amount),
            Move::new(authority(&self.to), leaf(&self.to, self.stage), self.amount),
        ])
    }

    fn remember(&self, journal: &mut Journal<'_>, done: &Done<'_>) -> Seen {
        journal.lines().update(&self.to, |line| {
            let (opened_on, entries) =
                line.map_or((done.occurred_on, 0), |line| (line.opened_on, line.entries));
            Ok::<_, Rejection>(Some(Line { opened_on, entries: entries.saturating_add(1) }))
        })?;
        carry_shares(journal, self);
        Ok(())
    }
}

impl Reversible for BalanceCarriedForward {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, entry: u64, _: bool) -> Seen {
        forget_carried(journal, entry, self);
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        let lapsed = Leaf::of(&self.line, Stage::Lapsed);
        Ok(vec![Move::new(unreserved(&self.line), lapsed, self.amount)])
    }

    fn remember(&self, _: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        Ok(())
    }
}

impl Reversible for BalanceLapsed {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, _: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        Ok(())
    }
}

/// A project or contract keeps its rights on the line that its balance was carried to.
fn carry_shares(journal: &mut Journal<'_>, b: &BalanceCarriedForward) {
    let funded = is_carried_funding(journal, b);
    if let Some(contract) = &b.commitment {
        journal.commitments().change(contract, |made| {
            add_share(made, &b.to, b.project.as_ref(), funded);
            made.changes = made.changes.saturating_add(1);
        });
    }
    if let Some(project) = b.project.as_ref().filter(|_| funded) {
        fund_project(journal, project, &b.to);
        let index = journal.size;
        journal.carried_funding().insert(index, ());
    }
}

/// True if what is carried is the project's own: reserved, or committed out of reserved money.
fn is_carried_funding(state: &State, b: &BalanceCarriedForward) -> bool {
    let made = b.commitment.as_ref().and_then(|contract| state.commitments.get(contract));
    match made {
        Some(made) => {
            made.share(&b.from, b.project.as_ref()).is_some_and(|share| share.from_reserved)
        }
        None => b.stage == Stage::Reserved,
    }
}

/// One entry less opens the line. Without any, and with nothing standing on it, it is as if it had
/// never been opened: it can be opened again, with the right amount.
fn forget_opening(journal: &mut Journal<'_>, key: &LineKey) {
    let Some(line) = journal.lines.get(key) else { return };
    let entries = line.entries.saturating_sub(1);
    if entries > 0 || journal.find_leaf(|leaf| leaf.line == *key).is_some() {
        journal.lines().change(key, |line| line.entries = entries);
    } else {
        journal.lines().remove(key);
    }
}

/// What the entry gave, whatever has become since of the share that it was carried from.
fn forget_carried(journal: &mut Journal<'_>, entry: u64, b: &BalanceCarriedForward) {
    if let Some(project) =
        b.project.as_ref().filter(|_| journal.carried_funding.contains_key(&entry))
    {
        forget_funding(journal, project, &b.to);
        journal.carried_funding().remove(&entry);
    }
    if let Some(contract) = &b.commitment {
        let (line, project) = (b.to.clone(), b.project.clone());
        forget_change(journal, contract, &[Split { line, project, amount: b.amount }]);
    }
    forget_opening(journal, &b.to);
}
