//! Projects: approval with named funding, and purpose (专款专用).

use super::rules::{Rules, Scene};
use super::{master, state, time};
use crate::domain::event::{
    FundsReserved, ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated,
    ReservationReleased,
};
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, Tag};
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::rejection::{DateRule, Holder, LimitKind, Rejection};
use crate::domain::state::Fund;

/// 专款专用: the purpose, or an ancestor of it, is among the fund's.
pub(super) fn purpose(purpose: &Tag, code: &Code, fund: &Fund) -> Result<(), Rejection> {
    if fund.purposes.iter().any(|tag| purpose.is_within(tag)) {
        return Ok(());
    }
    let (purpose, purposes) = (purpose.clone(), fund.purposes.clone());
    Err(Rejection::PurposeOutside { purpose, fund: code.clone(), purposes })
}

impl Rules for ProjectApproved {
    fn rules(&self, at: &Scene<'_>, findings: &mut Vec<Finding>) -> Result<(), Rejection> {
        approve(at, self, findings)
    }
}

impl Rules for ProjectCompleted {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::approved(at.state, &self.code)
    }
}

impl Rules for ProjectTerminated {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::terminable(at.state, &self.code)
    }
}

impl Rules for ProjectClosedOut {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        state::ended(at.state, &self.code)
    }
}

impl Rules for FundsReserved {
    fn rules(&self, at: &Scene<'_>, _: &mut Vec<Finding>) -> Result<(), Rejection> {
        let fund = state::open_fund(at.state, &self.line.fund)?;
        state::approved(at.state, &self.project)?;
        let project = known::project(at.state, &self.project)?;
        purpose(&project.purpose, &self.line.fund, fund)
    }
}

no_rules!(ReservationReleased);

fn approve(
    at: &Scene<'_>,
    b: &ProjectApproved,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let (state, event) = (at.state, at.event);
    if let (Some(start), Some(end)) = (b.start, b.end) {
        let what = DateRule::Project;
        time::in_order(event.historical, end, start, what, findings)?;
    }
    if let Some(district) = &b.district {
        master::valid_district(state, district, event.occurred_on)?;
    }
    for funding in &b.funding {
        state::open_fund(state, &funding.line.fund)?;
    }
    for funding in &b.funding {
        purpose(&b.purpose, &funding.line.fund, known::fund(state, &funding.line.fund)?)?;
    }
    let sum = Amount::sum(b.funding.iter().map(|funding| funding.amount));
    let sum = sum.ok_or(Rejection::Overflow)?;
    match b.ceiling {
        Some(ceiling) if sum > ceiling => Err(Rejection::Limit {
            limit: LimitKind::Ceiling,
            name: Box::new(Holder::Project(b.code.clone())),
            asked: state.currency().money(sum),
            available: state.currency().money(ceiling),
        }),
        Some(_) | None => Ok(()),
    }
}
