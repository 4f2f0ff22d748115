//! What receipts warned of: the findings of `admit`, as a list can show them.

use super::{Recorded, amount};
use crate::domain::calendar::Date;
use crate::domain::finding::Finding;
use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Amount;

/// A finding of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Index of the entry.
    pub entry: u64,
    /// The day it happened.
    pub occurred_on: Date,
    /// The finding's stable code.
    pub code: &'static str,
    /// The line it is about, else the first that the entry is on.
    pub line: Option<LineKey>,
    /// The account it is about.
    pub account: Option<Stage>,
    /// The project.
    pub project: Option<Code>,
    /// The contract.
    pub commitment: Option<Code>,
    /// What it stood at, or by how much it was above, minor units.
    pub amount: Option<Amount>,
    /// Itself.
    pub finding: Finding,
}

impl Told {
    /// A finding of a recorded entry.
    #[must_use]
    pub fn new(recorded: &Recorded<'_>, finding: &Finding) -> Self {
        let lines = amount::lines(recorded.event, recorded.cited);
        let mut told = Self {
            entry: recorded.index,
            occurred_on: recorded.event.occurred_on,
            code: finding.code(),
            line: lines.first().map(|line| (*line).clone()),
            account: None,
            project: None,
            commitment: None,
            amount: None,
            finding: finding.clone(),
        };
        match finding {
            Finding::BelowZero { leaf, balance } => {
                told.line = Some(leaf.line.clone());
                told.account = Some(leaf.stage);
                told.project.clone_from(&leaf.project);
                told.commitment.clone_from(&leaf.commitment);
                told.amount = Some(balance.amount);
            }
            Finding::AboveCeiling { project, engaged, ceiling } => {
                told.project = Some(project.clone());
                told.amount = engaged.amount.checked_sub(ceiling.amount);
            }
            Finding::ReservedAboveCeiling { project, spoken_for, ceiling } => {
                told.project = Some(project.clone());
                told.amount = spoken_for.amount.checked_sub(ceiling.amount);
            }
            Finding::AboveCommitment { contract, excess } => {
                told.commitment = Some(contract.clone());
                told.amount = Some(excess.amount);
            }
            Finding::OutsideLineYear { line, .. } => told.line = Some(line.clone()),
            Finding::NegativeAmount { amount } => told.amount = Some(amount.amount),
            Finding::OutOfOrder { .. } => {}
        }
        told
    }
}
