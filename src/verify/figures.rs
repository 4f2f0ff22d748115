//! What a log holds, in figures, for those who read a report of its verification: counted in the same
//! pass as everything else. Lacks any judgement.

use crate::domain::calendar::Date;
use crate::domain::event::{Body, Bytes32};
use crate::domain::ids::{Code, Text};
use crate::domain::kinds::Stage;
use crate::domain::money::{Amount, Currency};
use crate::domain::state::State;
use crate::projection::Recorded;
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
    /// Its balance in every stage; together they are zero. `None` where a sum overflows.
    pub stages: BTreeMap<Stage, Option<Amount>>,
}

/// The figures while they are counted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Count {
    recorded_microseconds: Option<(i64, i64)>,
    occurred_on: Option<(Date, Date)>,
    commands: BTreeMap<u32, u64>,
    funds: BTreeMap<Code, Text>,
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
    }

    pub(super) fn command(&mut self, officer: u32) {
        let count = self.commands.entry(officer).or_default();
        *count = count.saturating_add(1);
    }

    /// The figures at `state`, which says where the money stands only if everything holds.
    pub(super) fn into_figures(mut self, state: &State, holds: bool) -> Figures {
        let facts = state.ledger.as_ref();
        let officers = state.officers.iter().zip(0_u32..).map(|(officer, number)| OfficerFigures {
            name: officer.name.clone(),
            key: officer.key,
            commands: self.commands.get(&number).copied().unwrap_or_default(),
        });
        let officers = officers.collect();
        let funds = if holds { funds(state, &mut self.funds) } else { Vec::new() };
        Figures {
            name: facts.map(|facts| facts.name.clone()),
            currency: facts.map(|facts| facts.currency()),
            utc_offset_minutes: facts.map_or(0, |facts| facts.utc_offset_minutes),
            recorded_microseconds: self.recorded_microseconds,
            occurred_on: self.occurred_on,
            officers,
            funds,
        }
    }
}

fn funds(state: &State, names: &mut BTreeMap<Code, Text>) -> Vec<FundFigures> {
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
        name: names.remove(code),
        stages,
    });
    figures.collect()
}
