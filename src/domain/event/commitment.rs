//! Bodies of types 30–33, 45 and 46: contracts, payments and refunds.

use super::{Code, Date, Filing, Text};
use crate::domain::calendar::Year;
use crate::domain::ids::{LineKey, Tag};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// A part of an amount: one line, and the project it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The line.
    pub line: LineKey,
    /// The project.
    pub project: Option<Code>,
    /// Minor units, not below zero (a negative one only in history, by a contract or payment).
    pub amount: Amount,
}

/// A part of a contract that is paid on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tranche {
    /// Its code within the contract.
    pub code: Code,
    /// Minor units.
    pub amount: Amount,
    /// When it is due.
    pub due: Option<Date>,
}

/// Type 30: a legal duty to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentMade {
    /// The contract's own number.
    pub contract: Code,
    /// Who will be paid.
    pub payee: Option<Code>,
    /// What it is for, where there is no project.
    pub purpose: Option<Tag>,
    /// Title or description.
    pub title: Option<Text>,
    /// Lines and projects that it draws on; each pair once.
    pub splits: Vec<Split>,
    /// Its tranches.
    pub tranches: Vec<Tranche>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 31: the duty grows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentIncreased {
    /// The contract.
    pub contract: Code,
    /// By how much, on which lines and projects of the contract or on new ones.
    pub splits: Vec<Split>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 32: the duty shrinks; the money goes back to where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentReduced {
    /// The contract.
    pub contract: Code,
    /// By how much, on which lines and projects of the contract.
    pub splits: Vec<Split>,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 33: the duty ends; what is still committed goes back to where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentClosed {
    /// The contract.
    pub contract: Code,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 45: money out, in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisbursementRecorded {
    /// The contract it is paid under.
    pub commitment: Option<Code>,
    /// Lines and projects that it is paid from; each pair once.
    pub splits: Vec<Split>,
    /// Who was paid; required except in history.
    pub payee: Option<Code>,
    /// What it is for, where there is neither project nor contract.
    pub purpose: Option<Tag>,
    /// Their number: of the invoice or the bank.
    pub source_number: Option<Text>,
    /// Our number: gap-free from 1 per fund and fiscal year of the first split's line.
    pub voucher_no: u64,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 46: money back from a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundReceived {
    /// Index of the disbursement's entry.
    pub disbursement: u64,
    /// How much came back to which line and project of the payment.
    pub splits: Vec<Split>,
    /// Whether the money may be used again, or goes to the treasury.
    pub restores_budget: bool,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

impl DisbursementRecorded {
    /// The series that its voucher number is of: the fund and fiscal year of its first split.
    #[must_use]
    pub fn series(&self) -> Option<(Code, Year)> {
        let split = self.splits.first()?;
        Some((split.line.fund.clone(), split.line.year))
    }
}
