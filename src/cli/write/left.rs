//! What is left after an event: free money of its lines, of its project, under its contract.

use crate::domain::event::{Body, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;
use crate::domain::posting::Leaf;
use crate::domain::state::State;

/// A balance that a receipt ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Left {
    /// Free money of a line.
    Available(LineKey, Amount),
    /// Held for a project.
    Reserved(Code, Amount),
    /// Still owed under a contract.
    Owed(Code, Amount),
    /// Still promised by an investment.
    Pledged(Code, Amount),
}

/// What is left of everything that `body` touched.
pub(super) fn left(state: &State, body: &Body) -> Vec<Left> {
    let touched = Touched::of(state, body);
    let mut out = Vec::new();
    for contract in &touched.contracts {
        out.extend(owed(state, contract).map(|amount| Left::Owed(contract.clone(), amount)));
    }
    for project in &touched.projects {
        out.extend(reserved(state, project).map(|amount| Left::Reserved(project.clone(), amount)));
    }
    for line in &touched.lines {
        out.push(Left::Available(line.clone(), state.balance(&Leaf::of(line, Stage::Unreserved))));
    }
    for code in &touched.follow_ons {
        let rest = state.follow_ons.get(code).and_then(|follow_on| follow_on.rest());
        out.extend(rest.map(|rest| Left::Pledged(code.clone(), rest)));
    }
    out
}

/// What is still owed under a contract, over all its lines.
fn owed(state: &State, contract: &Code) -> Option<Amount> {
    let made = state.commitments.get(contract)?;
    Amount::sum(made.shares.iter().map(|share| {
        let leaf = Leaf::new(&share.line, Stage::Committed, share.project.as_ref(), Some(contract));
        state.balance(&leaf)
    }))
}

/// What is held for a project, over all its lines; nothing where it never had funding.
fn reserved(state: &State, code: &Code) -> Option<Amount> {
    let project = state.projects.get(code).filter(|project| !project.funded.is_empty())?;
    Amount::sum(
        project.funded.iter().map(|funded| {
            state.balance(&Leaf::new(&funded.line, Stage::Reserved, Some(code), None))
        }),
    )
}

/// The things whose balances an event changes.
#[derive(Debug, Default)]
struct Touched {
    lines: Vec<LineKey>,
    projects: Vec<Code>,
    contracts: Vec<Code>,
    follow_ons: Vec<Code>,
}

impl Touched {
    fn of(state: &State, body: &Body) -> Self {
        let mut touched = Self::default();
        match body {
            Body::AllocationRecorded(b) => touched.line(&b.line),
            Body::AllocationAdjusted(b) => touched.line(&b.line),
            Body::AllocationTransferred(b) => {
                touched.line(&b.from);
                b.to.iter().for_each(|line| touched.line(line));
            }
            Body::FundsReserved(b) => touched.project_on(&b.project, &b.line),
            Body::ReservationReleased(b) => touched.project_on(&b.project, &b.line),
            Body::BalanceCarriedForward(b) => {
                touched.line(&b.from);
                touched.line(&b.to);
            }
            Body::BalanceLapsed(b) => touched.line(&b.line),
            Body::ProjectApproved(b) => {
                add(&mut touched.projects, &b.code);
                b.funding.iter().for_each(|funding| touched.line(&funding.line));
            }
            Body::ProjectCompleted(b) => add(&mut touched.projects, &b.code),
            Body::ProjectTerminated(b) => add(&mut touched.projects, &b.code),
            Body::ProjectClosedOut(b) => {
                let funded = state.projects.get(&b.code).map(|project| project.funded.clone());
                funded.into_iter().flatten().for_each(|funded| touched.line(&funded.line));
            }
            Body::CommitmentMade(b) => touched.contract(&b.contract, &b.splits),
            Body::CommitmentIncreased(b) => touched.contract(&b.contract, &b.splits),
            Body::CommitmentReduced(b) => touched.contract(&b.contract, &b.splits),
            Body::CommitmentClosed(b) => {
                let shares = state.commitments.get(&b.contract).map(|made| made.shares.clone());
                for share in shares.into_iter().flatten() {
                    share.project.iter().for_each(|code| add(&mut touched.projects, code));
                    touched.line(&share.line);
                }
            }
            Body::DisbursementRecorded(b) => {
                b.commitment.iter().for_each(|code| add(&mut touched.contracts, code));
                touched.splits(&b.splits);
            }
            Body::RefundReceived(b) => touched.splits(&b.splits),
            Body::FollowOnPledged(b) => add(&mut touched.follow_ons, &b.code),
            Body::FollowOnPaidIn(b) => add(&mut touched.follow_ons, &b.code),
            Body::FollowOnWithdrawn(b) => add(&mut touched.follow_ons, &b.code),
            Body::LedgerOpened(_)
            | Body::PolicyAdopted(_)
            | Body::LogKeyRotated(_)
            | Body::OfficerEnrolled(_)
            | Body::OfficerRolesChanged(_)
            | Body::OfficerKeyRotated(_)
            | Body::OfficerRevoked(_)
            | Body::DistrictRegistered(_)
            | Body::DistrictRetired(_)
            | Body::FundEstablished(_)
            | Body::FundAmended(_)
            | Body::FundClosed(_)
            | Body::ProgrammeRegistered(_)
            | Body::PayeeRegistered(_)
            | Body::EntryReversed(_)
            | Body::DocumentAttached(_)
            | Body::ConfidentialErased(_)
            | Body::LedgerRestored(_)
            | Body::AnchorAdopted(_)
            | Body::BreachAcknowledged(_) => {}
        }
        touched
    }

    fn line(&mut self, line: &LineKey) {
        if !self.lines.contains(line) {
            self.lines.push(line.clone());
        }
    }

    fn project_on(&mut self, project: &Code, line: &LineKey) {
        add(&mut self.projects, project);
        self.line(line);
    }

    fn contract(&mut self, contract: &Code, splits: &[Split]) {
        add(&mut self.contracts, contract);
        self.splits(splits);
    }

    fn splits(&mut self, splits: &[Split]) {
        for split in splits {
            split.project.iter().for_each(|project| add(&mut self.projects, project));
            self.line(&split.line);
        }
    }
}

fn add(all: &mut Vec<Code>, code: &Code) {
    if !all.contains(code) {
        all.push(code.clone());
    }
}
