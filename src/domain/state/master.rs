//! What the state keeps of districts, funds, lines, projects and sealed fields.

use crate::domain::calendar::Date;
use crate::domain::ids::{Code, LineKey, Tag};
use crate::domain::kinds::{Level, ProjectStatus};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};

/// A district of the division tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct District {
    /// City, district or street.
    pub level: Level,
    /// First valid day.
    pub valid_from: Option<Date>,
    /// Last valid day.
    pub valid_to: Option<Date>,
    /// The code that follows it.
    pub successor: Option<Code>,
}

/// A fund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// What its money is for.
    pub purposes: Vec<Tag>,
    /// Whether it is closed.
    pub closed: bool,
}

/// Confidential fields of an entry; what they say is never known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFields {
    /// Index of the entry that holds the commitment.
    pub entry: u64,
    /// Index of the entry that erased them.
    pub erased_by: Option<u64>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The day of the allocation or carry-forward that opened it.
    pub opened_on: Date,
    /// Allocations and carry-forwards to it that are not reversed.
    pub entries: u64,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// What it is for.
    pub purpose: Tag,
    /// Where it stands.
    pub status: ProjectStatus,
    /// The most it may engage.
    pub ceiling: Option<Amount>,
    /// Sum of its leaves committed, approved_unpaid and paid.
    pub engaged: Amount,
    /// What it was before it was closed out.
    pub before_close_out: Option<ProjectStatus>,
    /// Lines that it has had funding on, ascending.
    pub funded: Vec<FundedLine>,
}

/// A line that a project has funding on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundedLine {
    /// The line.
    pub line: LineKey,
    /// Approvals, reservations and carry-forwards that stand for it and are not reversed.
    pub entries: u64,
}

impl Project {
    /// True if the project has had funding on `line`.
    #[must_use]
    pub fn is_funded_on(&self, line: &LineKey) -> bool {
        self.funded.binary_search_by(|funded| funded.line.cmp(line)).is_ok()
    }

    /// True while reserved money may still be used: neither terminated nor closed out.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.status {
            ProjectStatus::Approved | ProjectStatus::Suspended | ProjectStatus::Completed => true,
            ProjectStatus::Proposed
            | ProjectStatus::Terminated
            | ProjectStatus::ClosedOut
            | ProjectStatus::Rejected => false,
        }
    }
}
