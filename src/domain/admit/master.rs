//! The ledger, its policy and officers, and master data.

use super::state;
use crate::domain::calendar::Date;
use crate::domain::event::{DistrictRegistered, DistrictRetired, FundClosed, Policy};
use crate::domain::ids::Code;
use crate::domain::kinds::Stage;
use crate::domain::known;
use crate::domain::rejection::{DateRule, Later, Rejection};
use crate::domain::state::State;

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

pub(super) fn district(state: &State, b: &DistrictRegistered) -> Result<(), Rejection> {
    if let (Some(from), Some(to)) = (b.valid_from, b.valid_to)
        && to < from
    {
        let what = DateRule::District;
        return Err(Rejection::DateOrder { what, date: to, earliest: from });
    }
    if let Some(parent) = &b.parent {
        let above = known::district(state, parent)?;
        if u8::from(above.level) >= u8::from(b.level) {
            let (code, parent) = (b.code.clone(), parent.clone());
            return Err(Rejection::DistrictOrder { code, parent });
        }
    }
    Ok(())
}

/// A district ends once, on a day on which it is valid.
pub(super) fn retire(state: &State, b: &DistrictRetired, last_day: Date) -> Result<(), Rejection> {
    let district = known::district(state, &b.code)?;
    if let Some(to) = district.valid_to {
        let successor = district.successor.clone();
        return Err(Rejection::DistrictEnded { district: b.code.clone(), to, successor });
    }
    valid_district(state, &b.code, last_day)
}

/// What names a district names one that is valid on its day.
pub(super) fn within(state: &State, district: Option<&Code>, date: Date) -> Result<(), Rejection> {
    district.map_or(Ok(()), |code| valid_district(state, code, date))
}

/// The district is known, and valid on the date.
pub(super) fn valid_district(state: &State, code: &Code, date: Date) -> Result<(), Rejection> {
    let district = known::district(state, code)?;
    let begun = district.valid_from.is_none_or(|from| from <= date);
    let ended = district.valid_to.is_some_and(|to| to < date);
    if begun && !ended {
        return Ok(());
    }
    Err(Rejection::DistrictNotValid {
        district: code.clone(),
        date,
        from: district.valid_from,
        to: district.valid_to,
        successor: district.successor.clone().filter(|_| ended),
    })
}

pub(super) fn close_fund(state: &State, b: &FundClosed) -> Result<(), Rejection> {
    state::open_fund(state, &b.code)?;
    let held = state.find_leaf(|leaf| {
        let is_held = matches!(
            leaf.stage,
            Stage::Unreserved | Stage::Reserved | Stage::Committed | Stage::ApprovedUnpaid
        );
        is_held && leaf.line.fund == b.code
    });
    match held {
        Some(leaf) => Err(Rejection::FundNotEmpty {
            fund: b.code.clone(),
            account: Box::new(leaf.clone()),
            balance: state.currency().money(state.balance(leaf)),
        }),
        None => Ok(()),
    }
}
