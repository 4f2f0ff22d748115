//! Control totals: what the amounts of the entries add up to, line by line, beside what the accounts
//! hold. The sums are taken from the amounts that stand in the entries and know nothing of the posting
//! table, so that a slip in one of the two shows.
//!
//! * Authority of a line = allocations, supplements less reductions, transfers and what was carried to it.
//! * Carried out of a line (closing) = what other lines were opened with or given from it.
//! * Paid on a line = its payments less their refunds.

use crate::domain::event::{Body, Event};
use crate::domain::ids::LineKey;
use crate::domain::kinds::{Direction, Stage};
use crate::domain::money::Amount;
use crate::domain::state::State;
use crate::domain::table::Table;
use crate::projection::Recorded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sums of one line, minor units; `None` once one went beyond what can be counted.
type Sums = Option<[Amount; 3]>;

/// The accounts that are held against sums, and the name of each.
const ACCOUNTS: [(Stage, &str); 3] =
    [(Stage::Authority, "authority"), (Stage::CarriedOut, "carried out"), (Stage::Paid, "paid")];

/// The sums while they are taken.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ControlTotals(Table<LineKey, Sums>);

impl ControlTotals {
    pub(super) fn entry(&mut self, recorded: &Recorded<'_>) {
        self.add_event(recorded.event, recorded.cited);
    }

    fn add_event(&mut self, event: &Event, cited: Option<&Event>) {
        match (&event.body, cited) {
            (Body::EntryReversed(_), Some(undone)) => self.add_body(&undone.body, true),
            (body, _) => self.add_body(body, false),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event changes these accounts")]
    fn add_body(&mut self, body: &Body, undone: bool) {
        let mut add = |line: &LineKey, stage, amount: Amount, less: bool| {
            self.add(line, stage, if less == undone { Some(amount) } else { amount.checked_neg() });
        };
        match body {
            Body::AllocationRecorded(b) => add(&b.line, Stage::Authority, b.amount, false),
            Body::AllocationAdjusted(b) => {
                let less = b.direction == Direction::Reduction;
                add(&b.line, Stage::Authority, b.amount, less);
            }
            Body::AllocationTransferred(b) => {
                add(&b.from, Stage::Authority, b.amount, true);
                if let Some(to) = &b.to {
                    add(to, Stage::Authority, b.amount, false);
                }
            }
            Body::BalanceCarriedForward(b) => {
                add(&b.from, Stage::CarriedOut, b.amount, false);
                add(&b.to, Stage::Authority, b.amount, false);
            }
            Body::DisbursementRecorded(b) => {
                b.splits.iter().for_each(|s| add(&s.line, Stage::Paid, s.amount, false));
            }
            Body::RefundReceived(b) => {
                b.splits.iter().for_each(|s| add(&s.line, Stage::Paid, s.amount, true));
            }
            _ => {}
        }
    }

    fn add(&mut self, line: &LineKey, stage: Stage, amount: Option<Amount>) {
        if let Some(sums) = self.0.get_mut(line) {
            *sums = added(*sums, stage, amount);
        } else {
            self.0.insert(line.clone(), added(Some([Amount::ZERO; 3]), stage, amount));
        }
    }

    /// What does not add up, in words; empty when all is well.
    pub(super) fn broken(&self, state: &State) -> Vec<String> {
        let mut held: BTreeMap<&LineKey, Sums> =
            self.0.keys().map(|line| (line, Some([Amount::ZERO; 3]))).collect();
        for (leaf, balance) in state.balances() {
            // Authority stands below zero.
            let amount = match leaf.stage {
                Stage::Authority => balance.checked_neg(),
                Stage::CarriedOut | Stage::Paid => Some(*balance),
                Stage::Unreserved
                | Stage::Reserved
                | Stage::Committed
                | Stage::ApprovedUnpaid
                | Stage::RefundedOut
                | Stage::Lapsed
                | Stage::Invested => continue,
            };
            let sums = held.entry(&leaf.line).or_insert(Some([Amount::ZERO; 3]));
            *sums = added(*sums, leaf.stage, amount);
        }
        let mut broken = Vec::new();
        for (line, held) in held {
            let sums = self.0.get(line).copied().unwrap_or(Some([Amount::ZERO; 3]));
            let (Some(sums), Some(held)) = (sums, held) else {
                // What a breach says may be beyond all counting, and is named as one.
                if !state.breaches.is_empty() {
                    continue;
                }
                broken.push(format!("line {line} adds up to more than can be counted"));
                continue;
            };
            for ((sum, held), (_, name)) in sums.into_iter().zip(held).zip(ACCOUNTS) {
                if sum != held {
                    broken.push(format!(
                        "line {line}, {name}: its entries add up to {} minor units, its accounts to {}",
                        sum.0, held.0
                    ));
                }
            }
        }
        broken
    }
}

fn added(sums: Sums, stage: Stage, amount: Option<Amount>) -> Sums {
    let (mut sums, amount) = (sums?, amount?);
    for (sum, (account, _)) in sums.iter_mut().zip(ACCOUNTS) {
        if account == stage {
            *sum = sum.checked_add(amount)?;
        }
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Date;
    use crate::domain::event::{AllocationRecorded, EntryReversed, Filing, MoneySource};
    use crate::domain::ids::{Code, Text};
    use crate::domain::kinds::SourceKind;
    use crate::domain::posting::Leaf;

    fn line() -> LineKey {
        LineKey::new(Code::new("PD"), 2002)
    }

    fn event(body: Body) -> Event {
        Event { occurred_on: Date(0), historical: false, confidential: None, body }
    }

    fn allocated(fen: i128) -> Event {
        let source = MoneySource { kind: SourceKind::Own, division: None, reference: None };
        let filing = Filing::default();
        event(AllocationRecorded { line: line(), amount: Amount(fen), source, filing }.into())
    }

    fn state(authority: i128) -> State {
        let mut state = State::default();
        state.leaves.insert(Leaf::of(&line(), Stage::Authority), Amount(authority));
        state
    }

    #[test]
    fn the_accounts_are_what_the_entries_add_up_to() {
        let mut totals = ControlTotals::default();
        totals.add_event(&allocated(500), None);
        assert_eq!(totals.broken(&state(-500)), Vec::<String>::new());
        assert_eq!(
            totals.broken(&state(-499)),
            ["line PD:2002, authority: its entries add up to 500 minor units, its accounts to 499"]
        );
        assert_eq!(totals.broken(&State::default()).len(), 1);
        let filing = Filing::default();
        let undo = event(EntryReversed { entry: 0, reason: Text::new("wrong"), filing }.into());
        totals.add_event(&undo, Some(&allocated(500)));
        assert_eq!(totals.broken(&State::default()), Vec::<String>::new());
    }

    #[test]
    fn a_sum_beyond_counting_is_broken() {
        let mut totals = ControlTotals::default();
        totals.add_event(&allocated(i128::MAX), None);
        totals.add_event(&allocated(1), None);
        assert_eq!(totals.broken(&state(-1)), ["line PD:2002 adds up to more than can be counted"]);
    }
}
