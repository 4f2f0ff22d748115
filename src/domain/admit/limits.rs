//! Limits of money: no account goes below zero except as domain rule 2 says, and under `stop` the
//! tightest of line, reservation, ceiling and commitment is named: the one that falls short by most.

use super::rules::Scene;
use crate::domain::apply::{Engaged, sums};
use crate::domain::event::{Body, Event};
use crate::domain::fact::negative_parts;
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::{Control, Stage};
use crate::domain::money::{Amount, Money};
use crate::domain::posting::{Leaf, Move};
use crate::domain::rejection::{Dependents, Ground, Holder, LimitKind, Rejection};
use crate::domain::state::State;

pub(super) fn check(
    at: &Scene<'_>,
    moves: &[Move],
    engaged: &Engaged<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), Rejection> {
    let (state, event) = (at.state, at.event);
    let mut limits = Limits { state, event, violations: Vec::new(), findings };
    limits.commitment(moves)?;
    limits.accounts(moves)?;
    limits.ceilings(engaged)?;
    if at.rule_set >= 3 && moves.iter().any(|m| m.to.stage == Stage::Reserved) {
        limits.reservations(moves, engaged)?;
    }
    limits.verdict()
}

struct Violation {
    limit: LimitKind,
    name: Holder,
    asked: Amount,
    available: Amount,
    ground: Ground,
}

struct Limits<'a> {
    state: &'a State,
    event: &'a Event,
    violations: Vec<Violation>,
    findings: &'a mut Vec<Finding>,
}

