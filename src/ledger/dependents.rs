//! Which later entries stand in the way of a reversal, for the words of the refusal.

use super::Ledger;
use super::reader::replay::read_event;
use crate::domain::apply::Cited;
use crate::domain::event::{Body, Event, Split};
use crate::domain::ids::{Code, LineKey};
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::Rejection;
use crate::domain::state::State;
use crate::error::{Error, Result};

impl Ledger {
    /// Later entries that touch the accounts of what was to be reversed, last first.
    pub(super) fn with_dependents(
        &self,
        rejection: Rejection,
        events: &[Event],
        cited: &Cited,
    ) -> Error {
        let Rejection::HasDependents { entry, account, short, .. } = rejection else {
            return rejection.into();
        };
        let touched = touched_leaves(&self.state, events, cited);
        let later = self.later_on(entry, &touched).unwrap_or_default();
        Rejection::HasDependents { entry, account, short, later }.into()
    }

    fn later_on(&self, entry: u64, touched: &[Leaf]) -> Result<Vec<u64>> {
        const AT_MOST: usize = 20;
        let mut later = Vec::new();
        let mut index = self.head.size;
        while index > entry.saturating_add(1) && later.len() < AT_MOST {
            let from = index.saturating_sub(1_000).max(entry.saturating_add(1));
            for sealed in self.store.read(from..index)?.iter().rev() {
                let event = read_event(&sealed.bytes).ok().flatten();
                let is_reversed = self.state.reversed.contains_key(&sealed.index);
                if let Some(event) = event.filter(|_| !is_reversed && later.len() < AT_MOST)
                    && touches(&event, entry, touched)
                {
                    later.push(sealed.index);
                }
            }
            index = from;
        }
        Ok(later)
    }
}

fn touched_leaves(state: &State, events: &[Event], cited: &Cited) -> Vec<Leaf> {
    let draft = state.draft();
    let moves =
        events.iter().filter_map(|event| crate::domain::apply::moves(&draft, event, cited).ok());
    let mut leaves: Vec<_> = moves.flatten().flat_map(|Move { from, to, .. }| [from, to]).collect();
    leaves.sort();
    leaves.dedup();
    leaves
}

/// True if an event moves money of one of the leaves' contracts, projects or lines, or cites the entry.
fn touches(event: &Event, entry: u64, leaves: &[Leaf]) -> bool {
    let line = |line: &LineKey| leaves.iter().any(|leaf| leaf.line == *line);
    let contract = |code: &Code| leaves.iter().any(|leaf| leaf.commitment.as_ref() == Some(code));
    let project = |code: &Code| leaves.iter().any(|leaf| leaf.project.as_ref() == Some(code));
    let splits = |splits: &[Split]| splits.iter().any(|s| line(&s.line));
    match &event.body {
        Body::RefundReceived(b) => b.disbursement == entry,
        Body::DisbursementRecorded(b) => {
            b.commitment.as_ref().map_or_else(|| splits(&b.splits), contract)
        }
        Body::CommitmentMade(b) => splits(&b.splits),
        Body::CommitmentIncreased(b) => contract(&b.contract),
        Body::CommitmentReduced(b) => contract(&b.contract),
        Body::CommitmentClosed(b) => contract(&b.contract),
        Body::FundsReserved(b) => line(&b.line),
        Body::ReservationReleased(b) => project(&b.project) || line(&b.line),
        Body::ProjectApproved(b) => b.funding.iter().any(|funding| line(&funding.line)),
        Body::ProjectClosedOut(b) => project(&b.code),
        Body::AllocationAdjusted(b) => line(&b.line),
        Body::AllocationTransferred(b) => line(&b.from),
        Body::BalanceCarriedForward(b) => line(&b.from),
        Body::BalanceLapsed(b) => line(&b.line),
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
        | Body::FundClosed(_)
        | Body::AllocationRecorded(_)
        | Body::ProgrammeRegistered(_)
        | Body::ProjectCompleted(_)
        | Body::ProjectTerminated(_)
        | Body::PayeeRegistered(_)
        | Body::FollowOnPledged(_)
        | Body::FollowOnPaidIn(_)
        | Body::FollowOnWithdrawn(_)
        | Body::EntryReversed(_)
        | Body::DocumentAttached(_)
        | Body::ConfidentialErased(_)
        | Body::LedgerRestored(_)
        | Body::AnchorAdopted(_) => false,
    }
}
