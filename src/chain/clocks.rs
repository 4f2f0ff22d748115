//! Where recorded times say little of when something was known, as far as a log itself shows.

use super::entry::{self, CLOCK_ACCEPTED, Envelope};

/// Microseconds after the entry before from which on a recorded time stands on an officer's word
/// alone: 40 days.
pub const AHEAD: i64 = 40 * 86_400_000_000;

/// How a command's recorded time stands to that of the entry before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As time goes on.
    Fits,
    /// More than 40 days later.
    Ahead,
    /// Right after it, by an officer's word: the clock said something earlier.
    Behind,
}

impl Standing {
    /// That of a command, by its first entry; `previous` is when the entry before was recorded.
    #[must_use]
    pub fn of(first: &Envelope<'_>, previous: i64) -> Self {
        let at = first.recorded_at_microseconds;
        if first.index == 0 {
            Self::Fits
        } else if at.saturating_sub(previous) > AHEAD {
            Self::Ahead
        } else if first.has(CLOCK_ACCEPTED) && at == entry::recorded_after(previous) {
            Self::Behind
        } else {
            Self::Fits
        }
    }
}

/// Entries of commands whose recorded time stands on an officer's word, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clocks {
    /// Recorded more than 40 days after the entry before.
    pub ahead: u64,
    /// Recorded under a clock that was behind the entry before.
    pub behind: u64,
}

impl Clocks {
    /// Counts the command that begins with this entry.
    pub(super) fn count(&mut self, first: &Envelope<'_>, previous: i64) {
        let entries = u64::from(first.count);
        match Standing::of(first, previous) {
            Standing::Fits => {}
            Standing::Ahead => self.ahead = self.ahead.saturating_add(entries),
            Standing::Behind => self.behind = self.behind.saturating_add(entries),
        }
    }

    /// With those of another part of the log.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            ahead: self.ahead.saturating_add(other.ahead),
            behind: self.behind.saturating_add(other.behind),
        }
    }
}
