//! Projects: approval with named funding, and purpose (专款专用).

use super::{master, state, time};
use crate::domain::event::{Event, FundsReserved, ProjectApproved};
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, Tag};
use crate::domain::known;
use crate::domain::money::Amount;
use crate::domain::rejection::{DateRule, Holder, LimitKind, Rejection};
use crate::domain::state::{Fund, State};

/// 专款专用: the purpose, or an ancestor of it, is among the fund's.
pub(super) fn purpose(purpose: &Tag, code: &Code, fund: &Fund) -> Result<(), Rejection> {
    if fund.purposes.iter().any(|tag| purpose.is_within(tag)) {
        return Ok(());
    }
    let (purpose, purposes) = (purpose.clone(), fund.purposes.clone());
    Err(Rejection::PurposeOutside { purpose, fund: code.clone(), purposes })
}

pub(super) fn approve(
    state: &State,
    event: &Event,
    b: &ProjectApproved,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
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

pub(super) fn reserve(state: &State, b: &FundsReserved) -> Result<(), Rejection> {
    let fund = state::open_fund(state, &b.line.fund)?;
    state::approved(state, &b.project)?;
    purpose(&known::project(state, &b.project)?.purpose, &b.line.fund, fund)
}
