//! The kernel: leaf accounts, and the moves between them that every event comes down to.
//!
//! A leaf is (line, stage, project?, commitment?). Every balance is a sum of leaves, every event a
//! list of postings that adds up to zero. The table of moves is schemas/entry.md §7; this module is
//! that table in Rust, for use by [`apply`](super::apply), and decides no rule.

use super::ids::{Code, LineKey};
use super::kinds::Stage;
use super::money::Amount;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A leaf account.
///
/// Leaves sort by commitment, project, stage and line: what tells two of them apart soonest comes
/// first, since a state looks them up some times an entry.
#[derive(Debug, Clone, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The line.
    pub line: LineKey,
    /// Where the money stands.
    pub stage: Stage,
    /// The project it is for.
    pub project: Option<Code>,
    /// The contract it is owed or paid under.
    pub commitment: Option<Code>,
}

// Compared and hashed some twenty times an entry: what differs most often comes first, and what is
// not there costs nothing.
impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.stage == other.stage
            && self.commitment == other.commitment
            && self.project == other.project
            && self.line == other.line
    }
}

impl Hash for Leaf {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.stage.hash(hasher);
        self.line.fund.hash(hasher);
        hasher.write_i16(self.line.year);
        hasher.write_i16(self.line.origin);
        for code in [&self.commitment, &self.project].into_iter().flatten() {
            code.hash(hasher);
        }
        if !self.line.class.as_str().is_empty() {
            self.line.class.hash(hasher);
        }
    }
}

impl Ord for Leaf {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.commitment.cmp(&other.commitment))
            .then_with(|| self.project.cmp(&other.project))
            .then_with(|| self.stage.cmp(&other.stage))
            .then_with(|| self.line.cmp(&other.line))
    }
}

impl PartialOrd for Leaf {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Leaf {
    /// A leaf of a line without project or commitment.
    #[must_use]
    pub fn of(line: &LineKey, stage: Stage) -> Self {
        Self { line: line.clone(), stage, project: None, commitment: None }
    }

    /// The same line at `stage`, for `project` and `commitment`.
    #[must_use]
    pub fn new(
        line: &LineKey,
        stage: Stage,
        project: Option<&Code>,
        commitment: Option<&Code>,
    ) -> Self {
        let (project, commitment) = (project.cloned(), commitment.cloned());
        Self { line: line.clone(), stage, project, commitment }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.line, self.stage)?;
        if let Some(project) = &self.project {
            write!(f, " project:{project}")?;
        }
        match &self.commitment {
            Some(commitment) => write!(f, " commitment:{commitment}"),
            None => Ok(()),
        }
    }
}

/// One side of a move: `amount` minor units are added to `leaf` (taken from it when negative).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The leaf.
    pub leaf: Leaf,
    /// Minor units.
    pub amount: Amount,
}

/// A move of `amount` from one leaf to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where it is taken from.
    pub from: Leaf,
    /// Where it goes.
    pub to: Leaf,
    /// Minor units; a negative one is the inverse move.
    pub amount: Amount,
}

impl Move {
    /// A move.
    #[must_use]
    pub fn new(from: Leaf, to: Leaf, amount: Amount) -> Self {
        Self { from, to, amount }
    }
}

/// The postings of moves, in order: the taking side first. `None` when an amount has no opposite.
#[must_use]
pub fn postings(moves: &[Move]) -> Option<Vec<Posting>> {
    let mut out = Vec::with_capacity(moves.len().saturating_mul(2));
    for m in moves {
        out.push(Posting { leaf: m.from.clone(), amount: m.amount.checked_neg()? });
        out.push(Posting { leaf: m.to.clone(), amount: m.amount });
    }
    Some(out)
}
