//! Types 2 and 4–7: keys and roles.

use super::{Done, Fact, See, Seen, Value, maybe, reason};
use crate::domain::event::{
    Cited, LogKeyRotated, OfficerEnrolled, OfficerKeyRotated, OfficerRevoked, OfficerRolesChanged,
};
use crate::domain::ids::MAX_REASON_BYTES;
use crate::domain::kinds::Role;
use crate::domain::known;
use crate::domain::posting::Move;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{FormerLogKey, Journal, Officer, SpentKey, State};

impl Fact for LogKeyRotated {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { key, proof, handover, reason, filing } = self;
        see.see("key", Value::Bytes(&key.0))?;
        see.see("proof", Value::Bytes(&proof.0))?;
        see.see("handover", maybe(handover.as_ref(), |bytes| Value::Bytes(&bytes.0)))?;
        see.see("reason", self::reason(reason.as_ref()))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let (until, handed_over) = (journal.size, self.handover.is_some());
        let Some(facts) = journal.ledger_mut() else { return Ok(()) };
        let key = std::mem::replace(&mut facts.log_key, self.key);
        facts.former_log_keys.push(FormerLogKey { key, until, handed_over });
        journal.spent_keys().insert(key, SpentKey { officer: None, until });
        Ok(())
    }
}

impl Fact for OfficerEnrolled {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, name, key, proof, roles, limit, filing } = self;
        see.see("number", Value::Number((*number).into()))?;
        see.see("name", Value::Text(name, 100))?;
        see.known(|at| {
            let known = at.state.officers.iter().any(|officer| officer.name == *name);
            known::unless(known, Thing::Officer, name)
        })?;
        see.see("key", Value::Bytes(&key.0))?;
        see.see("proof", Value::Bytes(&proof.0))?;
        self::roles(roles, see)?;
        see.see("limit", maybe(*limit, Value::Amount))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        journal.officers_mut().push(Officer {
            name: self.name.clone(),
            key: self.key,
            roles: self.roles.clone(),
            limit: self.limit,
            revoked: None,
        });
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        if let Some(officer) = officer_mut(journal, self.number) {
            officer.roles.clone_from(&self.roles);
            officer.limit = self.limit;
        }
        Ok(())
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

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let until = journal.size;
        if let Some(officer) = officer_mut(journal, self.number) {
            let key = std::mem::replace(&mut officer.key, self.key);
            let spent = SpentKey { officer: Some(self.number), until };
            journal.spent_keys().insert(key, spent);
        }
        Ok(())
    }
}

impl Fact for OfficerRevoked {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self { number, reason, filing } = self;
        see.see("number", Value::Officer(*number))?;
        see.see("reason", Value::Text(reason, MAX_REASON_BYTES))?;
        filing.fields(see)
    }

    fn moves(&self, _: &State, _: &Cited) -> Result<Vec<Move>, Rejection> {
        Ok(Vec::new())
    }

    fn remember(&self, journal: &mut Journal<'_>, _: &Done<'_>) -> Seen {
        let entry = journal.size;
        if let Some(officer) = officer_mut(journal, self.number) {
            officer.revoked = Some(entry);
        }
        Ok(())
    }
}

fn officer_mut<'j>(journal: &'j mut Journal<'_>, number: u32) -> Option<&'j mut Officer> {
    journal.officers_mut().get_mut(usize::try_from(number).ok()?)
}
