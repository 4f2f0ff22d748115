//! Orders of the work that money is spent on: projects, contracts, payments, refunds.

use super::Desk;
use crate::cli::args::{
    ApproveProject, ChangeCommitment, CloseCommitment, EndProject, MakeCommitment, Purse,
    RecordDisbursement, RefundPayment, YesNo,
};
use crate::domain::command::{self, Command, Drawing};
use crate::domain::event::{
    CommitmentClosed, Funding, ProjectApproved, ProjectClosedOut, ProjectCompleted,
    ProjectTerminated,
};
use crate::error::Result;
use crate::form::AmountText;

pub(super) fn approve(desk: &Desk<'_>, a: &ApproveProject) -> Result<Command> {
    let parts = desk.parts(&a.from)?;
    Ok(Command::ApproveProject(ProjectApproved {
        code: a.code.clone(),
        title: a.title.clone(),
        title_zh: a.title_zh.clone(),
        purpose: a.purpose.clone(),
        district: a.district.clone(),
        programme: a.programme.clone(),
        start: a.start,
        end: a.end,
        ceiling: desk.amount_or_none(a.ceiling.as_ref())?,
        funding: parts.into_iter().map(|(line, amount)| Funding { line, amount }).collect(),
        duplicates: Vec::new(),
        duplicates_reason: None,
        filing: desk.filing(),
    }))
}

pub(super) fn complete(desk: &Desk<'_>, a: &EndProject) -> Command {
    let (code, reason, filing) = (a.code.clone(), a.reason.clone(), desk.filing());
    Command::CompleteProject(ProjectCompleted { code, reason, filing })
}

pub(super) fn terminate(desk: &Desk<'_>, a: &EndProject) -> Command {
    let (code, reason, filing) = (a.code.clone(), a.reason.clone(), desk.filing());
    Command::TerminateProject(ProjectTerminated { code, reason, filing })
}

pub(super) fn close_out(desk: &Desk<'_>, a: &EndProject) -> Command {
    let (code, reason, filing) = (a.code.clone(), a.reason.clone(), desk.filing());
    Command::CloseOutProject(ProjectClosedOut { code, reason, filing })
}

fn draw(desk: &Desk<'_>, amount: &AmountText, purse: &Purse) -> Result<Drawing> {
    Ok(Drawing {
        project: purse.project.clone(),
        fund: purse.fund.clone(),
        year: purse.year,
        ..desk.drawing(amount, &purse.from)?
    })
}

pub(super) fn commit(desk: &Desk<'_>, a: &MakeCommitment) -> Result<Command> {
    Ok(Command::MakeCommitment(command::MakeCommitment {
        contract: a.contract.clone(),
        payee: a.payee.clone(),
        purpose: a.purse.purpose.clone(),
        title: a.title.clone(),
        drawing: draw(desk, &a.amount, &a.purse)?,
        tranches: Vec::new(),
        filing: desk.filing(),
    }))
}

fn change(desk: &Desk<'_>, a: &ChangeCommitment) -> Result<command::ChangeCommitment> {
    let drawing = desk.drawing(&a.amount, &a.from)?;
    Ok(command::ChangeCommitment {
        contract: a.contract.clone(),
        drawing: Drawing { project: a.project.clone(), ..drawing },
        reason: a.reason.clone(),
        filing: desk.filing(),
    })
}

pub(super) fn increase(desk: &Desk<'_>, a: &ChangeCommitment) -> Result<Command> {
    change(desk, a).map(Command::IncreaseCommitment)
}

pub(super) fn reduce(desk: &Desk<'_>, a: &ChangeCommitment) -> Result<Command> {
    change(desk, a).map(Command::ReduceCommitment)
}

pub(super) fn close(desk: &Desk<'_>, a: &CloseCommitment) -> Command {
    let (contract, reason, filing) = (a.contract.clone(), a.reason.clone(), desk.filing());
    Command::CloseCommitment(CommitmentClosed { contract, reason, filing })
}

pub(super) fn disburse(desk: &Desk<'_>, a: &RecordDisbursement) -> Result<Command> {
    Ok(Command::RecordDisbursement(command::RecordDisbursement {
        commitment: a.commitment.clone(),
        drawing: draw(desk, &a.amount, &a.purse)?,
        payee: a.payee.clone(),
        purpose: a.purse.purpose.clone(),
        source_number: a.source_no.clone(),
        filing: desk.filing(),
    }))
}

pub(super) fn refund(desk: &Desk<'_>, a: &RefundPayment) -> Result<Command> {
    Ok(Command::ReceiveRefund(command::ReceiveRefund {
        disbursement: desk.entry(&a.disbursement)?,
        drawing: desk.drawing(&a.amount, &a.from)?,
        restores_budget: a.restores_budget.map(|answer| match answer {
            YesNo::Yes => true,
            YesNo::No => false,
        }),
        reason: a.reason.clone(),
        filing: desk.filing(),
    }))
}
