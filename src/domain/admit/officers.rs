//! Officers and keys over time: who may bring in a key, which keys, and what ends.
//!
//! A key has one purpose and one life: no key that an officer or the log has, or once had, is taken
//! again, for anything. That a key's holder has it is not asked here: signatures are checked beside
//! the rules, from the same state (`ledger/reader/replay`).

use super::names;
use crate::domain::event::{Bytes32, LogKeyRotated, OfficerEnrolled, OfficerKeyRotated};
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Draft, Officer};

/// The officer of a number.
pub(super) fn known<'d>(draft: &'d Draft<'_>, number: u32) -> Result<&'d Officer, Rejection> {
    let place = usize::try_from(number).ok();
    let officer = place.and_then(|place| draft.officers().get(place));
    officer.ok_or_else(|| names::unknown(Thing::Officer, &format!("number {number}")))
}

/// An officer who was not revoked.
pub(super) fn standing<'d>(draft: &'d Draft<'_>, number: u32) -> Result<&'d Officer, Rejection> {
    let officer = known(draft, number)?;
    match officer.revoked {
        None => Ok(officer),
        Some(entry) => Err(Rejection::OfficerRevoked { officer: officer.name.clone(), entry }),
    }
}

/// The officer who signs was not revoked before the command; an entry of this very command that
/// revokes its own signer is covered by the signature.
pub(super) fn signs(draft: &Draft<'_>, number: u32) -> Result<(), Rejection> {
    let place = usize::try_from(number).ok();
    match place.and_then(|place| draft.officers_before().get(place)) {
        Some(Officer { name, revoked: Some(entry), .. }) => {
            Err(Rejection::OfficerRevoked { officer: name.clone(), entry: *entry })
        }
        Some(_) | None => Ok(()),
    }
}

/// A key that nobody has and nobody ever had.
fn fresh_key(draft: &Draft<'_>, key: &Bytes32) -> Result<(), Rejection> {
    let of = |officer: &Officer| format!("the key of officer {}", officer.name);
    if let Some(officer) = draft.officers().iter().find(|officer| officer.key == *key) {
        return Err(match officer.revoked {
            None => Rejection::KeyInUse { purpose: of(officer) },
            Some(until) => Rejection::KeyUsedBefore { purpose: of(officer), until },
        });
    }
    if draft.ledger().is_some_and(|ledger| ledger.log_key == *key) {
        return Err(Rejection::KeyInUse { purpose: "the log's key".to_owned() });
    }
    let Some(spent) = draft.spent_keys.get(key) else { return Ok(()) };
    let officer = spent.officer.and_then(|number| known(draft, number).ok());
    let purpose = officer.map_or_else(|| "the log's key".to_owned(), of);
    Err(Rejection::KeyUsedBefore { purpose, until: spent.until })
}

/// A key of one purpose, and the next number.
pub(super) fn enrol(draft: &Draft<'_>, b: &OfficerEnrolled) -> Result<(), Rejection> {
    fresh_key(draft, &b.key)?;
    let expected = u64::try_from(draft.officers().len()).unwrap_or(u64::MAX);
    let found = u64::from(b.number);
    if expected == found {
        return Ok(());
    }
    Err(Rejection::NumberNotNext { what: "officer number", expected, found })
}

pub(super) fn rotate(draft: &Draft<'_>, b: &OfficerKeyRotated) -> Result<(), Rejection> {
    standing(draft, b.number)?;
    fresh_key(draft, &b.key)
}

pub(super) fn rotate_log(draft: &Draft<'_>, b: &LogKeyRotated) -> Result<(), Rejection> {
    fresh_key(draft, &b.key)
}
