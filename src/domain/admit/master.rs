//! Master data: districts, programmes, payees and funds.

use super::rules::{Rules, Scene};
use super::state;
use crate::domain::calendar::Date;
use crate::domain::event::{
    DistrictRegistered, DistrictRetired, FundAmended, FundClosed, FundEstablished, PayeeRegistered,
    ProgrammeRegistered,
};
use crate::domain::finding::Finding;
use crate::domain::ids::Code;
use crate::domain::kinds::Stage;
use crate::domain::known;
use crate::domain::rejection::{DateRule, Rejection};
use crate::domain::state::State;

impl Rules for DistrictRegistered {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        district(at.state, self)
    }
}

/// A district ends once, on a day on which it is valid.
impl Rules for DistrictRetired {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        let district = known::district(at.state, &self.code)?;
        if let Some(to) = district.valid_to {
            let successor = district.successor.clone();
            return Err(Rejection::DistrictEnded { district: self.code.clone(), to, successor });
        }
        valid_district(at.state, &self.code, at.event.occurred_on)
    }
}

impl Rules for ProgrammeRegistered {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        within(at, self.district.as_ref())
    }
}

impl Rules for FundEstablished {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        within(at, self.district.as_ref())
    }
}

impl Rules for FundAmended {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::open_fund(at.state, &self.code).map(|_| ())
    }
}

impl Rules for FundClosed {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        close_fund(at.state, self)
    }
}

no_rules!(PayeeRegistered);

fn district(state: &State, b: &DistrictRegistered) -> Result<(), Rejection> {
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

/// What names a district names one that is valid on its day.
fn within(at: &Scene<'_>, district: Option<&Code>) -> Result<(), Rejection> {
    district.map_or(Ok(()), |code| valid_district(at.state, code, at.event.occurred_on))
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

fn close_fund(state: &State, b: &FundClosed) -> Result<(), Rejection> {
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
