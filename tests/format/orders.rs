//! An order of every command, of the samples' bodies.

use super::office::{self, Keys};
use super::samples::{
    Pen, bodies, day, later_bodies, latest_bodies, ledger_opened, officer_enrolled,
};
use earmark::domain::command::{
    ChangeCommitment, Command, MakeCommitment, Order, ReceiveRefund, RecordDisbursement,
    WithdrawFollowOn,
};
use earmark::domain::event::Body;

/// An order of every command.
pub fn orders(full: bool) -> Vec<Order> {
    let mut all: Vec<Body> = bodies(full);
    let keys = Keys {
        log: [0x11; 32],
        log_proof: [0x31; 64],
        handover: full.then_some([0x32; 64]),
        officer: [0x21; 32],
        officer_proof: [0x33; 64],
    };
    all.extend(office::bodies(full, &keys));
    all.extend(later_bodies(full));
    all.extend(latest_bodies(full));
    let order =
        |command| Order { occurred_on: full.then(|| day("2002-03-15")), historical: full, command };
    let officer = || officer_enrolled(u32::from(!full), "Officer 1", [0x20; 32], [0x30; 64]);
    let mut commands =
        vec![Command::OpenLedger(ledger_opened(full), officer()), Command::EnrolOfficer(officer())];
    commands.extend(all.iter().find_map(|body| match body {
        Body::AllocationRecorded(b) => Some(Command::SetAllocation(b.clone())),
        _ => None,
    }));
    commands.extend(all.iter().find_map(|body| match body {
        Body::EntryReversed(b) => Some(Command::ReverseWithDependents(b.clone())),
        _ => None,
    }));
    commands.extend(all.iter().find_map(|body| match wish(body.clone(), full) {
        Some(Command::RecordDisbursement(c)) => Some(Command::DisburseByShares(c)),
        _ => None,
    }));
    commands.extend(all.into_iter().filter_map(|body| wish(body, full)));
    commands.into_iter().map(order).collect()
}

/// The command that asks for a body.
fn wish(body: Body, full: bool) -> Option<Command> {
    let pen = Pen { full };
    Some(match body {
        Body::PolicyAdopted(b) => Command::AdoptPolicy(b),
        Body::DistrictRegistered(b) => Command::RegisterDistrict(b),
        Body::DistrictRetired(b) => Command::RetireDistrict(b),
        Body::ProgrammeRegistered(b) => Command::RegisterProgramme(b),
        Body::PayeeRegistered(b) => Command::RegisterPayee(b),
        Body::FundEstablished(b) => Command::EstablishFund(b),
        Body::FundAmended(b) => Command::AmendFund(b),
        Body::FundClosed(b) => Command::CloseFund(b),
        Body::AllocationRecorded(b) => Command::RecordAllocation(b),
        Body::AllocationAdjusted(b) => Command::AdjustAllocation(b),
        Body::AllocationTransferred(b) => Command::TransferAllocation(b),
        Body::BalanceCarriedForward(b) => Command::CarryForward(b),
        Body::BalanceLapsed(b) => Command::Lapse(b),
        Body::ProjectApproved(b) => Command::ApproveProject(b),
        Body::ProjectCompleted(b) => Command::CompleteProject(b),
        Body::ProjectTerminated(b) => Command::TerminateProject(b),
        Body::ProjectClosedOut(b) => Command::CloseOutProject(b),
        Body::FundsReserved(b) => Command::ReserveFunds(b),
        Body::ReservationReleased(b) => Command::ReleaseReservation(b),
        Body::CommitmentMade(b) => Command::MakeCommitment(MakeCommitment {
            contract: b.contract,
            payee: b.payee,
            purpose: b.purpose,
            title: b.title,
            drawing: pen.drawing(),
            tranches: b.tranches,
            filing: b.filing,
        }),
        Body::CommitmentIncreased(b) => Command::IncreaseCommitment(ChangeCommitment {
            contract: b.contract,
            drawing: pen.drawing(),
            reason: b.reason,
            filing: b.filing,
        }),
        Body::CommitmentReduced(b) => Command::ReduceCommitment(ChangeCommitment {
            contract: b.contract,
            drawing: pen.drawing(),
            reason: b.reason,
            filing: b.filing,
        }),
        Body::CommitmentClosed(b) => Command::CloseCommitment(b),
        Body::DisbursementRecorded(b) => Command::RecordDisbursement(RecordDisbursement {
            commitment: b.commitment,
            drawing: pen.drawing(),
            payee: b.payee,
            purpose: b.purpose,
            source_number: b.source_number,
            filing: b.filing,
        }),
        Body::RefundReceived(b) => Command::ReceiveRefund(ReceiveRefund {
            disbursement: b.disbursement,
            drawing: pen.drawing(),
            restores_budget: pen.opt(true),
            reason: b.reason,
            filing: b.filing,
        }),
        Body::FollowOnPledged(b) => Command::PledgeFollowOn(b),
        Body::FollowOnPaidIn(b) => Command::PayInFollowOn(b),
        Body::FollowOnWithdrawn(b) => Command::WithdrawFollowOn(WithdrawFollowOn {
            code: b.code,
            amount: pen.opt(b.amount),
            reason: b.reason,
            filing: b.filing,
        }),
        Body::EntryReversed(b) => Command::ReverseEntry(b),
        Body::DocumentAttached(b) => Command::AttachDocument(b),
        other => return wish_of_office(other),
    })
}

/// The command that asks for a body of keys, officers or the ledger's files.
fn wish_of_office(body: Body) -> Option<Command> {
    Some(match body {
        Body::LogKeyRotated(b) => Command::RotateLogKey(b),
        Body::OfficerRolesChanged(b) => Command::ChangeOfficerRoles(b),
        Body::OfficerKeyRotated(b) => Command::RotateOfficerKey(b),
        Body::OfficerRevoked(b) => Command::RevokeOfficer(b),
        Body::ConfidentialErased(b) => Command::EraseConfidential(b),
        Body::LedgerRestored(b) => Command::RestoreLedger(b),
        Body::AnchorAdopted(b) => Command::AdoptAnchor(b),
        Body::BreachAcknowledged(b) => Command::AcknowledgeBreach(b),
        _ => return None,
    })
}
