//! What is left after an event: free money of its lines, of its project, under its contract.

use super::event::Body;
use super::fact::{Fact, See, Seen, Value};
use super::ids::{Code, LineKey};
use super::kinds::Stage;
use super::money::Amount;
use super::posting::Leaf;
use super::rejection::Thing;
use super::state::State;

/// A balance that an event left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// Free money of a line.
    Available(LineKey, Amount),
    /// Held for a project.
    Reserved(Code, Amount),
    /// Still owed under a contract.
    Owed(Code, Amount),
    /// Still promised by an investment.
    Pledged(Code, Amount),
}

/// What is left of everything that `body` touched, on the state after it.
#[must_use]
pub fn left(state: &State, body: &Body) -> Vec<Left> {
    let Touched { lines, projects, contracts, follow_ons } = Touched::of(state, body);
    let owed =
        contracts.into_iter().filter_map(|code| Some(Left::Owed(code.clone(), owed(state, code)?)));
    let held = projects
        .into_iter()
        .filter_map(|code| Some(Left::Reserved(code.clone(), reserved(state, code)?)));
    let free = lines.into_iter().map(|line| {
        Left::Available(line.clone(), state.balance(&Leaf::of(line, Stage::Unreserved)))
    });
    let pledged = follow_ons.into_iter().filter_map(|code| {
        let rest = state.follow_ons.get(code)?.rest()?;
        Some(Left::Pledged(code.clone(), rest))
    });
    owed.chain(held).chain(free).chain(pledged).collect()
}

/// What is still owed under a contract, over all its lines.
fn owed(state: &State, contract: &Code) -> Option<Amount> {
    let made = state.commitments.get(contract)?;
    Amount::sum(made.shares.iter().map(|share| {
        let leaf = Leaf::new(&share.line, Stage::Committed, share.project.as_ref(), Some(contract));
        state.balance(&leaf)
    }))
}

/// What is held for a project, over all its lines; nothing where it never had funding.
fn reserved(state: &State, code: &Code) -> Option<Amount> {
    let project = state.projects.get(code).filter(|project| !project.funded.is_empty())?;
    Amount::sum(
        project.funded.iter().map(|funded| {
            state.balance(&Leaf::new(&funded.line, Stage::Reserved, Some(code), None))
        }),
    )
}

/// The things whose balances an event changes, each once.
#[derive(Default)]
struct Touched<'e> {
    lines: Vec<&'e LineKey>,
    projects: Vec<&'e Code>,
    contracts: Vec<&'e Code>,
    follow_ons: Vec<&'e Code>,
}

impl<'e> Touched<'e> {
    /// What an event names; of one that ends something, what that had.
    fn of(state: &'e State, body: &'e Body) -> Self {
        let mut touched = Self::default();
        if let Body::ProjectClosedOut(b) = body {
            let project = state.projects.get(&b.code);
            project
                .into_iter()
                .flat_map(|one| &one.funded)
                .for_each(|funded| add(&mut touched.lines, &funded.line));
        } else if let Body::CommitmentClosed(b) = body {
            let made = state.commitments.get(&b.contract);
            for share in made.into_iter().flat_map(|made| &made.shares) {
                share.project.iter().for_each(|code| add(&mut touched.projects, code));
                add(&mut touched.lines, &share.line);
            }
        } else {
            // Nothing is refused by looking.
            drop(body.fields(&mut touched));
        }
        // Whose the money is stays as it was.
        if matches!(body, Body::BalanceCarriedForward(_) | Body::FollowOnPledged(_)) {
            touched.projects.clear();
            touched.contracts.clear();
        }
        touched
    }
}

impl<'e> See<'e> for Touched<'e> {
    fn see(&mut self, field: &'static str, value: Value<'e>) -> Seen {
        value.line().into_iter().for_each(|line| add(&mut self.lines, line));
        let thing = value.thing().filter(|_| field != "duplicates");
        let Some((thing, code)) = thing else { return Ok(()) };
        let all = match thing {
            Thing::Project => &mut self.projects,
            Thing::Commitment => &mut self.contracts,
            Thing::FollowOn => &mut self.follow_ons,
            Thing::Officer
            | Thing::District
            | Thing::Programme
            | Thing::Fund
            | Thing::Line
            | Thing::Payee
            | Thing::Entry => return Ok(()),
        };
        add(all, code);
        Ok(())
    }
}

fn add<'e, T: PartialEq>(all: &mut Vec<&'e T>, one: &'e T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
