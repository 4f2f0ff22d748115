//! Officers and keys over time: who may sign what, up to which amount, which keys, and what ends.
//!
//! Roles and limits are rules of rule set 2. Under rule set 1 they are recorded and not asked for; keys
//! and revocations count under both, since a signature does.
//!
//! A key has one purpose and one life: no key that an officer or the log has, or once had, is taken
//! again, for anything. That a key's holder has it is not asked here: signatures are checked beside
//! the rules, from the same state (`ledger/reader/replay`).

use super::rules::{Rules, Scene};
use crate::domain::event::{
    AnchorAdopted, Body, Bytes32, LedgerOpened, LedgerRestored, LogKeyRotated, OfficerEnrolled,
    OfficerKeyRotated, OfficerRevoked, OfficerRolesChanged, Policy, PolicyAdopted,
};
use crate::domain::finding::Finding;
use crate::domain::kinds::{Role, Stage};
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::posting::Move;
use crate::domain::rejection::{KeyOf, Later, Numbered, Rejection, Thing};
use crate::domain::state::{Officer, State};
use std::collections::BTreeMap;

/// An officer who was not revoked.
pub(super) fn standing(state: &State, number: u32) -> Result<&Officer, Rejection> {
    let officer = known::officer(state, number)?;
    match officer.revoked {
        None => Ok(officer),
        Some(entry) => Err(Rejection::OfficerRevoked { officer: officer.name.clone(), entry }),
    }
}

/// Who signs a command and under which rules, as known just before its first entry: what the command
/// itself changes of keys, roles and policy counts from the next command on.
#[derive(Debug, Clone)]
pub struct Standing {
    /// None before the ledger is open.
    rule_set: Option<u32>,
    officer: Option<Officer>,
}

impl Standing {
    /// Of the officer of a number, on the state before the command.
    #[must_use]
    pub fn of(state: &State, officer: u32) -> Self {
        let place = usize::try_from(officer).ok();
        let officer = place.and_then(|place| state.officers.get(place)).cloned();
        let rule_set = state.ledger.as_ref().map(|_| state.policy.rule_set_version);
        Self { rule_set, officer }
    }

    /// Rule set 1 records roles and limits and asks for neither.
    fn has_roles(&self) -> bool {
        self.rule_set.is_none_or(|rule_set| rule_set >= 2)
    }

    /// The rule set that judges an event on `state`: of the time before the command; the command that
    /// opens a ledger is judged by its own.
    pub(super) fn rule_set(&self, state: &State, body: &Body) -> u32 {
        if let Some(rule_set) = self.rule_set {
            return rule_set;
        }
        if let Body::LedgerOpened(b) = body { &b.policy } else { &state.policy }.rule_set_version
    }
}

