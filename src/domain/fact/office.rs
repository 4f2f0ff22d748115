//! Types 2 and 4–7: keys and roles.

use super::{Fact, See, Seen, Value, maybe, reason};
use crate::domain::event::{
    LogKeyRotated, OfficerEnrolled, OfficerKeyRotated, OfficerRevoked, OfficerRolesChanged,
};
use crate::domain::ids::MAX_REASON_BYTES;
use crate::domain::kinds::Role;
use crate::domain::known;
use crate::domain::rejection::{Rejection, Thing};

impl Fact for LogKeyRotated {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { key, proof, handover, reason, filing } = self;
        see.see("key", Value::Bytes(&key.0))?;
        see.see("proof", Value::Bytes(&proof.0))?;
        see.see("handover", maybe(handover.as_ref(), |bytes| Value::Bytes(&bytes.0)))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}

impl Fact for OfficerEnrolled {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, name, key, proof, roles, limit, filing } = self;
        see.see("number", Value::Number((*number).into()))?;
        see.see("name", Value::Text(name, 100))?;
        see.known(|state, _| {
            let known = state.officers.iter().any(|officer| officer.name == *name);
            known::unless(known, Thing::Officer, name)
        })?;
        see.see("key", Value::Bytes(&key.0))?;
        see.see("proof", Value::Bytes(&proof.0))?;
        self::roles(roles, see)?;
        see.see("limit", maybe(*limit, Value::Amount))?;
        filing.fields(see)
    }
}

impl Fact for OfficerRolesChanged {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, roles, limit, reason, filing } = self;
        see.see("number", Value::Officer(*number))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        self::roles(roles, see)?;
        see.see("limit", maybe(*limit, Value::Amount))?;
        filing.fields(see)
    }
}

fn roles<'e, S: See<'e>>(roles: &'e [Role], see: &mut S) -> Seen {
    see.see("roles", Value::List(roles.len()))?;
    for role in roles {
        see.see("roles", Value::Kind(role.text()))?;
    }
    see.form(
        |_| {
            if roles.is_empty() { Err(Rejection::TextEmpty { field: "roles" }) } else { Ok(()) }
        },
    )
}

impl Fact for OfficerKeyRotated {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, key, proof, reason, filing } = self;
        see.see("number", Value::Officer(*number))?;
        see.see("key", Value::Bytes(&key.0))?;
        see.see("proof", Value::Bytes(&proof.0))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }
}

impl Fact for OfficerRevoked {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, reason, filing } = self;
        see.see("number", Value::Officer(*number))?;
        see.see("reason", Value::Text(reason, MAX_REASON_BYTES))?;
        filing.fields(see)
    }
}
