//! Findings: what was booked although a soft rule looks at it. They never block.
//!
//! `admit` returns them beside the new state; receipts show them as warnings, and any reader finds
//! them again by running `admit` over the log. Codes are stable; the sentences are written in
//! [`words`](crate::words::finding).

use super::calendar::Date;
use super::ids::{Code, LineKey};
use super::money::Money;
use super::posting::Leaf;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An account went below zero: the policy is `warn` or `track`, or within its tolerance.
    BelowZero {
        /// The account.
        leaf: Leaf,
        /// What it stands at now.
        balance: Money,
    },
    /// Commitments and direct payments of a project are above its ceiling.
    AboveCeiling {
        /// The project.
        project: Code,
        /// What it has engaged now.
        engaged: Money,
        /// Its ceiling.
        ceiling: Money,
    },
    /// What is reserved for a project, and what it has engaged, is above its ceiling (rule set 3).
    ReservedAboveCeiling {
        /// The project.
        project: Code,
        /// What is reserved for it and engaged by it now.
        spoken_for: Money,
        /// Its ceiling.
        ceiling: Money,
    },
    /// A payment was above its commitment (D13).
    AboveCommitment {
        /// The contract.
        contract: Code,
        /// How much above.
        excess: Money,
    },
    /// A historical entry is dated outside its line's fiscal year.
    OutsideLineYear {
        /// The line.
        line: LineKey,
        /// The date.
        date: Date,
    },
    /// A historical entry has a negative amount.
    NegativeAmount {
        /// The amount.
        amount: Money,
    },
    /// A historical payment before its contract, or contract before its allocation.
    OutOfOrder {
        /// The date.
        date: Date,
        /// The date it should not be before.
        earliest: Date,
    },
}

impl Finding {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BelowZero { .. } => "below_zero",
            Self::AboveCeiling { .. } => "above_ceiling",
            Self::ReservedAboveCeiling { .. } => "reserved_above_ceiling",
            Self::AboveCommitment { .. } => "above_commitment",
            Self::OutsideLineYear { .. } => "outside_line_year",
            Self::NegativeAmount { .. } => "negative_amount",
            Self::OutOfOrder { .. } => "out_of_order",
        }
    }
}
