//! Orders that give authority and move it.

use super::{Desk, line_of};
use crate::cli::args::{
    AdjustAllocation, CarryBalance, LapseBalance, RecordAllocation, ReserveMoney, RestName,
    SourceName, StageName, TransferAllocation,
};
use crate::domain::command::Command;
use crate::domain::event::{
    AllocationAdjusted, AllocationRecorded, AllocationTransferred, BalanceCarriedForward,
    BalanceLapsed, FundsReserved, MoneySource, ReservationReleased,
};
use crate::domain::kinds::{Direction, RestKind, SourceKind, Stage};
use crate::error::Result;

pub(super) fn allocate(desk: &Desk<'_>, a: &RecordAllocation) -> Result<Command> {
    let source = MoneySource {
        kind: match a.source {
            SourceName::Own => SourceKind::Own,
            SourceName::UpperLevel => SourceKind::UpperLevel,
            SourceName::Other => SourceKind::Other,
        },
        division: a.division.clone(),
        reference: a.reference.clone(),
    };
    let line = line_of(&a.fund, a.year, None, a.class.as_ref());
    let (amount, filing) = (desk.amount(&a.amount)?, desk.filing());
    Ok(Command::RecordAllocation(AllocationRecorded { line, amount, source, filing }))
}

pub(super) fn supplement(desk: &Desk<'_>, a: &AdjustAllocation) -> Result<Command> {
    adjust(desk, a, Direction::Supplement)
}

pub(super) fn reduce(desk: &Desk<'_>, a: &AdjustAllocation) -> Result<Command> {
    adjust(desk, a, Direction::Reduction)
}

fn adjust(desk: &Desk<'_>, a: &AdjustAllocation, direction: Direction) -> Result<Command> {
    Ok(Command::AdjustAllocation(AllocationAdjusted {
        line: line_of(&a.fund, a.year, a.origin, a.class.as_ref()),
        direction,
        amount: desk.amount(&a.amount)?,
        reason: a.reason.clone(),
        filing: desk.filing(),
    }))
}

pub(super) fn transfer(desk: &Desk<'_>, a: &TransferAllocation) -> Result<Command> {
    Ok(Command::TransferAllocation(AllocationTransferred {
        from: a.from.clone(),
        to: Some(a.to.clone()),
        elsewhere: None,
        amount: desk.amount(&a.amount)?,
        reason: a.reason.clone(),
        filing: desk.filing(),
    }))
}

pub(super) fn carry(desk: &Desk<'_>, a: &CarryBalance) -> Result<Command> {
    Ok(Command::CarryForward(BalanceCarriedForward {
        from: a.from.clone(),
        to: a.to.clone(),
        stage: match a.stage {
            StageName::Unreserved => Stage::Unreserved,
            StageName::Reserved => Stage::Reserved,
            StageName::Committed => Stage::Committed,
        },
        project: a.project.clone(),
        commitment: a.commitment.clone(),
        amount: desk.amount(&a.amount)?,
        rest: match a.class {
            RestName::CarryOver => RestKind::CarryOver,
            RestName::Surplus => RestKind::Surplus,
        },
        filing: desk.filing(),
    }))
}

pub(super) fn lapse(desk: &Desk<'_>, a: &LapseBalance) -> Result<Command> {
    let (line, amount) = (a.line.clone(), desk.amount(&a.amount)?);
    let (reason, filing) = (a.reason.clone(), desk.filing());
    Ok(Command::Lapse(BalanceLapsed { line, amount, reason, filing }))
}

pub(super) fn reserve(desk: &Desk<'_>, a: &ReserveMoney) -> Result<Command> {
    let (project, line) = (a.project.clone(), a.from.line.clone());
    let (amount, filing) = (desk.amount(&a.from.amount)?, desk.filing());
    Ok(Command::ReserveFunds(FundsReserved { project, line, amount, filing }))
}

pub(super) fn release(desk: &Desk<'_>, a: &ReserveMoney) -> Result<Command> {
    let (project, line) = (a.project.clone(), a.from.line.clone());
    let (amount, filing) = (desk.amount(&a.from.amount)?, desk.filing());
    Ok(Command::ReleaseReservation(ReservationReleased { project, line, amount, filing }))
}
