//! Types 50–52: follow-on investment.

use super::{Done, Fact, Reversible, See, Seen, Value, maybe, maybe_name, name, reason};
use crate::domain::event::{
    Cited, FollowOnPaidIn, FollowOnPledged, FollowOnWithdrawn, OriginalAmount,
};
use crate::domain::ids::Code;
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::posting::Move;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{FollowOn, Journal, State};

impl Fact for FollowOnPledged {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self {
            code,
            project,
            investor,
            kind,
            amount,
            original,
            valuation,
            agreement,
            causality,
            filing,
        } = self;
        see.see("code", Value::New(Thing::FollowOn, code))?;
        see.see("project", Value::Known(Thing::Project, project))?;
        see.see("investor", name(investor))?;
        see.see("kind", Value::Kind(kind.text()))?;
        see.see("agreement", maybe_name(agreement.as_ref()))?;
        see.see("causality", reason(causality.as_ref()))?;
        see.see("original", maybe(original.as_ref(), |_| Value::Struct))?;
        if let Some(OriginalAmount { amount, currency, rate, source }) = original {
            see.see("original.amount", Value::Amount(*amount))?;
            see.see("original.currency", Value::Text(currency, 3))?;
            see.see("original.rate", Value::Text(rate, 64))?;
            see.see("original.source", name(source))?;
        }
        see.see("amount", Value::Amount(*amount))?;
        see.see("valuation", maybe(valuation.as_ref(), |hash| Value::Bytes(&hash.0)))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let follow_on = FollowOn {
            project: self.project.clone(),
            kind: self.kind,
            pledged: self.amount,
            paid_in: Amount::ZERO,
            withdrawn: Amount::ZERO,
            ended: false,
        };
        journal.follow_ons().insert(self.code.clone(), follow_on);
        Ok(())
    }
}

impl Reversible for FollowOnPledged {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        journal.follow_ons().remove(&self.code);
        Ok(())
    }
}

impl Fact for FollowOnPaidIn {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, amount, filing } = self;
        see.see("code", Value::Known(Thing::FollowOn, code))?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        change(journal, &self.code, |follow_on| {
            follow_on.paid_in = follow_on.paid_in.checked_add(self.amount)?;
            Some(())
        })
    }
}

impl Reversible for FollowOnPaidIn {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        change(journal, &self.code, |follow_on| {
            follow_on.paid_in = follow_on.paid_in.checked_sub(self.amount)?;
            Some(())
        })
    }
}

impl Fact for FollowOnWithdrawn {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, amount, reason, filing } = self;
        see.see("code", Value::Known(Thing::FollowOn, code))?;
        see.see("amount", Value::Amount(*amount))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        change(journal, &self.code, |follow_on| {
            follow_on.withdrawn = follow_on.withdrawn.checked_add(self.amount)?;
            follow_on.ended = true;
            Some(())
        })
    }
}

impl Reversible for FollowOnWithdrawn {
    fn moved(&self, state: &State, cited: &Cited) -> Result<Vec<Move>, Rejection> {
        self.moves(state, cited)
    }

    fn forget(&self, journal: &mut Journal<'_>, _: u64, _: bool) -> Seen {
        change(journal, &self.code, |follow_on| {
            follow_on.withdrawn = follow_on.withdrawn.checked_sub(self.amount)?;
            follow_on.ended = false;
            Some(())
        })
    }
}

/// Changes an investment that is there; `None` is an overflow.
fn change(
    journal: &mut Journal<'_>,
    code: &Code,
    change: impl FnOnce(&mut FollowOn) -> Option<()>,
) -> Seen {
    let changed = journal.follow_ons().change(code, change);
    changed.ok_or_else(|| known::unknown(Thing::FollowOn, code))?.ok_or(Rejection::Overflow)
}
