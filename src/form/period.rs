//! Periods, offsets and "as known at".
//!
//! Periods are of the calendar (`2002Q1` is January to March), whatever month the fiscal year begins
//! in: a filter that changes its meaning with the ledger would be read wrongly.

use super::day;
use super::refusal::Refusal;
use super::wide::fold_wide;
use crate::domain::calendar::{Date, Year, parse_instant};
use std::str::FromStr;

/// An offset from UTC in minutes: `+08:00`, `-03:30`, `Z`.
///
/// # Errors
/// Code `utc_offset_malformed` where it is not written so or is beyond 14 hours.
pub fn parse_offset(text: &str) -> Result<i16, Refusal> {
    let refuse = || {
        let rule = "an offset from UTC is between -14:00 and +14:00";
        Refusal::new("utc_offset_malformed", rule, "+08:00", text).with_next("write it as +08:00")
    };
    let folded = fold_wide(text.trim());
    if folded == "Z" {
        return Ok(0);
    }
    let (sign, rest) = match folded.split_at_checked(1) {
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
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl FromStr for Period {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let is_day = || text.split(|c: char| !c.is_numeric()).filter(|g| !g.is_empty()).count() > 2;
        match day::parse(text) {
            Ok(day) => Ok(Self { first: day, last: day }),
            Err(refusal) if refusal.code == "date_no_such_day" || is_day() => Err(refusal),
            Err(_) => longer(&fold_wide(text.trim())).ok_or_else(|| {
                let rule = "not a day, month, quarter or year";
                Refusal::new("period_malformed", rule, "2002-03-15, 2002-03, 2002Q1 or 2002", text)
            }),
        }
    }
}

/// A month, quarter or year.
fn longer(text: &str) -> Option<Period> {
    let (year, rest) = text.split_at_checked(4)?;
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: Year = year.parse().ok()?;
    if matches!(rest, "" | "年" | "年度") {
        return span(year, 1, 12);
    }
    let quarter = rest.strip_prefix('-').unwrap_or(rest).strip_prefix(['Q', 'q']);
    let quarter = quarter.or_else(|| {
        let named = rest.strip_prefix('年')?.strip_suffix("季度")?;
        Some(named.strip_prefix('第').unwrap_or(named))
    });
    if let Some(quarter) = quarter {
        let first = match quarter {
            "1" | "一" => 1,
            "2" | "二" => 4,
            "3" | "三" => 7,
            "4" | "四" => 10,
            _ => return None,
        };
        return span(year, first, 3);
    }
    let month = match rest.strip_prefix('年') {
        Some(named) => named.strip_suffix('月')?,
        None => rest.strip_prefix(['-', '/', '.'])?,
    };
    let digits = matches!(month.len(), 1 | 2) && month.bytes().all(|b| b.is_ascii_digit());
    span(year, month.parse().ok().filter(|_| digits)?, 1)
}

/// So many months of a year, from the one given.
fn span(year: Year, first: i8, months: i8) -> Option<Period> {
    let start = Date::new(year, first, 1)?;
    let after = first.checked_add(months)?;
    let next = if after > 12 {
        Date::new(year.checked_add(1)?, 1, 1)?
    } else {
        Date::new(year, after, 1)?
    };
    Some(Period { first: start, last: Date(next.0.checked_sub(1)?) })
}

/// A state of knowledge: a size, or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
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
    pub fn instant(self, offset_minutes: i16) -> Option<i64> {
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
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let folded = fold_wide(text.trim());
        if !folded.is_empty() && folded.bytes().all(|b| b.is_ascii_digit()) {
            return folded.parse().map(Self::Size).map_err(|_| {
                let rule = "a ledger has fewer than 2^64 entries";
                Refusal::new("size_too_large", rule, "0 to 18446744073709551615", text)
                    .with_next("see `earmark stats` for the size")
            });
        }
        if let Some(instant) = parse_instant(&folded) {
            return Ok(Self::Instant(instant));
        }
        // A bare day is known at its end, as `--as-of` includes its day.
        let bare = match folded.split_once(['T', ' ']) {
            None => day::parse(&folded).ok().map(|day| format!("{day}T23:59:59.999999Z")),
            Some((day, time)) => day::parse(day).ok().map(|day| {
                let seconds = if time.len() == 5 { ":00" } else { "" };
                format!("{day}T{time}{seconds}Z")
            }),
        };
        let local = bare.and_then(|bare| parse_instant(&bare)).map(Self::Local);
        local.ok_or_else(|| {
            let rule = "not a size and not a time";
            let allowed = "a number of entries, 2002-03-15, 2002-03-15T09:30 or \
                           2002-03-15T09:30:00+08:00";
            Refusal::new("as_known_at_malformed", rule, allowed, text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        for (text, minutes) in
            [("+08:00", 480), ("-03:30", -210), ("Z", 0), ("+00:00", 0), ("-14:00", -840)]
        {
            assert_eq!(parse_offset(text).unwrap(), minutes);
        }
        for text in ["8", "+8:00", "+0800", "+14:01", "+08:60", "08:00", "", "+-8:00", "北京"] {
            assert_eq!(parse_offset(text).unwrap_err().code, "utc_offset_malformed", "{text}");
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
            ("2002-3", "2002-03-01", "2002-03-31"),
            ("2002/3", "2002-03-01", "2002-03-31"),
            ("2002.12", "2002-12-01", "2002-12-31"),
            ("2002年3月", "2002-03-01", "2002-03-31"),
            ("２００２年", "2002-01-01", "2002-12-31"),
            (" 2002年度 ", "2002-01-01", "2002-12-31"),
            ("2002q2", "2002-04-01", "2002-06-30"),
            ("2002年第三季度", "2002-07-01", "2002-09-30"),
            ("2002年4季度", "2002-10-01", "2002-12-31"),
            ("2002年3月15日", "2002-03-15", "2002-03-15"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(
                (period.first.to_string(), period.last.to_string()),
                (first.into(), last.into())
            );
        }
        for text in [
            "",
            "02",
            "2002Q5",
            "2002-13",
            "2002-00",
            "2002-+3",
            "2002-3-",
            "2002 Q1",
            "200203",
            "上半年",
        ] {
            assert_eq!(text.parse::<Period>().unwrap_err().code, "period_malformed", "{text}");
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
            assert_eq!(text.parse::<Known>().unwrap_err().code, "as_known_at_malformed", "{text}");
        }
        assert_eq!("99999999999999999999".parse::<Known>().unwrap_err().code, "size_too_large");
        assert_eq!(
            "yesterday".parse::<Known>().unwrap_err().to_string(),
            "as_known_at_malformed: not a size and not a time; found `yesterday`\n  next: write a \
             number of entries, 2002-03-15, 2002-03-15T09:30 or 2002-03-15T09:30:00+08:00"
        );
    }
}
