//! What rounding did to the amounts of an import: how many, and what it came to.

use crate::form::amount::exact::Exact;

/// Amounts that were rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rounded {
    /// How many.
    pub count: u64,
    /// What was booked less what was written, in major units; `None` where 128 bits do not hold it.
    pub difference: Option<Exact>,
}

impl Rounded {
    /// Counts so many amounts that were moved by `difference` together.
    pub fn add(&mut self, count: u64, difference: Option<Exact>) {
        let sum = if self.count == 0 { Some(Exact::default()) } else { self.difference };
        self.difference = sum.zip(difference).and_then(|(a, b)| a.checked_add(b));
        self.count = self.count.saturating_add(count);
    }
}
