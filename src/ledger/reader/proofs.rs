//! Proofs of possession: whoever brings in a key shows that somebody holds it.
//!
//! Enrolments and new keys of officers are proved under the new key; a new log key too, and where the
//! old one was still there it signs for its successor (the handover).

use crate::chain::breaks::{Break, Likely};
use crate::chain::entry::LedgerId;
use crate::chain::signature::{enrol_message, log_key_message, verify};
use crate::domain::event::{Body, Bytes32, Bytes64, Event, LogKeyRotated};
use crate::domain::state::State;

/// Checks every proof in a command's events, each with its index, on the state just before it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others bring in no key")]
pub(super) fn check<'e>(
    ledger: LedgerId,
    state: &'e State,
    events: impl Iterator<Item = (u64, &'e Event)> + Clone,
) -> Result<(), Break> {
    let mut log_key = state.ledger.as_ref().map(|facts| facts.log_key);
    for (index, event) in events.clone() {
        match &event.body {
            Body::LedgerOpened(b) => log_key = Some(b.log_key),
            Body::OfficerEnrolled(b) => {
                possession(ledger, index, b.name.as_str(), &b.key, &b.proof)?
            }
            Body::OfficerKeyRotated(b) => {
                let before = events.clone().take_while(|(other, _)| *other < index);
                // An officer whom nobody knows has no name to prove; the rules refuse that entry.
                if let Some(name) = name_of(state, before, b.number) {
                    possession(ledger, index, name, &b.key, &b.proof)?;
                }
            }
            Body::LogKeyRotated(b) => {
                if let Some(old) = log_key.replace(b.key) {
                    succession(ledger, index, &old, b)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only an enrolment names its officer")]
fn name_of<'a>(
    state: &'a State,
    mut before: impl Iterator<Item = (u64, &'a Event)>,
    number: u32,
) -> Option<&'a str> {
    let known = usize::try_from(number).ok().and_then(|number| state.officers.get(number));
    known.map(|officer| officer.name.as_str()).or_else(|| {
        before.find_map(|(_, event)| match &event.body {
            Body::OfficerEnrolled(b) if b.number == number => Some(b.name.as_str()),
            _ => None,
        })
    })
}

fn possession(
    ledger: LedgerId,
    index: u64,
    name: &str,
    key: &Bytes32,
    proof: &Bytes64,
) -> Result<(), Break> {
    let message = enrol_message(ledger, name, &key.0);
    signed(key, &message, proof, index, "proof", || format!("a proof by the key of officer {name}"))
}

fn succession(ledger: LedgerId, index: u64, old: &Bytes32, b: &LogKeyRotated) -> Result<(), Break> {
    let message = log_key_message(ledger, &old.0, &b.key.0);
    let words =
        |which: &'static str, key: Bytes32| move || format!("one by the {which} log key {key}");
    signed(&b.key, &message, &b.proof, index, "proof", words("new", b.key))?;
    b.handover.as_ref().map_or(Ok(()), |handover| {
        signed(old, &message, handover, index, "handover", words("old", *old))
    })
}

fn signed(
    key: &Bytes32,
    message: &[u8],
    signature: &Bytes64,
    index: u64,
    field: &'static str,
    expected: impl Fn() -> String,
) -> Result<(), Break> {
    if verify(&key.0, message, &signature.0) {
        return Ok(());
    }
    Err(Break::new(index, field, expected(), "one that does not verify", Likely::Changed))
}
