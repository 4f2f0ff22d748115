//! Where a time does not say what was known: stretches in which a clock did not fit the log.

use super::Reader;
use crate::chain::clocks::Standing;
use crate::chain::entry::{self, CLOCK_ACCEPTED, Envelope, HISTORICAL};
use crate::domain::calendar::Date;
use crate::error::Result;
use std::ops::Range;

impl Reader {
    /// The sizes that may have been the one of `instant`, where more than `size` may, which it resolved
    /// to: entries that come later in the log may have been known then, because a recorded time stands
    /// on an officer's word. Reads the log from `size` on.
    ///
    /// # Errors
    /// As [`Reader::entry`].
    pub fn unclear_at(
        &self,
        size: u64,
        instant: i64,
        offset_minutes: i16,
    ) -> Result<Option<Range<u64>>> {
        let Some(last) = size.checked_sub(1) else { return Ok(None) };
        let day = Date::at(instant, offset_minutes);
        let mut before = self.archive.entry(last)?;
        let (mut earliest, mut until) = (Date(i32::MIN), None);
        for sealed in self.archive.entries(size..self.size()) {
            let sealed = sealed?;
            let is_next = sealed.index == size;
            if (is_next || is_flagged(&sealed.bytes))
                && let (Ok(first), Ok(previous)) =
                    (entry::parse(&sealed.bytes), entry::parse(&before.bytes))
                && first.place == 0
            {
                let is_unclear = match Standing::of(&first, previous.recorded_at_microseconds) {
                    Standing::Fits => false,
                    Standing::Ahead => is_next,
                    Standing::Behind => {
                        earliest = earliest.max(known_from(&first));
                        day >= earliest
                    }
                };
                if is_unclear {
                    until = sealed.index.checked_add(u64::from(first.count));
                }
            }
            before = sealed;
        }
        Ok(until.map(|until| size..until))
    }
}

/// The clock of what was recorded behind said at least the day that it is dated; history is dated long
/// before.
fn known_from(first: &Envelope<'_>) -> Date {
    if first.has(HISTORICAL) { Date(i32::MIN) } else { Date(first.occurred_on_days) }
}

/// Flags stand at a fixed place: most entries need no more reading.
fn is_flagged(bytes: &[u8]) -> bool {
    bytes.get(9).is_some_and(|flags| flags & CLOCK_ACCEPTED != 0)
}
