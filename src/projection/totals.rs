//! Totals: what a line's places add up to, and the funds by name. A balance by fund, year or line needs no
//! more, and there are few lines where there are many contracts.
//!
//! Made of [`balances`](super::balances) and [`names`](super::names), never of entries. Lacks everything
//! below a line.

use super::balances::Balances;
use super::figures::Figures;
use super::names::{Fund, Names};
use crate::domain::ids::{Code, LineKey};
use crate::domain::money::Amount;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line with what its places add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineTotal {
    /// The line.
    pub line: LineKey,
    /// Its figures, minor units; nothing beyond what can be counted (2^127).
    pub figures: Option<Figures>,
    /// True if an account of it stands below zero.
    pub below_zero: bool,
    /// True if any place of it has a figure that is not zero, or cannot be counted.
    pub has_figures: bool,
}

/// Lines ascending, what was carried between them, and the funds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The lines.
    pub lines: Vec<LineTotal>,
    /// From one line to another, minor units, where anything was carried.
    pub carried: Vec<(LineKey, LineKey, Amount)>,
    /// The funds, by code.
    pub funds: BTreeMap<Code, Fund>,
}

impl Totals {
    /// Changed whenever the same balances would give other totals.
    pub const LOGIC_VERSION: u32 = 1;

    /// The totals of these balances.
    #[must_use]
    pub fn of(balances: &Balances, names: &Names) -> Self {
        let mut lines: BTreeMap<&LineKey, LineTotal> = BTreeMap::new();
        for (place, figures) in balances.places() {
            let total = lines.entry(&place.line).or_insert_with(|| LineTotal {
                line: place.line.clone(),
                figures: Some(Figures::default()),
                below_zero: false,
                has_figures: false,
            });
            total.below_zero |= figures.is_some_and(|figures| !figures.below_zero().is_empty());
            total.has_figures |= figures.is_none_or(|figures| !figures.is_zero());
            let sum = total.figures.zip(figures);
            total.figures = sum.and_then(|(sum, figures)| sum.checked_add(figures));
        }
        let mut carried: BTreeMap<(&LineKey, &LineKey), Vec<Amount>> = BTreeMap::new();
        for (from, to, amount) in balances.carried() {
            let sums = carried.entry((&from.line, &to.line)).or_default();
            // What is beyond counting in one sum is kept in two.
            match sums.last_mut().map(|sum| (sum.checked_add(amount), sum)) {
                Some((Some(added), sum)) => *sum = added,
                Some((None, _)) | None => sums.push(amount),
            }
        }
        let carried = carried.into_iter().flat_map(|((from, to), sums)| {
            sums.into_iter().map(|sum| (from.clone(), to.clone(), sum))
        });
        let (lines, carried) = (lines.into_values().collect(), carried.collect());
        Self { lines, carried, funds: names.funds.clone() }
    }
}
