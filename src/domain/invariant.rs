//! What holds after every command, checked from the state alone: used by tests after each step and
//! by `verify` at the end of the log.

use super::kinds::{Control, Stage};
use super::money::Amount;
use super::state::State;
use std::collections::BTreeMap;

/// What does not hold, in words; empty when all is well.
///
/// * All leaves add up to zero.
/// * No account is above (authority) or below (the others) zero, except `unreserved` where the policy
///   allows it, and `committed` and `paid` where history had negative amounts.
/// * What a project has engaged is the sum of its leaves.
/// * Paid in and withdrawn never exceed a pledge.
#[must_use]
pub fn broken(state: &State) -> Vec<String> {
    let mut broken = Vec::new();
    match Amount::sum(state.leaves.values().copied()) {
        Some(Amount::ZERO) => {}
        Some(sum) => broken.push(format!("all leaves add up to {} minor units, not to 0", sum.0)),
        None => broken.push("the leaves add up to more than can be counted".to_owned()),
    }
    let strict = state.policy.control == Control::Stop
        && state.policy.tolerance_basis_points == 0
        && state.policy.history_before.is_none();
    let mut engaged: BTreeMap<&str, Amount> = BTreeMap::new();
    for (leaf, balance) in &state.leaves {
        let wrong = match leaf.stage {
            Stage::Authority => *balance > Amount::ZERO,
            Stage::Unreserved => strict && balance.is_negative(),
            Stage::Committed | Stage::Paid => false,
            Stage::Reserved
            | Stage::ApprovedUnpaid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested => balance.is_negative(),
        };
        if wrong {
            broken.push(format!("{leaf} stands at {} minor units", balance.0));
        }
        let counts = matches!(leaf.stage, Stage::Committed | Stage::ApprovedUnpaid | Stage::Paid);
        if let Some(project) = leaf.project.as_ref().filter(|_| counts) {
            let sum = engaged.entry(project.as_str()).or_default();
            *sum = sum.checked_add(*balance).unwrap_or(Amount(i128::MAX));
        }
    }
    for (code, project) in &state.projects {
        let sum = engaged.get(code.as_str()).copied().unwrap_or_default();
        if sum != project.engaged {
            let (found, sum) = (project.engaged.0, sum.0);
            broken.push(format!("project {code} has engaged {found}, its leaves say {sum}"));
        }
    }
    for (code, follow_on) in &state.follow_ons {
        if follow_on.rest().is_none_or(Amount::is_negative) {
            broken.push(format!("follow-on investment {code} is paid in beyond its pledge"));
        }
    }
    broken
}
