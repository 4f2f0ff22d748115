//! What holds after every command, checked from the state alone: used by tests after each step and
//! by `verify` at the end of the log.

use super::apply::is_engaged;
use super::ids::LineKey;
use super::kinds::Stage;
use super::money::Amount;
use super::state::{Officer, State};
use std::collections::{BTreeMap, BTreeSet};

/// What does not hold, in words; empty when all is well.
///
/// * The leaves of every line add up to zero: money only ever moves within its line.
/// * No account is above (authority) or below (the others) zero, except `unreserved` where a policy
///   has ever allowed it, and `committed` and `paid` down to the negative amounts of history.
/// * Every leaf's line, project and commitment is known.
/// * What a project has engaged is the sum of its leaves.
/// * Paid in and withdrawn never exceed a pledge.
/// * No key is there twice: of officers, of the log, or given up; and somebody is administrator where
///   roles are asked for.
///
/// After a breach an account may stand where the rules would not have let it, and a pledge likewise.
#[must_use]
pub fn broken(state: &State) -> Vec<String> {
    let mut broken = Vec::new();
    broken_lines(state, &mut broken);
    broken_leaves(state, &mut broken);
    broken_projects(state, &mut broken);
    broken_office(state, &mut broken);
    for (code, follow_on) in state.follow_ons.iter().filter(|_| state.breaches.is_empty()) {
        if follow_on.rest().is_none_or(Amount::is_negative) {
            broken.push(format!("follow-on investment {code} is paid in beyond its pledge"));
        }
    }
    broken.sort_unstable();
    broken
}

fn broken_office(state: &State, broken: &mut Vec<String>) {
    let log_key = state.ledger.iter().map(|facts| facts.log_key);
    let present = state.officers.iter().map(|officer| officer.key).chain(log_key);
    let mut keys = BTreeSet::new();
    for key in present.chain(state.spent_keys.keys().copied()) {
        if !keys.insert(key) {
            broken.push(format!("the key {key} is there twice"));
        }
    }
    let former = state.ledger.iter().flat_map(|facts| &facts.former_log_keys);
    for former in former.filter(|former| !state.spent_keys.contains_key(&former.key)) {
        broken.push(format!("the log's former key {} is not known as given up", former.key));
    }
    let asks = state.policy.rule_set_version >= 2 && !state.officers.is_empty();
    if asks && !state.officers.iter().any(Officer::administers) {
        broken.push("nobody is administrator".to_owned());
    }
}

fn broken_lines(state: &State, broken: &mut Vec<String>) {
    // Modulo 2^128: the accounts of a line may each be near the end of what can be counted.
    let mut sums: BTreeMap<&LineKey, i128> = BTreeMap::new();
    for (leaf, balance) in state.balances() {
        let sum = sums.entry(&leaf.line).or_default();
        *sum = sum.wrapping_add(balance.0);
    }
    for (line, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        broken.push(format!("line {line} adds up to {sum} minor units, not to 0"));
    }
}

fn broken_leaves(state: &State, broken: &mut Vec<String>) {
    for (leaf, balance) in state.balances() {
        let wrong = match leaf.stage {
            Stage::Authority => *balance > Amount::ZERO,
            Stage::Unreserved => !state.was_lenient && balance.is_negative(),
            Stage::Committed | Stage::Paid => {
                *balance < state.floors.get(leaf).copied().unwrap_or_default()
            }
            Stage::Reserved
            | Stage::ApprovedUnpaid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested => balance.is_negative(),
        };
        if wrong && state.breaches.is_empty() {
            broken.push(format!("{leaf} stands at {} minor units", balance.0));
        }
        if !state.knows(leaf) {
            broken.push(format!("{leaf} belongs to something that is not known"));
        }
    }
}

fn broken_projects(state: &State, broken: &mut Vec<String>) {
    let mut engaged: BTreeMap<&str, i128> = BTreeMap::new();
    for (leaf, balance) in state.balances() {
        if let Some(project) = leaf.project.as_ref().filter(|_| is_engaged(leaf.stage)) {
            let sum = engaged.entry(project.as_str()).or_default();
            *sum = sum.wrapping_add(balance.0);
        }
    }
    for (code, project) in state.projects.iter() {
        let sum = engaged.get(code.as_str()).copied().unwrap_or_default();
        if sum != project.engaged.0 {
            let found = project.engaged.0;
            broken.push(format!("project {code} has engaged {found}, its leaves say {sum}"));
        }
    }
}
