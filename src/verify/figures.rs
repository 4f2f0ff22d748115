//! What a log holds, in figures, for those who read a report of its verification: counted in the same
//! pass as everything else. Lacks any judgement.

use crate::domain::calendar::Date;
use crate::domain::event::{Body, Bytes32};
use crate::domain::ids::{Code, Text};
use crate::domain::kinds::Stage;
use crate::domain::money::{Amount, Currency};
use crate::domain::state::State;
use crate::projection::Recorded;
use crate::projection::balances::flow_of;
use crate::projection::figures::Figures as Budget;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the entries that could be followed hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// The ledger's name.
    pub name: Option<Text>,
    /// Its currency.
    pub currency: Option<Currency>,
    /// Minutes from UTC, for its days.
    pub utc_offset_minutes: i16,
    /// When its first and last entry were recorded, microseconds since 1970 in UTC.
    pub recorded_microseconds: Option<(i64, i64)>,
    /// The first and last day on which something happened.
    pub occurred_on: Option<(Date, Date)>,
    /// Its officers, by number.
    pub officers: Vec<OfficerFigures>,
    /// Its funds, by code; none where something does not hold.
    pub funds: Vec<FundFigures>,
    /// All of them, by the names of the budget: what was carried from one to another left out. `None` where
    /// a sum overflows.
    pub total: Option<Budget>,
}

/// An officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerFigures {
    /// Unique name.
    pub name: Text,
    /// Public key.
    pub key: Bytes32,
    /// Commands that the officer signed.
    pub commands: u64,
}

/// A fund: where its money stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundFigures {
    /// Its code.
    pub code: Code,
    /// Its name.
    pub name: Option<Text>,
    /// The balance of its accounts in every stage; together they are zero. What was carried from one line to
    /// another is in `carried_out` of the one and in `authority` of the other. `None` where a sum overflows.
    pub stages: BTreeMap<Stage, Option<Amount>>,
    /// The same by the names of the budget, as reports have it: what was carried within the fund left out.
    /// `None` where a sum overflows.
    pub budget: Option<Budget>,
}

impl Figures {
    /// Which ledger it is, and no figures: nobody followed the rules that give them.
    pub(super) fn of_ledger(state: &State) -> Self {
        let facts = state.ledger.as_ref();
        Self {
            name: facts.map(|facts| facts.name.clone()),
            currency: facts.map(|facts| facts.currency()),
            utc_offset_minutes: facts.map_or(0, |facts| facts.utc_offset_minutes),
            ..Self::default()
        }
    }
}

/// The figures while they are counted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Count {
    recorded_microseconds: Option<(i64, i64)>,
    occurred_on: Option<(Date, Date)>,
    commands: BTreeMap<u32, u64>,
    funds: BTreeMap<Code, Text>,
    /// What gave each fund its authority; `None` once a sum went beyond what can be counted.
    given: BTreeMap<Code, Option<Budget>>,
    /// What was carried from one fund to another, or within one.
    carried: BTreeMap<(Code, Code), Option<Amount>>,
}

impl Count {
    pub(super) fn entry(&mut self, recorded: &Recorded<'_>) {
        let at = recorded.recorded_at_microseconds;
        self.recorded_microseconds =
            Some(self.recorded_microseconds.map_or((at, at), |(first, _)| (first, at)));
        let day = recorded.event.occurred_on;
        let days = self.occurred_on.map_or((day, day), |(a, b)| (a.min(day), b.max(day)));
        self.occurred_on = Some(days);
        if let Body::FundEstablished(fund) = &recorded.event.body {
            self.funds.insert(fund.code.clone(), fund.name.clone());
        }
        if !recorded.moves.is_empty() {
            self.give(recorded);
        }
    }

