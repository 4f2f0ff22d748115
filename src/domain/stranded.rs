//! Money that comes back to a line whose year is over: nothing can be paid from it until it is carried
//! to the present year.

use super::calendar::Date;
use super::event::{Body, Event, Split};
use super::ids::{Code, LineKey};
use super::kinds::Stage;
use super::money::Amount;
use super::state::{Project, State};

/// What came back to a line of a year that was over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    /// The line.
    pub from: LineKey,
    /// The last day of its year.
    pub ended_on: Date,
    /// The line of the present year that it can be carried to.
    pub to: LineKey,
    /// Where it stands.
    pub stage: Stage,
    /// The project it is held or owed for.
    pub project: Option<Code>,
    /// The contract it is owed under.
    pub commitment: Option<Code>,
    /// How much.
    pub amount: Amount,
}

/// What an event brought back to lines whose year was over on its day; `undone` is the entry that it
/// reverses.
#[must_use]
pub fn stranded(state: &State, event: &Event, undone: Option<&Event>) -> Vec<Stranded> {
    let back = |splits: &[Split], contract: Option<&Code>| {
        let found =
            splits.iter().filter_map(|split| one(state, event.occurred_on, split, contract));
        found.collect::<Vec<_>>()
    };
    match (&event.body, undone.map(|undone| &undone.body)) {
        (Body::RefundReceived(b), _) if b.restores_budget => back(&b.splits, None),
        (Body::EntryReversed(_), Some(Body::DisbursementRecorded(b))) => {
            back(&b.splits, b.commitment.as_ref())
        }
        (Body::EntryReversed(_), Some(Body::CommitmentMade(b))) => back(&b.splits, None),
        (Body::CommitmentReduced(b), _) => back(&b.splits, None),
        _ => Vec::new(),
    }
}

fn one(state: &State, on: Date, split: &Split, contract: Option<&Code>) -> Option<Stranded> {
    let facts = state.ledger.as_ref()?;
    let (year, line) = (facts.fiscal_year(on), &split.line);
    if year <= line.year || split.amount <= Amount::ZERO {
        return None;
    }
    let (_, ended_on) = Date::of_fiscal_year(line.year, facts.fiscal_year_start_month)?;
    let project = split.project.as_ref();
    let is_held =
        |known: &Project| known.is_open() && known.funded.iter().any(|funded| funded.line == *line);
    let held = project.filter(|code| state.projects.get(code).is_some_and(is_held));
    let (stage, project) = match (contract, held) {
        (Some(_), _) => (Stage::Committed, project),
        (None, Some(_)) => (Stage::Reserved, project),
        (None, None) => (Stage::Unreserved, None),
    };
    Some(Stranded {
        from: line.clone(),
        ended_on,
        to: LineKey { year, ..line.clone() },
        stage,
        project: project.cloned(),
        commitment: contract.cloned(),
        amount: split.amount,
    })
}