impl Limits<'_> {
    fn money(&self, amount: Amount) -> Money {
        self.state.currency().money(amount)
    }

    /// Every account that the event lowers (authority: raises) stays on its side of zero.
    fn accounts(&mut self, moves: &[Move]) -> Result<(), Rejection> {
        let changes = changes(moves)?;
        for &(leaf, change) in &changes {
            if leaf.stage != Stage::Authority && !change.is_negative() {
                continue;
            }
            let before = self.state.balance(leaf);
            let after = before.checked_add(change).ok_or(Rejection::Overflow)?;
            if leaf.stage == Stage::Authority {
                if after > Amount::ZERO && change > Amount::ZERO {
                    let available = before.checked_neg().ok_or(Rejection::Overflow)?;
                    self.violate(LimitKind::Authority, leaf, change, available);
                }
                continue;
            }
            if !after.is_negative() {
                continue;
            }
            let authority = Leaf::of(&leaf.line, Stage::Authority);
            let raised = changes.iter().find(|(leaf, _)| **leaf == authority);
            let raised = raised.map_or(Amount::ZERO, |(_, change)| *change);
            if !self.may_fall(leaf, after, raised)? {
                let asked = change.checked_neg().ok_or(Rejection::Overflow)?;
                self.violate(kind_of(leaf.stage), leaf, asked, before);
            }
        }
        Ok(())
    }

    fn violate(&mut self, limit: LimitKind, leaf: &Leaf, asked: Amount, available: Amount) {
        let line = leaf.line.clone();
        let name = match (&leaf.project, &leaf.commitment) {
            (_, Some(contract)) => Holder::CommitmentOn { contract: contract.clone(), line },
            (Some(project), None) => Holder::ProjectOn { project: project.clone(), line },
            (None, None) => Holder::Line(line),
        };
        let ground = Ground::Account(leaf.clone());
        self.violations.push(Violation { limit, name, asked, available, ground });
    }

    /// Domain §5: `unreserved` under `warn` or `track` or within tolerance, and the account of a
    /// historical entry with a negative amount. `raised` is the event's change of the line's authority.
    fn may_fall(&mut self, leaf: &Leaf, after: Amount, raised: Amount) -> Result<bool, Rejection> {
        if after >= self.floor(leaf)? {
            return Ok(true);
        }
        if leaf.stage != Stage::Unreserved || must_be_there(&self.event.body) {
            return Ok(false);
        }
        let policy = &self.state.policy;
        let allowed = match policy.control {
            Control::Warn | Control::Track => true,
            Control::Stop => after >= self.tolerance(&leaf.line, raised)?,
        };
        if allowed {
            let (leaf, balance) = (leaf.clone(), self.money(after));
            self.findings.push(Finding::BelowZero { leaf, balance });
        }
        Ok(allowed)
    }

    /// The lowest balance that the policy tolerates: the lower of its two figures, as a negative.
    fn tolerance(&self, line: &LineKey, raised: Amount) -> Result<Amount, Rejection> {
        let policy = &self.state.policy;
        let authority = self.state.balance(&Leaf::of(line, Stage::Authority));
        let authority = authority.checked_add(raised).ok_or(Rejection::Overflow)?;
        let basis_points = i128::from(policy.tolerance_basis_points);
        let share = authority.0.checked_mul(basis_points).ok_or(Rejection::Overflow)?;
        let share = share.checked_div(10_000).ok_or(Rejection::Overflow)?;
        let fixed = policy.tolerance_minor_units.checked_neg().ok_or(Rejection::Overflow)?;
        Ok(Amount(share).max(fixed).min(Amount::ZERO))
    }

    /// How low history lets an account of a contract or of payments stand, this event included. What
    /// is carried on has to be there.
    fn floor(&self, leaf: &Leaf) -> Result<Amount, Rejection> {
        if !matches!(leaf.stage, Stage::Committed | Stage::Paid)
            || matches!(self.event.body, Body::BalanceCarriedForward(_))
        {
            return Ok(Amount::ZERO);
        }
        let before = self.state.floors.get(leaf).copied().unwrap_or_default();
        let own = negative_parts(&self.event.body);
        let own = own.iter().filter(|(negative, _)| negative == leaf).map(|(_, amount)| *amount);
        Amount::sum(own.chain([before])).ok_or(Rejection::Overflow)
    }

    /// A payment above its commitment: refused under `stop`, else finding D13.
    fn commitment(&mut self, moves: &[Move]) -> Result<(), Rejection> {
        let Body::DisbursementRecorded(b) = &self.event.body else { return Ok(()) };
        let Some(contract) = &b.commitment else { return Ok(()) };
        for split in &b.splits {
            let of_split = |m: &&Move| m.to.line == split.line && m.to.project == split.project;
            let excess = moves.iter().filter(of_split).filter(|m| m.from.stage != Stage::Committed);
            let excess = Amount::sum(excess.map(|m| m.amount)).ok_or(Rejection::Overflow)?;
            if excess.is_zero() {
                continue;
            }
            let available = split.amount.checked_sub(excess).ok_or(Rejection::Overflow)?;
            if self.state.policy.control == Control::Stop {
                let (contract_on, line) = (contract.clone(), split.line.clone());
                let name = Holder::CommitmentOn { contract: contract_on, line };
                let (limit, asked) = (LimitKind::Commitment, split.amount);
                let (line, project) = (&split.line, split.project.as_ref());
                let leaf = Leaf::new(line, Stage::Committed, project, Some(contract));
                let ground = Ground::Account(leaf);
                self.violations.push(Violation { limit, name, asked, available, ground });
            } else {
                let (contract, excess) = (contract.clone(), self.money(excess));
                self.findings.push(Finding::AboveCommitment { contract, excess });
            }
        }
        Ok(())
    }

    /// Commitments and direct payments of a project stay within its ceiling.
    fn ceilings(&mut self, engaged: &Engaged<'_>) -> Result<(), Rejection> {
        for &(code, asked) in engaged {
            let Some(project) = self.state.projects.get(code) else { continue };
            let Some(ceiling) = project.ceiling.filter(|_| asked > Amount::ZERO) else { continue };
            let after = project.engaged.checked_add(asked).ok_or(Rejection::Overflow)?;
            if after <= ceiling {
                continue;
            }
            if self.state.policy.control == Control::Stop {
                self.above_ceiling(LimitKind::Ceiling, code, asked, (ceiling, project.engaged))?;
            } else {
                let (engaged, ceiling) = (self.money(after), self.money(ceiling));
                let project = code.clone();
                self.findings.push(Finding::AboveCeiling { project, engaged, ceiling });
            }
        }
        Ok(())
    }

    fn above_ceiling(
        &mut self,
        limit: LimitKind,
        code: &Code,
        asked: Amount,
        (ceiling, taken): (Amount, Amount),
    ) -> Result<(), Rejection> {
        let available = ceiling.checked_sub(taken).ok_or(Rejection::Overflow)?;
        let name = Holder::Project(code.clone());
        let ground = match limit {
            LimitKind::Reserved => Ground::Reserved(code.clone()),
            LimitKind::Line
            | LimitKind::Reservation
            | LimitKind::Ceiling
            | LimitKind::Commitment
            | LimitKind::Payment
            | LimitKind::Authority
            | LimitKind::Pledge => Ground::Ceiling(code.clone()),
        };
        self.violations.push(Violation { limit, name, asked, available, ground });
        Ok(())
    }

    /// What is reserved for a project could be spent within its ceiling: rule set 3, of whatever reserves
    /// more than it takes from what the project has engaged.
    fn reservations(&mut self, moves: &[Move], engaged: &Engaged<'_>) -> Result<(), Rejection> {
        let reserved =
            sums(moves, |leaf| leaf.project.as_ref().filter(|_| leaf.stage == Stage::Reserved))?;
        for (code, reserved) in reserved {
            let of_project = engaged.iter().find(|(engaged, _)| *engaged == code);
            let engaged = of_project.map_or(Amount::ZERO, |(_, change)| *change);
            let asked = reserved.checked_add(engaged).ok_or(Rejection::Overflow)?;
            if reserved <= Amount::ZERO || asked <= Amount::ZERO {
                continue;
            }
            let Some(project) = self.state.projects.get(code) else { continue };
            let Some(ceiling) = project.ceiling else { continue };
            let held = self.state.reserved_for(code).map(|(_, balance)| *balance);
            let taken = Amount::sum(held.chain([project.engaged])).ok_or(Rejection::Overflow)?;
            let after = taken.checked_add(asked).ok_or(Rejection::Overflow)?;
            if after <= ceiling {
                continue;
            }
            if self.state.policy.control == Control::Stop {
                self.above_ceiling(LimitKind::Reserved, code, asked, (ceiling, taken))?;
            } else {
                let (spoken_for, ceiling) = (self.money(after), self.money(ceiling));
                let project = code.clone();
                self.findings.push(Finding::ReservedAboveCeiling { project, spoken_for, ceiling });
            }
        }
        Ok(())
    }

    /// The tightest limit refuses; for a reversal it is later entries that are in the way.
    fn verdict(self) -> Result<(), Rejection> {
        let short = |v: &Violation| v.available.0.saturating_sub(v.asked.0);
        let Some(tightest) = self.violations.iter().min_by_key(|violation| short(violation)) else {
            return Ok(());
        };
        if let Body::EntryReversed(b) = &self.event.body {
            let short = Amount(short(tightest));
            let (entry, short) = (b.entry, Some(self.money(short)));
            let (ground, later) = (Box::new(tightest.ground.clone()), Dependents::NotSought);
            return Err(Rejection::HasDependents { entry, ground, short, later });
        }
        Err(Rejection::Limit {
            limit: tightest.limit,
            name: Box::new(tightest.name.clone()),
            asked: self.money(tightest.asked),
            available: self.money(tightest.available),
        })
    }
}

/// What the moves change of each account, ascending; an account that comes out as it was is not there.
pub(super) fn changes(moves: &[Move]) -> Result<Vec<(&Leaf, Amount)>, Rejection> {
    sums(moves, Some)
}

/// Only a balance that is there can be moved on, whatever the policy.
fn must_be_there(body: &Body) -> bool {
    matches!(
        body,
        Body::AllocationTransferred(_)
            | Body::BalanceCarriedForward(_)
            | Body::BalanceLapsed(_)
            | Body::EntryReversed(_)
    )
}

fn kind_of(stage: Stage) -> LimitKind {
    match stage {
        Stage::Reserved => LimitKind::Reservation,
        Stage::Committed | Stage::ApprovedUnpaid => LimitKind::Commitment,
        Stage::Paid | Stage::RefundedOut => LimitKind::Payment,
        Stage::Authority => LimitKind::Authority,
        Stage::Unreserved | Stage::CarriedOut | Stage::Lapsed | Stage::Invested => LimitKind::Line,
    }
}
