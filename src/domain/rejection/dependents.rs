//! What stands in the way of a reversal, and which later entries have to be reversed before it.

use super::{NextStep, Rejection};
use crate::domain::ids::Code;
use crate::domain::kinds::ProjectStatus;
use crate::domain::posting::Leaf;
use std::fmt;

/// What an entry cannot be reversed for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The account would stand on the wrong side of zero.
    Account(Leaf),
    /// The project would have engaged more than its ceiling.
    Ceiling(Code),
    /// What is reserved for the project, with what it has engaged, would be more than its ceiling.
    Reserved(Code),
    /// Something was made of the entry that its accounts alone do not show.
    Built(BuiltOn),
}

/// As in `details`.
impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(leaf) => leaf.fmt(f),
            Self::Ceiling(project) | Self::Reserved(project) => write!(f, "project {project}"),
            Self::Built(built) => built.fmt(f),
        }
    }
}

/// What later entries made of one, where the accounts alone would not show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuiltOn {
    /// The payment was refunded.
    Refunded {
        /// Index of the payment.
        payment: u64,
    },
    /// The contract was closed.
    Closed {
        /// The contract.
        contract: Code,
    },
    /// The contract was increased, reduced, carried or paid above.
    Changed {
        /// The contract.
        contract: Code,
    },
    /// The project was closed out.
    ClosedOut {
        /// The project.
        project: Code,
    },
    /// The project is no longer approved.
    Ended {
        /// The project.
        project: Code,
        /// What it is.
        status: ProjectStatus,
    },
    /// More was reserved for the project, or carried to it.
    Reserved {
        /// The project.
        project: Code,
    },
    /// A contract is for the project.
    Contract {
        /// The project.
        project: Code,
        /// The contract.
        contract: Code,
    },
    /// Payments were made for the project.
    Paid {
        /// The project.
        project: Code,
    },
    /// An investment is for the project.
    Investment {
        /// The project.
        project: Code,
        /// The investment.
        follow_on: Code,
    },
    /// The investment was paid in or withdrawn.
    Used {
        /// The investment.
        follow_on: Code,
    },
    /// The rest of the investment was withdrawn.
    Withdrawn {
        /// The investment.
        follow_on: Code,
    },
}

/// As in `details`.
impl fmt::Display for BuiltOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refunded { .. } => f.write_str("it was refunded"),
            Self::Closed { contract } => write!(f, "commitment {contract} was closed"),
            Self::Changed { contract } => {
                write!(f, "commitment {contract} was changed, carried or paid above")
            }
            Self::ClosedOut { project } => write!(f, "project {project} was closed out"),
            Self::Ended { project, status } => write!(f, "project {project} is {status}"),
            Self::Reserved { project } => write!(f, "more was reserved for project {project}"),
            Self::Contract { project, contract } => {
                write!(f, "commitment {contract} is for project {project}")
            }
            Self::Paid { project } => write!(f, "payments were made for project {project}"),
            Self::Investment { project, follow_on } => {
                write!(f, "follow-on investment {follow_on} is for project {project}")
            }
            Self::Used { follow_on } => {
                write!(f, "follow-on investment {follow_on} was paid in or withdrawn")
            }
            Self::Withdrawn { follow_on } => {
                write!(f, "the rest of follow-on investment {follow_on} was withdrawn")
            }
        }
    }
}

/// The later entries that have to be reversed before one can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependents {
    /// Nobody looked: the rules alone do not read the log.
    NotSought,
    /// All of them, last first: with these reversed in this order the entry can be, and none of them
    /// can be left out.
    All(Vec<u64>),
    /// More than one command can reverse: the last of them, last first, as far as they were followed.
    Part(Vec<u64>),
    /// These stand in the way and cannot be reversed, each for its reason.
    Standing(Vec<(u64, Rejection)>),
}

impl Dependents {
    /// What can be done next.
    pub(super) fn next(&self, entry: u64) -> Vec<NextStep> {
        match self {
            Self::All(_) => vec![NextStep::ReverseAll(entry)],
            Self::NotSought | Self::Part(_) | Self::Standing(_) => Vec::new(),
        }
    }

    /// The indexes, by what they are.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let all = |name: &'static str, indexes: &mut dyn Iterator<Item = u64>| {
            indexes.map(|index| (name, format!("@{index}"))).collect::<Vec<_>>()
        };
        match self {
            Self::NotSought => Vec::new(),
            Self::All(later) => all("later", &mut later.iter().copied()),
            Self::Part(later) => {
                let mut out = all("later", &mut later.iter().copied());
                out.push(("complete", "no".to_owned()));
                out
            }
            Self::Standing(standing) => all("standing", &mut standing.iter().map(|(i, _)| *i)),
        }
    }
}
