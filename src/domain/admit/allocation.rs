//! Authority: given once a line, then adjusted, transferred, carried or lapsed.

use super::names;
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
};
use crate::domain::ids::Tag;
use crate::domain::kinds::Stage;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::Draft;
use std::collections::BTreeSet;

pub(super) fn record(draft: &Draft<'_>, b: &AllocationRecorded) -> Result<(), Rejection> {
    if draft.lines.contains(&b.line) {
        return Err(names::exists(Thing::Line, &b.line));
    }
    names::open_fund(draft, &b.line.fund)?;
    if b.line.origin != b.line.year {
        let (found, allowed) = (b.line.origin.to_string(), b.line.year.to_string());
        return Err(Rejection::OutOfRange { field: "origin year", found, allowed });
    }
    Ok(())
}

pub(super) fn adjust(draft: &Draft<'_>, b: &AllocationAdjusted) -> Result<(), Rejection> {
    names::open_fund(draft, &b.line.fund).map(|_| ())
}

pub(super) fn transfer(draft: &Draft<'_>, b: &AllocationTransferred) -> Result<(), Rejection> {
    names::line(draft, &b.from)?;
    let to = match (&b.to, &b.elsewhere) {
        (Some(to), None) => to,
        (None, Some(_)) => return Ok(()),
        (Some(_), Some(_)) | (None, None) => {
            let (found, allowed) =
                ("both or none".to_owned(), "a line or another ledger".to_owned());
            return Err(Rejection::OutOfRange { field: "target", found, allowed });
        }
    };
    names::line(draft, to)?;
    let giving = names::open_fund(draft, &b.from.fund)?;
    let receiving = names::open_fund(draft, &to.fund)?;
    if b.from == *to {
        let (found, allowed) = (to.to_string(), "another line".to_owned());
        return Err(Rejection::OutOfRange { field: "target", found, allowed });
    }
    let tags = |purposes: &[Tag]| purposes.iter().cloned().collect::<BTreeSet<_>>();
    if !draft.policy().transfer_between_purposes
        && tags(&giving.purposes) != tags(&receiving.purposes)
    {
        let (from, to) = (b.from.fund.clone(), to.fund.clone());
        return Err(Rejection::TransferPurpose { from, to });
    }
    Ok(())
}

pub(super) fn carry(draft: &Draft<'_>, b: &BalanceCarriedForward) -> Result<(), Rejection> {
    names::open_fund(draft, &b.from.fund)?;
    let same =
        b.from.fund == b.to.fund && b.from.origin == b.to.origin && b.from.class == b.to.class;
    let refuse = |why| {
        let (from, to) = (b.from.clone(), b.to.clone());
        Err(Rejection::CarryMismatch { from, to, why })
    };
    if !same {
        return refuse("fund, origin year and class are kept");
    }
    if b.from.year.checked_add(1) != Some(b.to.year) {
        return refuse("a balance is carried into the next fiscal year");
    }
    match (b.stage, &b.project, &b.commitment) {
        (Stage::Unreserved, None, None) => Ok(()),
        (Stage::Reserved, Some(project), None) => names::project(draft, project).map(|_| ()),
        (Stage::Committed, _, Some(contract)) => {
            let made = super::commitment::open(draft, contract)?;
            super::commitment::share(contract, made, &b.from, b.project.as_ref())
        }
        (
            Stage::Authority
            | Stage::Unreserved
            | Stage::Reserved
            | Stage::Committed
            | Stage::ApprovedUnpaid
            | Stage::Paid
            | Stage::RefundedOut
            | Stage::CarriedOut
            | Stage::Lapsed
            | Stage::Invested,
            _,
            _,
        ) => refuse(
            "carried are unreserved money, reserved money of a project, or committed money of a commitment",
        ),
    }
}
