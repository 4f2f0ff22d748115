//! What columns add up to, and the formula that gives it in a spreadsheet too.
//!
//! A spreadsheet adds doubles one after the other, each time off by up to half of what the last bit of the sum
//! so far is worth. Where these cannot come to half a minor unit, `SUM` gives the total to the minor unit;
//! where they could, minor units are added, which are whole numbers and exact.

use super::super::table::Cell;

/// Whole numbers are exact in a double below this, and as many halves of the last bit make a whole.
const WHOLE: u128 = 1 << 53;

/// The sums of a table's columns.
#[derive(Debug)]
pub(super) struct Sums(Vec<Sum>);

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Nothing once it is beyond what can be counted.
    total: Option<i128>,
    /// The sizes of all that was added, and of all sums on the way.
    way: u128,
    /// The largest sum on the way.
    highest: u128,
}

/// The whole number in a cell that can be added up.
pub(super) fn whole(cell: &Cell) -> Option<i128> {
    match cell {
        Cell::Amount(amount) => Some(amount.0),
        Cell::Count(count) => Some(*count),
        Cell::Empty
        | Cell::Text(_)
        | Cell::Texts(_)
        | Cell::Said(..)
        | Cell::Ratio(_)
        | Cell::Date(_)
        | Cell::Instant(_)
        | Cell::Flag(_) => None,
    }
}

impl Sums {
    pub(super) fn new(columns: usize) -> Self {
        Self(vec![Sum { total: Some(0), ..Sum::default() }; columns])
    }

    /// Takes in a row.
    pub(super) fn add(&mut self, cells: &[Cell]) {
        for (sum, cell) in self.0.iter_mut().zip(cells) {
            let Some(number) = whole(cell) else { continue };
            sum.total = sum.total.and_then(|total| total.checked_add(number));
            let size = sum.total.unwrap_or(i128::MAX).unsigned_abs();
            sum.way = sum.way.saturating_add(size).saturating_add(number.unsigned_abs());
            sum.highest = sum.highest.max(size);
        }
    }

    /// What a column comes to.
    pub(super) fn of(&self, place: usize) -> Option<i128> {
        self.0.get(place)?.total
    }

    /// The formula that gives `total` of the cells in `range`; nothing where it is not what they add up to.
    /// `scale`: how many minor units are one of what stands in the cells.
    pub(super) fn formula(
        &self,
        place: usize,
        total: i128,
        range: &str,
        scale: u64,
    ) -> Option<String> {
        let sum = self.0.get(place).filter(|sum| sum.total == Some(total))?;
        if sum.way < WHOLE / 2 || (scale == 1 && sum.highest < WHOLE) {
            return Some(format!("SUM({range})"));
        }
        let is_exact = sum.highest < WHOLE;
        is_exact.then(|| format!("SUMPRODUCT(ROUND({range}*{scale},0))/{scale}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Amount;

    fn sums(amounts: &[i128]) -> Sums {
        let mut sums = Sums::new(1);
        amounts.iter().for_each(|amount| sums.add(&[Cell::Amount(Amount(*amount))]));
        sums
    }

    #[test]
    fn a_total_is_a_formula_only_where_the_rows_add_up_to_it() {
        let few = sums(&[10, 20, -5]);
        assert_eq!(few.formula(0, 25, "B2:B4", 100).as_deref(), Some("SUM(B2:B4)"));
        assert_eq!(few.formula(0, 26, "B2:B4", 100), None);
        assert_eq!(few.formula(1, 0, "C2:C4", 100), None);
        assert_eq!(sums(&[i128::MAX, 1]).formula(0, i128::MIN, "B2:B3", 100), None);
    }

    #[test]
    fn what_doubles_could_get_wrong_is_added_in_minor_units() {
        let amounts = vec![1_000_000_001_i128; 10_000];
        let total = 10_000_000_010_000;
        let many = sums(&amounts);
        assert_eq!(
            many.formula(0, total, "B2:B9", 100).as_deref(),
            Some("SUMPRODUCT(ROUND(B2:B9*100,0))/100")
        );
        // Whole units are exact anyway.
        assert_eq!(many.formula(0, total, "B2:B9", 1).as_deref(), Some("SUM(B2:B9)"));
        // Beyond 2^53 on the way, no sum of doubles is sure.
        let high = sums(&[9_000_000_000_000_000, 9_000_000_000_000_000, -17_999_999_999_999_999]);
        assert_eq!(high.formula(0, 1, "B2:B4", 100), None);
    }

    /// Adds as a spreadsheet does, wherever `SUM` is chosen: the total comes out to the minor unit.
    #[test]
    fn doubles_added_one_by_one_come_to_the_total() {
        for (count, amount) in
            [(3, 10_i128), (1_000, 33_333_333), (9_000, 123_457), (40_000, 9_999)]
        {
            let amounts = vec![amount; count];
            let sums = sums(&amounts);
            let total = sums.of(0).unwrap();
            let formula = sums.formula(0, total, "R", 100).unwrap();
            let number = |minor: i128| -> f64 {
                format!("{}.{:02}", minor / 100, minor % 100).parse().unwrap()
            };
            if formula == "SUM(R)" {
                let added = amounts.iter().fold(0.0, |sum, one| sum + number(*one));
                assert_eq!(format!("{added:.2}"), format!("{}.{:02}", total / 100, total % 100));
            }
        }
    }
}
