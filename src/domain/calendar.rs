//! Days, fiscal years and the ledger's own "today". The Gregorian arithmetic is jiff's.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day, as days since 1970-01-01. Valid from 0001-01-01 to 9999-12-31; the rules narrow that.
///
/// ```
/// use earmark::domain::calendar::Date;
/// let day = Date::parse("2002-03-15").unwrap();
/// assert_eq!((day.year(), day.month(), day.to_string().as_str()), (2002, 3, "2002-03-15"));
/// assert!(Date::parse("2002-02-30").is_none()); // no such day
/// assert!(Date::parse("02-03-15").is_none()); // no guessing
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
pub struct Date(pub i32);

impl Serialize for Date {
    /// As days in bytes, as `YYYY-MM-DD` for people.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_newtype_struct("Date", &self.0)
        }
    }
}

/// A fiscal year, named by the calendar year in which it begins.
pub type Year = i16;

const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

impl Date {
    /// First day that a rule accepts as an `occurred_on`: 1900-01-01.
    pub const EARLIEST: Self = Self(-25_567);
    /// Last day that a rule accepts as an `occurred_on`: 2199-12-31.
    pub const LATEST: Self = Self(84_005);
    /// Last day of the calendar: 9999-12-31.
    pub const LAST: Self = Self(2_932_896);

    /// The year and the day of the year, from the mean year's length and then put right: this is
    /// asked for every entry, and jiff's own way over a span takes ten times as long.
    fn year_and_day(self) -> (i16, i16) {
        const FIRST: i32 = -719_162;
        let days = self.0.clamp(FIRST, Self::LAST.0);
        let guess = i64::from(days).saturating_mul(400).div_euclid(146_097);
        let year = |guess: i64| i16::try_from(guess.saturating_add(1970)).unwrap_or(9999).max(1);
        let first_of = |year: i16| {
            let years = i32::from(year).saturating_sub(1);
            let leaps = (years / 4).saturating_sub(years / 100).saturating_add(years / 400);
            years.saturating_mul(365).saturating_add(leaps).saturating_add(FIRST)
        };
        let mut found = year(guess);
        if first_of(found) > days {
            found = year(guess.saturating_sub(1));
        } else if found < 9999 && first_of(found.saturating_add(1)) <= days {
            found = found.saturating_add(1);
        }
        let of_year = days.saturating_sub(first_of(found)).saturating_add(1);
        (found, i16::try_from(of_year).unwrap_or(1))
    }

    fn civil(self) -> jiff::civil::Date {
        let (year, day) = self.year_and_day();
        let first = jiff::civil::Date::constant(year, 1, 1);
        first.with().day_of_year(day).build().unwrap_or(first)
    }

    /// The day of a year, month and day, if there is one between the years 1 and 9999.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if year < 1 {
            return None;
        }
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        Some(Self(EPOCH.until(date).ok()?.get_days()))
    }

    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let sized = year.len() == 4 && month.len() == 2 && day.len() == 2;
        let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !sized || !digits || parts.next().is_some() {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year_and_day().0
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.civil().month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.civil().day()
    }

    /// The fiscal year this day falls in, for years that begin on the first of `start_month`
    /// (1 to 12). The year is named by the calendar year in which it begins.
    #[must_use]
    pub fn fiscal_year(self, start_month: u8) -> Year {
        if start_month == 1 {
            return self.year();
        }
        let civil = self.civil();
        let started = u8::try_from(civil.month()).is_ok_and(|month| month >= start_month);
        if started { civil.year() } else { civil.year().saturating_sub(1) }
    }

    /// First and last day of a fiscal year, or `None` outside the calendar.
    #[must_use]
    pub fn of_fiscal_year(year: Year, start_month: u8) -> Option<(Self, Self)> {
        let month = i8::try_from(start_month).ok()?;
        let first = Self::new(year, month, 1)?;
        let next = Self::new(year.checked_add(1)?, month, 1)?;
        Some((first, Self(next.0.checked_sub(1)?)))
    }

    /// The day at `offset_minutes` from UTC when it is `microseconds` since 1970 in UTC.
    #[must_use]
    pub fn at(microseconds: i64, offset_minutes: i16) -> Self {
        const MINUTE: i64 = 60_000_000;
        let local = i64::from(offset_minutes).saturating_mul(MINUTE).saturating_add(microseconds);
        Self(i32::try_from(local.div_euclid(MINUTE * 60 * 24)).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write!(f, "{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day())
    }
}

/// Text of an instant, ISO 8601 in UTC with microseconds: `2002-03-15T01:02:03.000004Z`.
#[must_use]
pub fn instant_text(microseconds: i64) -> String {
    match jiff::Timestamp::from_microsecond(microseconds) {
        Ok(instant) => format!("{instant:.6}"),
        Err(_) => format!("{microseconds} µs"),
    }
}

/// Text of an instant to the second, of seconds since 1970: `2002-03-15T01:02:03Z`.
#[must_use]
pub fn second_text(seconds: u64) -> String {
    let microseconds = i64::try_from(seconds).ok().and_then(|s| s.checked_mul(1_000_000));
    microseconds.map_or_else(
        || format!("second {seconds}"),
        |microseconds| instant_text(microseconds).replace(".000000Z", "Z"),
    )
}

/// Microseconds since 1970 of ISO 8601 text with an offset or `Z`, if it is that.
#[must_use]
pub fn parse_instant(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years_meet_at_their_edges() {
        assert_eq!(Date::EARLIEST.to_string(), "1900-01-01");
        assert_eq!(Date::LATEST.to_string(), "2199-12-31");
        assert_eq!(Date::parse("1970-01-01"), Some(Date(0)));
        assert_eq!(Date::parse("0001-01-01").unwrap().to_string(), "0001-01-01");
        assert_eq!(Date::parse("2002-3-15"), None);
        assert_eq!(Date::parse("2002-03-15x"), None);
        let day = Date::parse("2002-03-31").unwrap();
        assert_eq!((day.fiscal_year(1), day.fiscal_year(4)), (2002, 2001));
        let (first, last) = Date::of_fiscal_year(2001, 4).unwrap();
        assert_eq!((first.to_string(), last), ("2001-04-01".to_owned(), day));
    }

    #[test]
    fn every_day_is_the_one_that_jiff_says() {
        let slow = |days: i32| EPOCH.saturating_add(jiff::Span::new().days(days));
        let edges = [-719_162, -719_161, 2_932_896, 2_932_895];
        for days in (-719_162..2_932_896).step_by(97).chain(edges).chain(-800..40_000) {
            assert_eq!(Date(days).civil(), slow(days), "{days}");
        }
    }

    #[test]
    fn today_is_the_ledgers_own() {
        let late = parse_instant("2002-03-14T16:30:00Z").unwrap();
        assert_eq!(Date::at(late, 0).to_string(), "2002-03-14");
        assert_eq!(Date::at(late, 480).to_string(), "2002-03-15");
        assert_eq!(Date::at(-1, 0).to_string(), "1969-12-31");
        assert_eq!(instant_text(late), "2002-03-14T16:30:00.000000Z");
    }
}