/// Whoever signs is an officer who was not revoked and has the role that the event asks for; an
/// officer's own key is rotated by that officer too.
pub(super) fn signs(
    state: &State,
    standing: &Standing,
    number: u32,
    body: &Body,
) -> Result<(), Rejection> {
    if state.size == 1 && number == 0 && matches!(body, Body::OfficerEnrolled(_)) {
        // The genesis command enrols the officer who signs it.
        return first(state, body);
    }
    let Some(officer) = &standing.officer else {
        return Err(known::unknown(Thing::Officer, &format!("number {number}")));
    };
    if let Some(entry) = officer.revoked {
        return Err(Rejection::OfficerRevoked { officer: officer.name.clone(), entry });
    }
    let own = matches!(body, Body::OfficerKeyRotated(b) if b.number == number);
    match body.role().filter(|_| standing.has_roles() && !own) {
        Some(wanted) if !officer.roles.contains(&wanted) => Err(Rejection::RoleRequired {
            officer: officer.name.clone(),
            roles: officer.roles.clone(),
            wanted,
            event: body.name(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// The officer who opens a ledger is its first administrator.
fn first(state: &State, body: &Body) -> Result<(), Rejection> {
    let Body::OfficerEnrolled(b) = body else { return Ok(()) };
    if state.policy.rule_set_version < 2 || b.roles.contains(&Role::Administrator) {
        return Ok(());
    }
    Err(Rejection::NoAdministrator)
}

/// An entry moves at most the limit of the officer who signs. What it moves is what goes into or out
/// of one stage of money, whichever is more: a payment from three lines counts whole, a transfer or
/// carry-forward once. Follow-on investments move no public money.
pub(super) fn within_limit(
    state: &State,
    standing: &Standing,
    moves: &[Move],
) -> Result<(), Rejection> {
    let Some((officer, limit)) = (standing.officer.as_ref().filter(|_| standing.has_roles()))
        .and_then(|officer| Some((officer, officer.limit?)))
    else {
        return Ok(());
    };
    let mut sums: BTreeMap<(bool, Stage), Amount> = BTreeMap::new();
    for m in moves {
        for side in [(true, m.from.stage), (false, m.to.stage)] {
            let sum = sums.entry(side).or_default();
            *sum = sum.checked_add(m.amount).ok_or(Rejection::Overflow)?;
        }
    }
    for sum in sums.into_values() {
        let sum = if sum.is_negative() { sum.checked_neg() } else { Some(sum) };
        let sum = sum.ok_or(Rejection::Overflow)?;
        if sum > limit {
            let (asked, limit) = (state.currency().money(sum), state.currency().money(limit));
            return Err(Rejection::OfficerLimit { officer: officer.name.clone(), asked, limit });
        }
    }
    Ok(())
}

/// Somebody else stays administrator.
fn not_the_last(state: &State, standing: &Standing, number: u32) -> Result<(), Rejection> {
    let officer = known::officer(state, number)?;
    let others = state.officers.iter().filter(|other| other.name != officer.name);
    if !standing.has_roles()
        || !officer.administers()
        || others.into_iter().any(Officer::administers)
    {
        return Ok(());
    }
    Err(Rejection::LastAdministrator { officer: officer.name.clone() })
}

impl Rules for OfficerRolesChanged {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        standing(at.state, self.number)?;
        if self.roles.contains(&Role::Administrator) {
            return Ok(());
        }
        not_the_last(at.state, at.standing, self.number)
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Rules for OfficerRevoked {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        standing(at.state, self.number)?;
        not_the_last(at.state, at.standing, self.number)
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

/// What the rule sets of this program know; `fields` has checked the figures.
pub(super) fn policy(policy: &Policy) -> Result<(), Rejection> {
    if !policy.has_known_rules() {
        return Err(Rejection::RuleSetUnknown { version: policy.rule_set_version });
    }
    if policy.approval_bands.is_empty() {
        Ok(())
    } else {
        Err(Rejection::NotInRuleSet { what: Later::ApprovalBands })
    }
}

impl Rules for PolicyAdopted {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        policy(&self.policy)?;
        rule_set(at.state, &self.policy)
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

/// Rule sets only go up, and one with roles begins where somebody is administrator.
fn rule_set(state: &State, policy: &Policy) -> Result<(), Rejection> {
    let (present, wanted) = (state.policy.rule_set_version, policy.rule_set_version);
    if wanted < present {
        return Err(Rejection::RuleSetOlder { present, wanted });
    }
    if wanted >= 2 && !state.officers.iter().any(Officer::administers) {
        return Err(Rejection::NoAdministrator);
    }
    Ok(())
}

/// A key that nobody has and nobody ever had.
fn fresh_key(state: &State, key: &Bytes32) -> Result<(), Rejection> {
    let of = |officer: &Officer| KeyOf::Officer(officer.name.clone());
    if let Some(officer) = state.officers.iter().find(|officer| officer.key == *key) {
        return Err(match officer.revoked {
            None => Rejection::KeyInUse { purpose: of(officer) },
            Some(until) => Rejection::KeyUsedBefore { purpose: of(officer), until },
        });
    }
    if state.ledger.as_ref().is_some_and(|ledger| ledger.log_key == *key) {
        return Err(Rejection::KeyInUse { purpose: KeyOf::Log });
    }
    let Some(spent) = state.spent_keys.get(key) else { return Ok(()) };
    let officer = spent.officer.and_then(|number| known::officer(state, number).ok());
    let purpose = officer.map_or(KeyOf::Log, of);
    Err(Rejection::KeyUsedBefore { purpose, until: spent.until })
}

/// A key of one purpose, and the next number.
impl Rules for OfficerEnrolled {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        fresh_key(at.state, &self.key)?;
        let expected = u64::try_from(at.state.officers.len()).unwrap_or(u64::MAX);
        let found = u64::from(self.number);
        if expected == found {
            return Ok(());
        }
        Err(Rejection::NumberNotNext { what: Numbered::Officers, expected, found })
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Rules for OfficerKeyRotated {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        standing(at.state, self.number)?;
        fresh_key(at.state, &self.key)
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

impl Rules for LogKeyRotated {
    fn office(&self, at: &Scene<'_>) -> Result<(), Rejection> {
        fresh_key(at.state, &self.key)
    }

    fn rules(&self, _: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        Ok(())
    }
}

no_rules!(LedgerOpened, LedgerRestored, AnchorAdopted);
