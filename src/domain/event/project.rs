//! Bodies of types 21 and 26–28: projects.

use super::{Code, Date, Filing, Text};
use crate::domain::ids::{LineKey, Tag};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// Money of one line for a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funding {
    /// The line.
    pub line: LineKey,
    /// Minor units, not below zero.
    pub amount: Amount,
}

/// Type 21: a project may spend; its named funding is reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectApproved {
    /// Its code.
    pub code: Code,
    /// Its title.
    pub title: Text,
    /// Its Chinese title.
    pub title_zh: Option<Text>,
    /// What it is for.
    pub purpose: Tag,
    /// Where it is; `None`: its fund's district.
    pub district: Option<Code>,
    /// The programme it implements.
    pub programme: Option<Code>,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// The most it may commit and pay directly, minor units.
    pub ceiling: Option<Amount>,
    /// What is reserved for it; the sum is at most the ceiling.
    pub funding: Vec<Funding>,
    /// Like projects found at approval …
    pub duplicates: Vec<Code>,
    /// … and why it was approved all the same.
    pub duplicates_reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 26: the work is done; contracts are still paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectCompleted {
    /// The project.
    pub code: Code,
    /// Why, or how.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 27: the project is given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectTerminated {
    /// The project.
    pub code: Code,
    /// Why.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}

/// Type 28: settled; the rest of what was reserved is free again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectClosedOut {
    /// The project.
    pub code: Code,
    /// Why, or how.
    pub reason: Option<Text>,
    /// Documents and file number.
    pub filing: Filing,
}
