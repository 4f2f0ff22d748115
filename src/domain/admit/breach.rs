//! Acknowledging what should not be in the ledger: by an administrator who was one before it, and who did
//! not sign it where another could.

use super::rules::{Rules, Scene};
use crate::domain::breach::COMMAND_ID_REPEATED;
use crate::domain::event::{Body, BreachAcknowledged, Event};
use crate::domain::finding::Finding;
use crate::domain::known;
use crate::domain::rejection::Rejection;
use crate::domain::state::{Breach, State};

/// One a command: what an acknowledgement comes with would be judged by somebody in a hurry.
pub(super) fn alone(events: &[Event]) -> Result<(), Rejection> {
    let acknowledges = |event: &Event| matches!(event.body, Body::BreachAcknowledged(_));
    if events.len() > 1 && events.iter().any(acknowledges) {
        return Err(Rejection::BreachAlone);
    }
    Ok(())
}

impl Rules for BreachAcknowledged {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        let (first, signer) = (self.first, at.context.officer);
        if self.rule.as_str() == COMMAND_ID_REPEATED {
            // Ids are followed by whoever verifies; here it is only said once.
            return match at.state.repeats.get(&first) {
                Some(by) => Err(Rejection::BreachClosed { first, by: *by }),
                None => Ok(()),
            };
        }
        let known = at.state.breaches.get(&first).filter(|breach| breach.rule == self.rule);
        let Some(breach) = known else {
            return Err(Rejection::BreachUnknown { first, rule: self.rule.clone() });
        };
        if let Some(by) = breach.acknowledged {
            return Err(Rejection::BreachClosed { first, by });
        }
        let officer = || known::officer(at.state, signer).map(|officer| officer.name.clone());
        if !breach.administrators.contains(&signer) {
            return Err(Rejection::BreachLater { first, officer: officer()? });
        }
        if breach.officer == signer && others(at.state, breach) {
            return Err(Rejection::BreachOwn { first, officer: officer()? });
        }
        Ok(())
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

/// Somebody else was administrator before it, and stands still.
fn others(state: &State, breach: &Breach) -> bool {
    let mut others = breach.administrators.iter().filter(|number| **number != breach.officer);
    others
        .any(|number| known::officer(state, *number).is_ok_and(|officer| officer.revoked.is_none()))
}
