//! Where things stand: open funds and contracts, the status of projects, shares of contracts.

use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::ProjectStatus;
use crate::domain::known;
use crate::domain::rejection::{Holder, Rejection};
use crate::domain::state::{Commitment, Fund, State};

/// A fund that is not closed.
pub(super) fn open_fund<'d>(state: &'d State, code: &Code) -> Result<&'d Fund, Rejection> {
    let fund = known::fund(state, code)?;
    if fund.closed { Err(Rejection::FundClosed { fund: code.clone() }) } else { Ok(fund) }
}

/// A commitment that is not closed.
pub(super) fn open_commitment(contract: &Code, made: &Commitment) -> Result<(), Rejection> {
    if made.closed {
        return Err(Rejection::CommitmentClosed { commitment: contract.clone() });
    }
    Ok(())
}

/// The line and project are a share of the contract.
pub(super) fn share(
    contract: &Code,
    made: &Commitment,
    line: &LineKey,
    project: Option<&Code>,
) -> Result<(), Rejection> {
    if made.share(line, project).is_some() {
        return Ok(());
    }
    let of = Box::new(Holder::Commitment(contract.clone()));
    Err(Rejection::NotAShare { of, line: line.clone(), project: project.cloned() })
}

fn status(state: &State, code: &Code, wanted: &'static [ProjectStatus]) -> Result<(), Rejection> {
    let status = known::project(state, code)?.status;
    if wanted.contains(&status) {
        return Ok(());
    }
    Err(Rejection::ProjectStatus { project: code.clone(), status, wanted })
}

/// New commitments, increases, direct payments and reservations; and what may be completed.
pub(super) fn approved(state: &State, code: &Code) -> Result<(), Rejection> {
    status(state, code, &[ProjectStatus::Approved])
}

/// Payments of existing commitments.
pub(super) fn payable(state: &State, code: &Code) -> Result<(), Rejection> {
    status(state, code, &[ProjectStatus::Approved, ProjectStatus::Completed])
}

/// What may be terminated.
pub(super) fn terminable(state: &State, code: &Code) -> Result<(), Rejection> {
    status(state, code, &[ProjectStatus::Approved, ProjectStatus::Suspended])
}

/// What may be closed out.
pub(super) fn ended(state: &State, code: &Code) -> Result<(), Rejection> {
    status(state, code, &[ProjectStatus::Completed, ProjectStatus::Terminated])
}
