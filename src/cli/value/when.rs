//! Days, periods, years, offsets and "as known at".
//!
//! Periods are of the calendar (`2002Q1` is January to March), whatever month the fiscal year begins
//! in: a filter that changes its meaning with the ledger would be read wrongly.

use super::unreadable;
use crate::domain::calendar::{Date, Year, parse_instant};
use crate::error::Error;
use crate::projection::filter::period;
use std::str::FromStr;

/// A day, `2002-03-15`.
///
/// # Errors
/// Code `date_malformed` where it is not written so or is no day of the calendar.
pub(crate) fn parse_date(text: &str) -> Result<Date, Error> {
    Date::parse(text).ok_or_else(|| {
        unreadable("date_malformed", "not a day of the calendar", text, "write it as 2002-03-15")
    })
}

/// A year of four digits.
///
/// # Errors
/// Code `year_malformed`.
pub(crate) fn parse_year(text: &str) -> Result<Year, Error> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let year = text.parse().ok().filter(|year| digits && *year > 0);
    year.ok_or_else(|| {
        unreadable("year_malformed", "a fiscal year has four digits", text, "write it as 2002")
    })
}

/// An offset from UTC in minutes: `+08:00`, `-03:30`, `Z`.
///
/// # Errors
/// Code `utc_offset_malformed` where it is not written so or is beyond 14 hours.
pub(crate) fn parse_offset(text: &str) -> Result<i16, Error> {
    let refuse = || {
        let rule = "an offset from UTC is between -14:00 and +14:00";
        unreadable("utc_offset_malformed", rule, text, "write it as +08:00")
    };
    if text == "Z" {
        return Ok(0);
    }
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1_i16, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(refuse()),
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(refuse)?;
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| digits)
    };
    let (hours, minutes) = two(hours).zip(two(minutes)).ok_or_else(refuse)?;
    let all = hours.checked_mul(60).and_then(|all| all.checked_add(minutes));
    let all = all.filter(|all| minutes < 60 && *all <= 840).ok_or_else(refuse)?;
    all.checked_mul(sign).ok_or_else(refuse)
}

/// A day, month, quarter or year of the calendar, from its first to its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first day.
    pub(crate) first: Date,
    /// The last day.
    pub(crate) last: Date,
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        period(text).map(|(first, last)| Self { first, last }).ok_or_else(|| {
            let rule = "not a day, month, quarter or year";
            let hint = "write 2002-03-15, 2002-03, 2002Q1 or 2002";
            unreadable("period_malformed", rule, text, hint)
        })
    }
}

/// A state of knowledge: a size, or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The first so many entries.
    Size(u64),
    /// An instant, microseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
    /// A bare time, which the ledger's offset completes: microseconds as if it were UTC.
    Local(i64),
}

impl Known {
    /// The instant it means where the ledger is `offset_minutes` from UTC; nothing for a size.
    #[must_use]
    pub(crate) fn instant(self, offset_minutes: i16) -> Option<i64> {
        match self {
            Self::Size(_) => None,
            Self::Instant(instant) => Some(instant),
            Self::Local(local) => {
                Some(local.saturating_sub(i64::from(offset_minutes).saturating_mul(60_000_000)))
            }
        }
    }
}

