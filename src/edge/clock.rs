//! The time: the only file that reads it.
//!
//! Time enters a command as a value, `recorded_at` in microseconds since 1970-01-01T00:00:00Z. This
//! file lacks calendars, offsets and every rule about time (a clock set back, a clock ahead): those
//! are judged where the head of the chain is known.

use crate::error::{Error, Kind, Result};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The environment variable by which a test of the command line stops the clock.
///
/// Its value is RFC 3339 text (`2002-03-15T09:30:00+08:00`) or whole microseconds since 1970. It
/// must not be set for a real ledger; whoever can set it could as well set the machine's clock, so
/// it opens no door that was shut.
pub const TEST_CLOCK: &str = "EARMARK_TEST_CLOCK";

/// Tells the time of day.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. May repeat or go back:
    /// callers MUST NOT take it for an order.
    fn now_microseconds(&self) -> i64;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_microseconds(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
        let now = std::time::SystemTime::now();
        match now.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros())
                .ok()
                .and_then(i64::checked_neg)
                .unwrap_or(i64::MIN),
        }
    }
}

/// A clock that stands where it was set, for tests and the demo.
#[derive(Debug, Default)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at `microseconds` since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn at(microseconds: i64) -> Self {
        Self(AtomicI64::new(microseconds))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, microseconds: i64) {
        self.0.store(microseconds, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now_microseconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The clock that the command line uses: the machine's, or a fixed one if [`TEST_CLOCK`] is set.
///
/// # Errors
/// Code `test_clock` if the variable holds neither RFC 3339 text nor whole microseconds.
pub fn from_environment() -> Result<Box<dyn Clock>> {
    match std::env::var_os(TEST_CLOCK) {
        None => Ok(Box::new(SystemClock)),
        Some(text) => Ok(Box::new(FixedClock::at(parse_instant(&text.to_string_lossy())?))),
    }
}

fn parse_instant(text: &str) -> Result<i64> {
    if let Ok(microseconds) = text.parse::<i64>() {
        return Ok(microseconds);
    }
    text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_microsecond).map_err(|source| {
        Error::new(Kind::Usage, "test_clock", format!("{TEST_CLOCK} is no time: {text:?}"))
            .with_detail("found", text)
            .with_hint(format!("unset {TEST_CLOCK}, or set it to a time like 2002-03-15T09:30:00Z"))
            .with_source(source)
    })
}

/// Measures how long something takes, by a clock that never goes back. For progress and benches.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts at zero.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_after_this_was_written() {
        assert!(SystemClock.now_microseconds() > 1_700_000_000_000_000);
    }

    #[test]
    fn a_fixed_clock_stands_until_it_is_set() {
        let clock = FixedClock::at(7);
        assert_eq!(clock.now_microseconds(), 7);
        assert_eq!(clock.now_microseconds(), 7);
        clock.set(-7);
        assert_eq!(clock.now_microseconds(), -7);
    }

    #[test]
    fn a_test_clock_reads_rfc_3339_and_microseconds() {
        assert_eq!(parse_instant("1970-01-01T00:00:01.000002Z").unwrap(), 1_000_002);
        assert_eq!(parse_instant("1970-01-01T08:00:00+08:00").unwrap(), 0);
        assert_eq!(parse_instant("-5").unwrap(), -5);
    }

    #[test]
    fn a_test_clock_that_is_no_time_is_refused() {
        assert_eq!(
            parse_instant("tomorrow").unwrap_err().to_string(),
            "test_clock: EARMARK_TEST_CLOCK is no time: \"tomorrow\"\n  \
             next: unset EARMARK_TEST_CLOCK, or set it to a time like 2002-03-15T09:30:00Z"
        );
    }

    #[test]
    fn a_stopwatch_never_goes_back() {
        let watch = Stopwatch::start();
        let first = watch.elapsed();
        assert!(watch.elapsed() >= first);
    }
}
