//! Types 50–52: follow-on investment.

use super::{Fact, See, Seen, Value, maybe, maybe_name, name, reason};
use crate::domain::event::{FollowOnPaidIn, FollowOnPledged, FollowOnWithdrawn, OriginalAmount};
use crate::domain::rejection::Thing;

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
}

impl Fact for FollowOnPaidIn {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { code, amount, filing } = self;
        see.see("code", Value::Known(Thing::FollowOn, code))?;
        see.see("amount", Value::Amount(*amount))?;
        filing.fields(see)
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
}