impl FromStr for Known {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            let size = text.parse().map(Self::Size);
            return size.map_err(|_| {
                let rule = "a ledger has fewer than 2^64 entries";
                unreadable("size_too_large", rule, text, "see `earmark stats` for the size")
            });
        }
        if let Some(instant) = parse_instant(text) {
            return Ok(Self::Instant(instant));
        }
        // A bare day is known at its end, as `--as-of` includes its day.
        let bare = match text.split_once(['T', ' ']) {
            None => Date::parse(text).map(|_| format!("{text}T23:59:59.999999Z")),
            Some((day, time)) if time.len() == 5 => Some(format!("{day}T{time}:00Z")),
            Some((day, time)) => Some(format!("{day}T{time}Z")),
        };
        let local = bare.and_then(|bare| parse_instant(&bare)).map(Self::Local);
        local.ok_or_else(|| {
            let rule = "not a size and not a time";
            let hint = "write a number of entries, 2002-03-15, 2002-03-15T09:30 or \
                        2002-03-15T09:30:00+08:00";
            unreadable("as_known_at_malformed", rule, text, hint)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years_are_strict() {
        assert_eq!(parse_date("2002-03-15").unwrap().to_string(), "2002-03-15");
        for text in ["2002-02-30", "02-03-15", "2002/03/15", "", "2002-3-15", "今天"] {
            assert_eq!(parse_date(text).unwrap_err().code(), "date_malformed", "{text}");
        }
        assert_eq!(
            parse_date("2002-02-30").unwrap_err().to_string(),
            "date_malformed: not a day of the calendar; found `2002-02-30`\n  \
             next: write it as 2002-03-15"
        );
        assert_eq!(parse_year("2002").unwrap(), 2002);
        for text in ["02", "+200", "-200", "20022", "0000", "二〇〇二"] {
            assert_eq!(parse_year(text).unwrap_err().code(), "year_malformed", "{text}");
        }
        assert_eq!(
            parse_year("02").unwrap_err().to_string(),
            "year_malformed: a fiscal year has four digits; found `02`\n  next: write it as 2002"
        );
    }

    #[test]
    fn offsets() {
        for (text, minutes) in
            [("+08:00", 480), ("-03:30", -210), ("Z", 0), ("+00:00", 0), ("-14:00", -840)]
        {
            assert_eq!(parse_offset(text).unwrap(), minutes);
        }
        for text in ["8", "+8:00", "+0800", "+14:01", "+08:60", "08:00", "", "+-8:00", "北京"] {
            assert_eq!(parse_offset(text).unwrap_err().code(), "utc_offset_malformed", "{text}");
        }
        assert_eq!(
            parse_offset("8").unwrap_err().to_string(),
            "utc_offset_malformed: an offset from UTC is between -14:00 and +14:00; found `8`\n  \
             next: write it as +08:00"
        );
    }

    #[test]
    fn periods_run_from_their_first_to_their_last_day() {
        for (text, first, last) in [
            ("2002", "2002-01-01", "2002-12-31"),
            ("2002Q1", "2002-01-01", "2002-03-31"),
            ("2002Q4", "2002-10-01", "2002-12-31"),
            ("2004-02", "2004-02-01", "2004-02-29"),
            ("2002-12", "2002-12-01", "2002-12-31"),
            ("2002-03-15", "2002-03-15", "2002-03-15"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(
                (period.first.to_string(), period.last.to_string()),
                (first.into(), last.into())
            );
        }
        for text in
            ["", "02", "2002Q5", "2002-13", "2002-00", "2002-3", "2002-+3", "2002 Q1", "上半年"]
        {
            assert_eq!(text.parse::<Period>().unwrap_err().code(), "period_malformed", "{text}");
        }
        assert_eq!(
            "2002Q5".parse::<Period>().unwrap_err().to_string(),
            "period_malformed: not a day, month, quarter or year; found `2002Q5`\n  \
             next: write 2002-03-15, 2002-03, 2002Q1 or 2002"
        );
    }

    #[test]
    fn known_at_is_a_size_or_a_time() {
        assert_eq!("12".parse::<Known>().unwrap(), Known::Size(12));
        let instant = parse_instant("2002-03-15T01:30:00Z");
        for text in ["2002-03-15T09:30:00+08:00", "2002-03-15T09:30", "2002-03-15 09:30:00"] {
            assert_eq!(text.parse::<Known>().unwrap().instant(480), instant, "{text}");
        }
        let end = parse_instant("2002-03-15T15:59:59.999999Z");
        assert_eq!("2002-03-15".parse::<Known>().unwrap().instant(480), end);
        for text in ["", "-1", "yesterday", "2002-03", "2002-03-15T25:00"] {
            assert_eq!(
                text.parse::<Known>().unwrap_err().code(),
                "as_known_at_malformed",
                "{text}"
            );
        }
        assert_eq!("99999999999999999999".parse::<Known>().unwrap_err().code(), "size_too_large");
        assert_eq!(
            "yesterday".parse::<Known>().unwrap_err().to_string(),
            "as_known_at_malformed: not a size and not a time; found `yesterday`\n  next: write a \
             number of entries, 2002-03-15, 2002-03-15T09:30 or 2002-03-15T09:30:00+08:00"
        );
    }
}
