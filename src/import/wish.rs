//! What a command of an import is about: what it makes, its filing, its line.

use super::fields::Created;
use crate::domain::command::Command;
use crate::domain::event::Filing;
use crate::domain::ids::{Code, LineKey};
#[cfg(test)]
use crate::domain::money::Amount;

pub(super) fn created_code(one: Created, command: &Command) -> Option<&Code> {
    match (one, command) {
        (Created::Fund, Command::EstablishFund(b)) => Some(&b.code),
        (Created::Project, Command::ApproveProject(b)) => Some(&b.code),
        (Created::Payee, Command::RegisterPayee(b)) => Some(&b.code),
        _ => None,
    }
}

/// The filing of a command that an import makes.
#[expect(clippy::wildcard_enum_match_arm, reason = "an import makes only these")]
pub(super) fn filing_of(command: &mut Command) -> Option<&mut Filing> {
    Some(match command {
        Command::RegisterDistrict(b) => &mut b.filing,
        Command::RetireDistrict(b) => &mut b.filing,
        Command::RegisterProgramme(b) => &mut b.filing,
        Command::RegisterPayee(b) => &mut b.filing,
        Command::EstablishFund(b) => &mut b.filing,
        Command::AmendFund(b) => &mut b.filing,
        Command::CloseFund(b) => &mut b.filing,
        Command::RecordAllocation(b) | Command::SetAllocation(b) => &mut b.filing,
        Command::AdjustAllocation(b) => &mut b.filing,
        Command::TransferAllocation(b) => &mut b.filing,
        Command::CarryForward(b) => &mut b.filing,
        Command::Lapse(b) => &mut b.filing,
        Command::ReserveFunds(b) => &mut b.filing,
        Command::ReleaseReservation(b) => &mut b.filing,
        Command::ApproveProject(b) => &mut b.filing,
        Command::CompleteProject(b) => &mut b.filing,
        Command::TerminateProject(b) => &mut b.filing,
        Command::CloseOutProject(b) => &mut b.filing,
        Command::MakeCommitment(c) => &mut c.filing,
        Command::IncreaseCommitment(c) | Command::ReduceCommitment(c) => &mut c.filing,
        Command::CloseCommitment(b) => &mut b.filing,
        Command::RecordDisbursement(c) | Command::DisburseByShares(c) => &mut c.filing,
        Command::ReceiveRefund(c) => &mut c.filing,
        Command::PledgeFollowOn(b) => &mut b.filing,
        Command::PayInFollowOn(b) => &mut b.filing,
        Command::WithdrawFollowOn(c) => &mut c.filing,
        _ => return None,
    })
}

/// The amount that an order is about.
#[cfg(test)]
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are about no amount")]
pub(super) fn amount_of(command: &Command) -> Option<Amount> {
    match command {
        Command::RecordAllocation(b) | Command::SetAllocation(b) => Some(b.amount),
        Command::AdjustAllocation(b) => Some(b.amount),
        Command::ApproveProject(b) => Amount::sum(b.funding.iter().map(|part| part.amount)),
        Command::MakeCommitment(c) => Some(c.drawing.amount),
        Command::IncreaseCommitment(c) | Command::ReduceCommitment(c) => Some(c.drawing.amount),
        Command::RecordDisbursement(c) | Command::DisburseByShares(c) => Some(c.drawing.amount),
        Command::TransferAllocation(b) => Some(b.amount),
        Command::CarryForward(b) => Some(b.amount),
        Command::Lapse(b) => Some(b.amount),
        Command::ReserveFunds(b) => Some(b.amount),
        Command::ReleaseReservation(b) => Some(b.amount),
        Command::ReceiveRefund(c) => Some(c.drawing.amount),
        Command::PledgeFollowOn(b) => Some(b.amount),
        Command::PayInFollowOn(b) => Some(b.amount),
        _ => None,
    }
}

/// The line that a command opens.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others open none")]
pub(super) fn opened_line(command: &Command) -> Option<&LineKey> {
    match command {
        Command::RecordAllocation(b) | Command::SetAllocation(b) => Some(&b.line),
        _ => None,
    }
}
