//! What soft rules found in an import, one a thing and rule: how often, from which entry on, and how much.
//! A contract that is overspent by three thousand payments is one thing to look at.

use crate::domain::finding::Finding;
use crate::domain::money::Amount;
use std::collections::BTreeMap;

/// A thing that a soft rule looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// How many entries it was found at.
    pub count: u64,
    /// Index of the first of them.
    pub first_entry: u64,
    /// What it stands at now; of negative amounts, their sum, and `None` beyond `i128` or where the rule
    /// is about days.
    pub amount: Option<Amount>,
}

/// The findings of an import, by rule and by what they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(BTreeMap<(&'static str, String), Found>);

impl Findings {
    /// Adds what was found at the entries from index `at` on.
    pub fn add(&mut self, findings: &[Finding], at: u64) {
        for finding in findings {
            let (of, amount) = about(finding);
            let first = Found { first_entry: at, ..Found::default() };
            let found = self.0.entry((finding.code(), of)).or_insert(first);
            found.amount = match finding {
                Finding::NegativeAmount { amount } if found.count > 0 => {
                    found.amount.and_then(|sum| sum.checked_add(amount.amount))
                }
                Finding::NegativeAmount { .. }
                | Finding::BelowZero { .. }
                | Finding::AboveCeiling { .. }
                | Finding::ReservedAboveCeiling { .. }
                | Finding::AboveCommitment { .. }
                | Finding::OutsideLineYear { .. }
                | Finding::OutOfOrder { .. } => amount,
            };
            found.count = found.count.saturating_add(1);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All: rule, what it is about, what was found; by rule, and then by what it is about.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str, &Found)> {
        self.0.iter().map(|((code, of), found)| (*code, of.as_str(), found))
    }
}

/// What a finding is about, and the figure that goes with it.
fn about(finding: &Finding) -> (String, Option<Amount>) {
    match finding {
        Finding::BelowZero { leaf, balance } => {
            let of = match (&leaf.commitment, &leaf.project) {
                (Some(contract), _) => format!("contract {contract} on line {}", leaf.line),
                (None, Some(project)) => format!("project {project} on line {}", leaf.line),
                (None, None) => format!("line {}", leaf.line),
            };
            (of, Some(balance.amount))
        }
        Finding::AboveCeiling { project, engaged: amount, .. }
        | Finding::ReservedAboveCeiling { project, spoken_for: amount, .. } => {
            (format!("project {project}"), Some(amount.amount))
        }
        Finding::AboveCommitment { contract, excess } => {
            (format!("contract {contract}"), Some(excess.amount))
        }
        Finding::OutsideLineYear { line, .. } => (format!("line {line}"), None),
        Finding::NegativeAmount { amount } => ("negative amounts".to_owned(), Some(amount.amount)),
        Finding::OutOfOrder { .. } => ("days out of order".to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Date;
    use crate::domain::ids::{Code, LineKey};
    use crate::domain::kinds::Stage;
    use crate::domain::money::Currency;
    use crate::domain::posting::Leaf;

    #[test]
    fn a_thing_and_a_rule_are_one_finding() {
        let money = |amount| Currency::named("CNY").unwrap().money(Amount(amount));
        let line = LineKey::new(Code::new("F"), 2002);
        let mut findings = Findings::default();
        for n in 1..=3_000_u64 {
            let contract = Code::new(if n % 2 == 0 { "K2" } else { "K1" });
            let leaf = Leaf::new(&line, Stage::Committed, None, Some(&contract));
            let balance = money(-i128::from(n));
            let date = Date::parse("2003-01-01").unwrap();
            let all = [
                Finding::BelowZero { leaf, balance },
                Finding::OutsideLineYear { line: line.clone(), date },
                Finding::NegativeAmount { amount: money(-2) },
            ];
            findings.add(&all, n + 10);
        }
        let all: Vec<_> = findings.all().collect();
        let found = |count, first_entry, amount: Option<i128>| Found {
            count,
            first_entry,
            amount: amount.map(Amount),
        };
        assert_eq!(
            all,
            [
                ("below_zero", "contract K1 on line F:2002", &found(1_500, 11, Some(-2_999))),
                ("below_zero", "contract K2 on line F:2002", &found(1_500, 12, Some(-3_000))),
                ("negative_amount", "negative amounts", &found(3_000, 11, Some(-6_000))),
                ("outside_line_year", "line F:2002", &found(3_000, 11, None)),
            ]
        );
    }
}
