//! Projects: approval with named funding, and the states that follow.

use super::{master, names};
use crate::domain::event::{Event, FundsReserved, ProjectApproved};
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, Tag};
use crate::domain::kinds::ProjectStatus;
use crate::domain::money::Amount;
use crate::domain::rejection::{LimitKind, Rejection, Thing};
use crate::domain::state::{Draft, Fund};

/// 专款专用: the purpose, or an ancestor of it, is among the fund's.
pub(super) fn purpose(purpose: &Tag, code: &Code, fund: &Fund) -> Result<(), Rejection> {
    if fund.purposes.iter().any(|tag| purpose.is_within(tag)) {
        return Ok(());
    }
    let (purpose, purposes) = (purpose.clone(), fund.purposes.clone());
    Err(Rejection::PurposeOutside { purpose, fund: code.clone(), purposes })
}

pub(super) fn approve(
    draft: &Draft<'_>,
    event: &Event,
    b: &ProjectApproved,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    if draft.projects.contains(&b.code) {
        return Err(names::exists(Thing::Project, &b.code));
    }
    b.programme.as_ref().map_or(Ok(()), |programme| names::programme(draft, programme))?;
    for duplicate in &b.duplicates {
        names::project(draft, duplicate)?;
    }
    if let Some(district) = &b.district {
        master::valid_district(draft, district, event.occurred_on)?;
    }
    if let (Some(start), Some(end)) = (b.start, b.end)
        && end < start
    {
        if !event.historical {
            let what = "a project ends after it begins";
            return Err(Rejection::DateOrder { what, date: end, earliest: start });
        }
        findings.push(Finding::OutOfOrder { date: end, earliest: start });
    }
    for (i, funding) in b.funding.iter().enumerate() {
        names::line(draft, &funding.line)?;
        let fund = names::open_fund(draft, &funding.line.fund)?;
        purpose(&b.purpose, &funding.line.fund, fund)?;
        if b.funding.iter().take(i).any(|other| other.line == funding.line) {
            let (line, project) = (funding.line.clone(), Some(b.code.clone()));
            return Err(Rejection::SplitTwice { line, project });
        }
    }
    let sum = Amount::sum(b.funding.iter().map(|funding| funding.amount));
    let sum = sum.ok_or(Rejection::Overflow)?;
    match b.ceiling {
        Some(ceiling) if sum > ceiling => Err(Rejection::Limit {
            limit: LimitKind::Ceiling,
            name: format!("project {}", b.code),
            asked: draft.currency().money(sum),
            available: draft.currency().money(ceiling),
        }),
        Some(_) | None => Ok(()),
    }
}

fn status(
    draft: &Draft<'_>,
    code: &Code,
    allowed: &[ProjectStatus],
    wanted: &'static str,
) -> Result<(), Rejection> {
    let status = names::project(draft, code)?.status;
    if allowed.contains(&status) {
        return Ok(());
    }
    Err(Rejection::ProjectStatus { project: code.clone(), status, wanted })
}

/// New commitments, increases, direct payments and reservations.
pub(super) fn may_spend(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    status(draft, code, &[ProjectStatus::Approved], "approved")
}

/// Payments of existing commitments.
pub(super) fn may_pay(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let allowed = [ProjectStatus::Approved, ProjectStatus::Completed];
    status(draft, code, &allowed, "approved or completed")
}

pub(super) fn complete(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    status(draft, code, &[ProjectStatus::Approved], "approved")
}

pub(super) fn terminate(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let allowed = [ProjectStatus::Approved, ProjectStatus::Suspended];
    status(draft, code, &allowed, "approved or suspended")
}

pub(super) fn close_out(draft: &Draft<'_>, code: &Code) -> Result<(), Rejection> {
    let allowed = [ProjectStatus::Completed, ProjectStatus::Terminated];
    status(draft, code, &allowed, "completed or terminated")
}

pub(super) fn reserve(draft: &Draft<'_>, b: &FundsReserved) -> Result<(), Rejection> {
    names::line(draft, &b.line)?;
    let fund = names::open_fund(draft, &b.line.fund)?;
    may_spend(draft, &b.project)?;
    purpose(&names::project(draft, &b.project)?.purpose, &b.line.fund, fund)
}
