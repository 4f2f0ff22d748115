//! Bodies of types 13–18, 70 and 71: authority, and what happens to it at the year's end.

use super::{Bytes16, Code, Filing, Stage, Text};
use crate::domain::ids::LineKey;
use crate::domain::kinds::{Direction, RestKind, SourceKind};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// Where an allocation's money comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneySource {
    /// Own, upper level or other.
    pub kind: SourceKind,
    /// The division that gives it.
    pub division: Option<Text>,
    /// Its reference.
    pub reference: Option<Text>,
}

/// Type 13: authority is given; opens its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationRecorded {
    /// The line it opens.
    pub line: LineKey,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Where the money comes from.
    pub source: MoneySource,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 14: more or less authority on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationAdjusted {
    /// The line.
    pub line: LineKey,
    /// Supplement or reduction.
    pub direction: Direction,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// An entry of another ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignEntry {
    /// The other ledger's id.
    pub ledger: Bytes16,
    /// The entry's index there, if it is known.
    pub entry: Option<u64>,
}

/// Type 15: authority moved to another line, or out to another ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocationTransferred {
    /// The line that gives.
    pub from: LineKey,
    /// The line that receives; `None` when it is in another ledger.
    pub to: Option<LineKey>,
    /// The entry of another ledger; `None` when the receiving line is in this one.
    pub elsewhere: Option<ForeignEntry>,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 17: money of a line is held for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundsReserved {
    /// The project.
    pub project: Code,
    /// The line.
    pub line: LineKey,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 18: money held for a project is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationReleased {
    /// The project.
    pub project: Code,
    /// The line.
    pub line: LineKey,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 70: a balance goes over to a later year, stage, project and commitment kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceCarriedForward {
    /// The line of the year that ends.
    pub from: LineKey,
    /// The line of the later year; opened where it is absent. Same fund, origin year and class.
    pub to: LineKey,
    /// Unreserved, reserved or committed.
    pub stage: Stage,
    /// The project whose balance it is.
    pub project: Option<Code>,
    /// The commitment whose balance it is.
    pub commitment: Option<Code>,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// 结转 or 结余.
    pub rest: RestKind,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 71: unspent money goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceLapsed {
    /// The line.
    pub line: LineKey,
    /// Minor units, not below zero.
    pub amount: Amount,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}