    /// Adds what the entry gave or took, and what it carried.
    fn give(&mut self, recorded: &Recorded<'_>) {
        let (body, undone) = recorded.moved_by();
        let flow = flow_of(body);
        for m in recorded.moves {
            for (leaf, given) in [(&m.from, Some(m.amount)), (&m.to, m.amount.checked_neg())] {
                if leaf.stage == Stage::Authority {
                    let fund = leaf.line.fund.clone();
                    let sums = self.given.entry(fund).or_insert(Some(Budget::default()));
                    *sums = sums.zip(given).and_then(|(mut sums, given)| {
                        let sum = sums.flow_mut(flow);
                        *sum = sum.checked_add(given)?;
                        Some(sums)
                    });
                }
            }
        }
        if let Body::BalanceCarriedForward(carried) = body {
            let amount = if undone { carried.amount.checked_neg() } else { Some(carried.amount) };
            let pair = (carried.from.fund.clone(), carried.to.fund.clone());
            let sum = self.carried.entry(pair).or_insert(Some(Amount::ZERO));
            *sum = sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount));
        }
    }

    pub(super) fn command(&mut self, officer: u32) {
        let count = self.commands.entry(officer).or_default();
        *count = count.saturating_add(1);
    }

    /// The figures at `state`, which says where the money stands only if everything holds.
    pub(super) fn into_figures(mut self, state: &State, holds: bool) -> Figures {
        let officers = state.officers.iter().zip(0_u32..).map(|(officer, number)| OfficerFigures {
            name: officer.name.clone(),
            key: officer.key,
            commands: self.commands.get(&number).copied().unwrap_or_default(),
        });
        let officers = officers.collect();
        let funds = if holds { self.funds(state) } else { Vec::new() };
        let total = if holds { self.total(&funds) } else { None };
        Figures {
            recorded_microseconds: self.recorded_microseconds,
            occurred_on: self.occurred_on,
            officers,
            funds,
            total,
            ..Figures::of_ledger(state)
        }
    }

    fn funds(&mut self, state: &State) -> Vec<FundFigures> {
        let mut sums: BTreeMap<&Code, BTreeMap<Stage, Option<Amount>>> = BTreeMap::new();
        let nothing = || Stage::ALL.iter().map(|stage| (*stage, Some(Amount::default()))).collect();
        for code in state.funds.keys() {
            sums.insert(code, nothing());
        }
        for (leaf, amount) in state.balances() {
            let stages = sums.entry(&leaf.line.fund).or_insert_with(nothing);
            let sum = stages.entry(leaf.stage).or_insert(Some(Amount::default()));
            *sum = sum.and_then(|sum| sum.checked_add(*amount));
        }
        let figures = sums.into_iter().map(|(code, stages)| FundFigures {
            code: code.clone(),
            name: self.funds.remove(code),
            budget: self.budget(code, &stages),
            stages,
        });
        figures.collect()
    }

    /// A fund's accounts by the names of the budget, less what was carried within it.
    fn budget(&self, code: &Code, stages: &BTreeMap<Stage, Option<Amount>>) -> Option<Budget> {
        let known: Option<Vec<_>> =
            stages.iter().map(|(stage, sum)| Some((*stage, (*sum)?))).collect();
        let given = self.given.get(code).copied().unwrap_or(Some(Budget::default()))?;
        let pair = (code.clone(), code.clone());
        let within = self.carried.get(&pair).copied().unwrap_or(Some(Amount::ZERO))?;
        given.with_stages(known?).without_carried(within)
    }

    /// All funds: what was carried from one to another is in neither column.
    fn total(&self, funds: &[FundFigures]) -> Option<Budget> {
        let mut sums = funds.iter().map(|fund| fund.budget);
        let sum = sums.try_fold(Budget::default(), |sum, budget| sum.checked_add(&budget?))?;
        let between = self.carried.iter().filter(|((from, to), _)| from != to);
        let amounts: Option<Vec<Amount>> = between.map(|(_, amount)| *amount).collect();
        sum.without_carried(Amount::sum(amounts?)?)
    }
}
