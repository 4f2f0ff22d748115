//! From a wish to events: resolves what the office left open, where only one answer is possible,
//! numbers vouchers and officers, and fills in defaults. Decides no rule: what it makes is judged by
//! [`admit`](super::admit::admit).

mod drawing;
mod shares;

use super::apply::Cited;
use super::calendar::Date;
use super::command::{
    ChangeCommitment, Command, MakeCommitment, Order, ReceiveRefund, RecordDisbursement, Wish,
    WithdrawFollowOn,
};
use super::event::{
    AllocationAdjusted, AllocationRecorded, Body, CommitmentIncreased, CommitmentMade,
    CommitmentReduced, DisbursementRecorded, EntryReversed, Event, Filing, FollowOnWithdrawn,
    OfficerEnrolled, RefundReceived,
};
use super::kinds::{Direction, Stage};
use super::known;
use super::money::Amount;
use super::posting::Leaf;
use super::rejection::{Rejection, Thing};
use super::state::State;

/// The entries that a command cites, which the caller has to look up for `propose` and `admit`.
#[must_use]
pub fn cites(command: &Command) -> Option<u64> {
    if let Command::ReceiveRefund(c) = command {
        Some(c.disbursement)
    } else if let Command::ReverseEntry(c) | Command::ReverseWithDependents(c) = command {
        Some(c.entry)
    } else if let Command::EraseConfidential(c) = command {
        Some(c.entry)
    } else {
        None
    }
}

/// The events that an order asks for, on the state before it; `today` is the ledger's.
///
/// An order that changes nothing (a target that is met already) gives no event.
///
/// # Errors
/// What is left open has no answer or several: `no_line`, `line_ambiguous`, or an unknown name.
pub fn propose(
    state: &State,
    order: &Order,
    today: Date,
    cited: &Cited,
) -> Result<Vec<Event>, Rejection> {
    let occurred_on = order.occurred_on.unwrap_or(today);
    let scene = Scene { state, occurred_on, historical: order.historical, cited };
    let bodies = scene.bodies(&order.command)?;
    let historical = order.historical;
    let dated = |body| Event { occurred_on, historical, confidential: None, body };
    Ok(bodies.into_iter().map(dated).collect())
}

/// What a wish is resolved against.
struct Scene<'a> {
    state: &'a State,
    occurred_on: Date,
    historical: bool,
    cited: &'a Cited,
}

