//! The clock at the door: when a command is recorded, and what is asked where the clock does not fit
//! the entries before.
//!
//! Entries stand in the order of the log, whatever a clock says, so that no clock, and nobody's wrong
//! one before, keeps a command out for good: a clock far ahead or behind needs a word, never more.
//! What it lacks on purpose: the rule by which a recorded time is judged ever after, which is `admit`'s
//! and is the same for entries that were written before anything was asked here.

use crate::chain::clocks::AHEAD;
use crate::chain::entry::{self, LATEST_RECORDED_AT};
use crate::domain::admit::Context;
use crate::domain::apply::Cited;
use crate::domain::calendar::Date;
use crate::domain::event::Event;
use crate::domain::rejection::Rejection;
use crate::error::{Error, Kind, Result};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Microseconds that a clock may be behind the last entry without a word.
const BEHIND: i64 = MINUTE;
/// Microseconds that a clock may be ahead of the command before without a mark.
const UNMARKED: i64 = DAY;

/// When what stands before a command was recorded, microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Before {
    /// The first entry of the command before.
    pub(super) command: i64,
    /// The last entry.
    pub(super) entry: i64,
}

/// When a command is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// `recorded_at` of its first entry.
    pub(super) recorded_at_microseconds: i64,
    /// Its entries carry [`entry::CLOCK_ACCEPTED`].
    pub(super) clock_accepted: bool,
    /// The ledger's today by the clock, which is never later than the day it is recorded on.
    pub(super) today: Date,
    recorded_on: Date,
}

impl Moment {
    /// The moment of a clock that says `now`, in a ledger at `offset_minutes` from UTC; `accepted` is
    /// the day that an officer repeated.
    ///
    /// # Errors
    /// `clock_behind`, `clock_ahead`, `clock_day`; `clock_range` (`Kind::Io`) for a clock beyond what
    /// an entry can say.
    pub(super) fn of(
        now: i64,
        before: Before,
        offset_minutes: i16,
        accepted: Option<Date>,
    ) -> Result<Self> {
        let today = Date::at(now, offset_minutes);
        if now > LATEST_RECORDED_AT || today > Date::LAST {
            let message = format!("the clock says {now} µs since 1970, which no calendar here has");
            return Err(Error::new(Kind::Io, "clock_range", message)
                .with_hint("set the clock to the present"));
        }
        let head = before.entry;
        let is_behind = now.saturating_add(BEHIND) < head;
        let is_ahead = now.saturating_sub(head) > AHEAD;
        match accepted {
            Some(said) if said != today => {
                return Err(Rejection::ClockDay { said, day: today }.into());
            }
            None if is_behind => {
                return Err(Rejection::ClockBehind { now, head, day: today }.into());
            }
            None if is_ahead => return Err(Rejection::ClockAhead { now, head, day: today }.into()),
            Some(_) | None => {}
        }
        let recorded_at_microseconds = now.max(entry::recorded_after(head));
        Ok(Self {
            recorded_at_microseconds,
            clock_accepted: is_behind || now.saturating_sub(before.command) > UNMARKED,
            today,
            recorded_on: Date::at(recorded_at_microseconds, offset_minutes),
        })
    }

    /// What the rules are told of it.
    pub(super) fn context(self, officer: u32, cited: &Cited) -> Context<'_> {
        let Self { recorded_at_microseconds, clock_accepted, .. } = self;
        Context { recorded_at_microseconds, officer, clock_accepted, cited }
    }

    /// Nothing is dated after today by the clock; where that is the day it is recorded on, `admit`
    /// says so.
    ///
    /// # Errors
    /// `date_in_future`.
    pub(super) fn check_dates(&self, events: &[Event]) -> std::result::Result<(), Rejection> {
        let later = events.iter().map(|event| event.occurred_on).find(|date| *date > self.today);
        match later.filter(|_| self.today < self.recorded_on) {
            Some(date) => Err(Rejection::DateInFuture { date, today: self.today }),
            None => Ok(()),
        }
    }
}
