//! Waiting for a ledger that another program writes to.
//!
//! Nobody stands in a line that a crash could break: everybody tries again, the more often the nearer
//! the end of the time that was given, so that whoever has waited longest is next.

use super::Listener;
use crate::edge::clock::Stopwatch;
use crate::error::{Error, Kind, Result};
use crate::words::Lang;
use std::time::Duration;

/// Waiting for so long is worth a word.
const SILENT: Duration = Duration::from_millis(300);

/// Makes an attempt that takes a ledger's lock, and waits up to `seconds` where another program has it,
/// saying for whom.
///
/// # Errors
/// `locked` after that time; whatever else comes of the attempt.
pub(super) fn waiting<T>(
    listener: &dyn Listener,
    seconds: u32,
    attempt: &mut dyn FnMut() -> Result<T>,
) -> Result<T> {
    let limit = Duration::from_secs(u64::from(seconds));
    let watch = Stopwatch::start();
    let mut is_said = false;
    loop {
        let error = match attempt() {
            Err(error) if error.kind() == Kind::Locked => error,
            other => return other,
        };
        let waited = watch.elapsed();
        if waited >= limit {
            return Err(timed_out(error, seconds));
        }
        if waited >= SILENT && !is_said {
            is_said = true;
            let who = error.message();
            listener.note(&match listener.lang() {
                Lang::En => format!("{who}; waiting for it, up to {seconds} s"),
                Lang::Zh => format!("{who}；正在等待，最多 {seconds} 秒"),
            });
        }
        std::thread::sleep(pause(limit.saturating_sub(waited), limit));
    }
}

/// From 50 ms at first to 1 ms at the end, most of the way down in the first half.
fn pause(left: Duration, limit: Duration) -> Duration {
    let percent = left.as_millis().saturating_mul(100).checked_div(limit.as_millis()).unwrap_or(0);
    let milliseconds = percent.saturating_pow(3) / 20_000;
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(50).clamp(1, 50))
}

fn timed_out(error: Error, seconds: u32) -> Error {
    if seconds == 0 {
        return error;
    }
    let message = format!("{} (waited {seconds} s for it)", error.message());
    let mut told = Error::new(Kind::Locked, "locked", message)
        .with_hint("--wait SECONDS waits longer; what it has acknowledged is kept; reading and verifying need no lock")
        .in_case("waited")
        .with_detail("waited_seconds", seconds);
    for (name, value) in error.details() {
        told = told.with_detail(name, value);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_somebody_waits_the_more_often_they_try() {
        for limit in [1, 10, 3_600].map(Duration::from_secs) {
            let mut before = Duration::from_millis(51);
            for percent in (0..=100).rev() {
                let now = pause(limit * percent / 100, limit);
                assert!(now <= before && now >= Duration::from_millis(1));
                before = now;
            }
            assert_eq!(pause(limit, limit), Duration::from_millis(50));
            assert_eq!(before, Duration::from_millis(1));
        }
        assert_eq!(pause(Duration::ZERO, Duration::ZERO), Duration::from_millis(1));
    }
}