impl Scene<'_> {
    fn bodies(&self, command: &Command) -> Result<Vec<Body>, Rejection> {
        Ok(match command.wish() {
            Wish::Carried(body) => vec![body],
            Wish::OpenLedger(ledger, officer) => {
                vec![ledger.clone().into(), officer.clone().into()]
            }
            Wish::EnrolOfficer(b) => {
                let number = u32::try_from(self.state.officers.len()).unwrap_or(u32::MAX);
                vec![OfficerEnrolled { number, ..b.clone() }.into()]
            }
            Wish::SetAllocation(b) => self.set_allocation(b.clone())?.into_iter().collect(),
            Wish::MakeCommitment(c) => vec![self.make(c.clone())?],
            Wish::IncreaseCommitment(c) => vec![self.increase(c.clone())?],
            Wish::ReduceCommitment(c) => vec![self.reduce(c.clone())?],
            Wish::RecordDisbursement(c) => vec![self.disburse(c.clone(), false)?],
            Wish::DisburseByShares(c) => vec![self.disburse(c.clone(), true)?],
            Wish::ReceiveRefund(c) => vec![self.refund(c.clone())?],
            Wish::WithdrawFollowOn(c) => vec![self.withdraw(c.clone())?],
            Wish::ReverseWithDependents(b) => self.reverse_all(b),
        })
    }

    fn withdraw(&self, c: WithdrawFollowOn) -> Result<Body, Rejection> {
        let follow_on = known::follow_on(self.state, &c.code)?;
        let rest = follow_on.rest().ok_or(Rejection::Overflow)?;
        let (amount, reason) = (c.amount.unwrap_or(rest), c.reason);
        let (code, filing) = (c.code, c.filing);
        Ok(FollowOnWithdrawn { code, amount, reason, filing }.into())
    }

    /// Every later entry that was handed in, last first, then the entry itself, which alone has the
    /// documents: an e-voucher is booked once.
    fn reverse_all(&self, b: &EntryReversed) -> Vec<Body> {
        let later = self.cited.range(b.entry.saturating_add(1)..).rev().map(|(entry, _)| *entry);
        let reversal = |entry| {
            EntryReversed { entry, reason: b.reason.clone(), filing: Filing::default() }.into()
        };
        later.map(reversal).chain([b.clone().into()]).collect()
    }

    /// The difference to the line's present authority; nothing when it is zero.
    fn set_allocation(&self, b: AllocationRecorded) -> Result<Option<Body>, Rejection> {
        if !self.state.lines.contains_key(&b.line) {
            return Ok(Some(b.into()));
        }
        let leaf = Leaf::of(&b.line, Stage::Authority);
        let present = self.state.balance(&leaf);
        // Authority stands below zero, so the difference is a sum.
        let difference = b.amount.checked_add(present).ok_or(Rejection::Overflow)?;
        let (direction, amount) = match difference.0.signum() {
            0 => return Ok(None),
            1 => (Direction::Supplement, difference),
            _ => (Direction::Reduction, difference.checked_neg().ok_or(Rejection::Overflow)?),
        };
        let (line, filing) = (b.line, b.filing);
        Ok(Some(AllocationAdjusted { line, direction, amount, reason: None, filing }.into()))
    }

    fn make(&self, c: MakeCommitment) -> Result<Body, Rejection> {
        let splits = self.fresh(&c.drawing)?;
        let (contract, payee, purpose, title) = (c.contract, c.payee, c.purpose, c.title);
        let (tranches, filing) = (c.tranches, c.filing);
        Ok(CommitmentMade { contract, payee, purpose, title, splits, tranches, filing }.into())
    }

    fn increase(&self, c: ChangeCommitment) -> Result<Body, Rejection> {
        let splits = self.of_contract(&c.contract, &c.drawing, false)?;
        let (contract, reason, filing) = (c.contract, c.reason, c.filing);
        Ok(CommitmentIncreased { contract, splits, reason, filing }.into())
    }

    fn reduce(&self, c: ChangeCommitment) -> Result<Body, Rejection> {
        let splits = self.of_contract(&c.contract, &c.drawing, true)?;
        let (contract, reason, filing) = (c.contract, c.reason, c.filing);
        Ok(CommitmentReduced { contract, splits, reason, filing }.into())
    }

    fn disburse(&self, c: RecordDisbursement, by_shares: bool) -> Result<Body, Rejection> {
        let splits = match &c.commitment {
            Some(contract) if by_shares => self.by_shares(contract, &c.drawing)?,
            Some(contract) => self.of_contract(contract, &c.drawing, true)?,
            None => self.fresh(&c.drawing)?,
        };
        let series = splits.first().map(|split| (split.line.fund.clone(), split.line.year));
        let last = series.and_then(|series| self.state.vouchers.get(&series)).copied();
        let voucher_no = last.unwrap_or_default().checked_add(1).ok_or(Rejection::Overflow)?;
        // A contract knows its payee; who else was paid has to be said.
        let of_contract = c.commitment.as_ref().and_then(|code| self.state.commitments.get(code));
        let payee = c.payee.or_else(|| of_contract.and_then(|made| made.payee.clone()));
        let (commitment, purpose) = (c.commitment, c.purpose);
        let (source_number, filing) = (c.source_number, c.filing);
        let body = DisbursementRecorded {
            commitment,
            splits,
            payee,
            purpose,
            source_number,
            voucher_no,
            filing,
        };
        Ok(body.into())
    }

    fn refund(&self, c: ReceiveRefund) -> Result<Body, Rejection> {
        let entry = c.disbursement;
        let paid = self.cited.get(&entry);
        let paid = paid.ok_or_else(|| known::unknown(Thing::Entry, &format!("@{entry}")))?;
        let Body::DisbursementRecorded(payment) = &paid.body else {
            return Err(Rejection::NotADisbursement { entry, found: paid.body.name() });
        };
        let splits = self.of_payment(entry, payment, &c.drawing)?;
        let ledger = self.state.ledger.as_ref().ok_or(Rejection::LedgerNotOpen)?;
        let same_year =
            ledger.fiscal_year(self.occurred_on) == ledger.fiscal_year(paid.occurred_on);
        let restores_budget = c.restores_budget.unwrap_or(same_year);
        let (reason, filing) = (c.reason, c.filing);
        Ok(RefundReceived { disbursement: entry, splits, restores_budget, reason, filing }.into())
    }

    fn balance(&self, leaf: &Leaf) -> Amount {
        self.state.balance(leaf)
    }
}
