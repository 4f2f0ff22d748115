//! Ways to write a day that a file may declare: `dd.mm.yyyy`, `d-mmm-yy`, `roc/m/d`, and three that are no
//! pattern: `serial` and `serial1904`, the numbers that spreadsheets keep days as, and `iso`, a day with time
//! and zone.

use crate::domain::calendar::Date;

/// One way to write a day, for example `dd.mm.yyyy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    text: String,
    form: Form,
    /// The last year that two digits stand for.
    pivot: Option<i16>,
    /// The time of a serial number is cut off.
    cuts_time: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Parts(Vec<Part>),
    /// Days since the last of 1899, with a 29 February 1900 that never was.
    Serial1900,
    /// Days since 1904-01-01.
    Serial1904,
    Iso,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    Republic,
    Month { padded: bool },
    MonthName,
    Day { padded: bool },
    Literal(char),
}

const WORDS: &[(&str, Part)] = &[
    ("yyyy", Part::Year),
    ("yy", Part::ShortYear),
    ("roc", Part::Republic),
    ("mmm", Part::MonthName),
    ("mm", Part::Month { padded: true }),
    ("m", Part::Month { padded: false }),
    ("dd", Part::Day { padded: true }),
    ("d", Part::Day { padded: false }),
];

/// Year 1 of the Republic of China is 1912.
const REPUBLIC: i16 = 1911;

/// English names of months. The short ones are their first three letters, and `Sept`.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// 1899-12-31, the day before number 1.
const BEFORE_1900: i32 = -25_568;
/// 1904-01-01, number 0 of the other system.
const FIRST_1904: i32 = -24_107;
/// The number of the 29 February 1900 that was not.
const FICTITIOUS: i32 = 60;

impl DateFormat {
    /// The format with this text; `None` unless it has exactly one year, one month and one day, and says
    /// where one ends and the next begins, or is `serial`, `serial1904` or `iso`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let form = match text {
            "serial" => Form::Serial1900,
            "serial1904" => Form::Serial1904,
            "iso" => Form::Iso,
            pattern => Form::Parts(parts(pattern)?),
        };
        Some(Self { text: text.to_owned(), form, pivot: None, cuts_time: false })
    }

    /// The same, in which two digits of a year stand for the one of the hundred years up to `pivot`.
    #[must_use]
    pub fn with_pivot(mut self, pivot: i16) -> Self {
        self.pivot = Some(pivot);
        self
    }

    /// The same, in which the time of a serial number is cut off.
    #[must_use]
    pub fn cutting_time(mut self) -> Self {
        self.cuts_time = true;
        self
    }

    /// True if the year has two digits.
    #[must_use]
    pub fn has_short_year(&self) -> bool {
        self.part_list().contains(&Part::ShortYear)
    }

    /// True for a number of days.
    #[must_use]
    pub fn is_serial(&self) -> bool {
        matches!(self.form, Form::Serial1900 | Form::Serial1904)
    }

    /// The text it was made from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn part_list(&self) -> &[Part] {
        match &self.form {
            Form::Parts(parts) => parts,
            Form::Serial1900 | Form::Serial1904 | Form::Iso => &[],
        }
    }

    /// A text that this format and `other` read as two days; the first of a list would hold, unseen.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> Option<String> {
        const DAYS: [(i16, i8, i8); 4] =
            [(2010, 11, 12), (2012, 1, 2), (1999, 9, 8), (2011, 3, 11)];
        let texts = DAYS.iter().flat_map(|day| [self.written(*day), other.written(*day)]);
        texts.into_iter().find(|text| {
            let read = self.matched(text).zip(other.matched(text));
            read.is_some_and(|(one, another)| one != another)
        })
    }

    fn written(&self, (year, month, day): (i16, i8, i8)) -> String {
        let since = |first: i32| {
            let number = Date::new(year, month, day).map(|date| date.0.saturating_sub(first));
            number.unwrap_or_default().to_string()
        };
        let part = |part: &Part| match part {
            Part::Literal(sign) => sign.to_string(),
            Part::Year => format!("{year:04}"),
            Part::ShortYear => format!("{:02}", year.rem_euclid(100)),
            Part::Republic => year.saturating_sub(REPUBLIC).to_string(),
            Part::Month { padded: true } => format!("{month:02}"),
            Part::Month { padded: false } => month.to_string(),
            Part::MonthName => {
                let index = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
                let name = index.and_then(|index| MONTHS.get(index));
                name.and_then(|name| name.get(..3)).unwrap_or_default().to_owned()
            }
            Part::Day { padded: true } => format!("{day:02}"),
            Part::Day { padded: false } => day.to_string(),
        };
        match &self.form {
            Form::Parts(parts) => parts.iter().map(part).collect(),
            Form::Serial1900 => since(BEFORE_1900.saturating_sub(1)),
            Form::Serial1904 => since(FIRST_1904),
            Form::Iso => format!("{year:04}-{month:02}-{day:02}T00:00:00Z"),
        }
    }

    /// Year, month and day, if the text is written so; they may still be no day of the calendar.
    pub(super) fn matched(&self, text: &str) -> Option<(i16, i8, i8)> {
        match &self.form {
            Form::Parts(parts) => self.by_parts(parts, text),
            Form::Serial1900 | Form::Serial1904 => self.serial(text),
            Form::Iso => iso(text),
        }
    }

    fn by_parts(&self, parts: &[Part], text: &str) -> Option<(i16, i8, i8)> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for part in parts {
            rest = match part {
                Part::Literal(wanted) => rest.strip_prefix(*wanted)?,
                Part::Year => take(rest, 4, 4, &mut year)?,
                Part::ShortYear => {
                    let mut short = 0;
                    let rest = take(rest, 2, 2, &mut short)?;
                    let pivot = self.pivot?;
                    let back = pivot.checked_sub(short)?.rem_euclid(100);
                    year = pivot.checked_sub(back)?;
                    rest
                }
                Part::Republic => {
                    let mut of_republic = 0;
                    let rest = take(rest, 1, 3, &mut of_republic)?;
                    year = of_republic.checked_add(REPUBLIC)?;
                    rest
                }
                Part::Month { padded } => take(rest, if *padded { 2 } else { 1 }, 2, &mut month)?,
                Part::MonthName => month_name(rest, &mut month)?,
                Part::Day { padded } => take(rest, if *padded { 2 } else { 1 }, 2, &mut day)?,
            };
        }
        rest.is_empty().then_some((year, i8::try_from(month).ok()?, i8::try_from(day).ok()?))
    }

    /// The day of a serial number. A whole number, unless its time is cut; of `41.279` nobody knows whether
    /// it is that.
    fn serial(&self, text: &str) -> Option<(i16, i8, i8)> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_whole = fraction.bytes().all(|b| b == b'0');
        let grouped = whole.len() <= 3 && fraction.len() == 3;
        if !digits(whole) || !digits(fraction) || grouped || !(is_whole || self.cuts_time) {
            return None;
        }
        let number: i32 = whole.parse().ok()?;
        let date = match &self.form {
            Form::Serial1904 => Date(number.checked_add(FIRST_1904)?),
            Form::Serial1900 if number == FICTITIOUS => return Some((1900, 2, 29)),
            Form::Serial1900 | Form::Parts(_) | Form::Iso => {
                let fictitious = i32::from(number > FICTITIOUS);
                let since = number.checked_sub(fictitious).filter(|_| number > 0)?;
                Date(since.checked_add(BEFORE_1900)?)
            }
        };
        (date <= Date::LAST).then(|| (date.year(), date.month(), date.day()))
    }
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found =
            WORDS.iter().find_map(|(word, part)| rest.strip_prefix(word).map(|rest| (*part, rest)));
        let (part, next) =
            found.or_else(|| Some((Part::Literal(first), rest.get(first.len_utf8()..)?)))?;
        parts.push(part);
        rest = next;
    }
    let count = |wanted: fn(&Part) -> bool| parts.iter().filter(|part| wanted(part)).count();
    let years = count(|part| matches!(part, Part::Year | Part::ShortYear | Part::Republic));
    let months = count(|part| matches!(part, Part::Month { .. } | Part::MonthName));
    let days = count(|part| matches!(part, Part::Day { .. }));
    // `md`: of 111 nobody knows where the month ends.
    let runs_on = parts.iter().zip(parts.iter().skip(1)).any(|(a, b)| {
        let is_loose =
            |part| matches!(part, Part::Month { padded: false } | Part::Day { padded: false });
        is_loose(*a) && is_loose(*b)
    });
    ((years, months, days) == (1, 1, 1) && !runs_on).then_some(parts)
}

fn take<'a>(text: &'a str, least: usize, most: usize, out: &mut i16) -> Option<&'a str> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (taken, rest) = text.split_at_checked(digits).filter(|_| digits >= least)?;
    *out = taken.parse().ok()?;
    Some(rest)
}

/// Takes the name of a month off: all letters there are.
fn month_name<'a>(text: &'a str, month: &mut i16) -> Option<&'a str> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, rest) = text.split_at_checked(letters)?;
    let name = name.to_ascii_lowercase();
    let is_it = |known: &str| {
        known == name || known.get(..3) == Some(&name) || (name == "sept" && known == "september")
    };
    let index = MONTHS.iter().position(|known| is_it(known))?;
    *month = i16::try_from(index).ok()?.checked_add(1)?;
    Some(rest)
}

/// A day of ISO 8601, alone or with time and zone. The day is the one that is written: what it was
/// elsewhere at that time does not matter.
fn iso(text: &str) -> Option<(i16, i8, i8)> {
    let (day, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    if let Some(time) = time {
        let zone = time.find(['Z', 'z', '+', '-', '−']).unwrap_or(time.len());
        let (clock, zone) = time.split_at_checked(zone)?;
        if !is_clock(clock.trim_end()) || !is_zone(zone) {
            return None;
        }
    }
    let mut groups = day.split('-');
    let (year, month, day) = (groups.next()?, groups.next()?, groups.next()?);
    let sized = (year.len(), month.len(), day.len()) == (4, 2, 2) && groups.next().is_none();
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let all = sized && digits(year) && digits(month) && digits(day);
    all.then_some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// `09:30`, `09:30:00`, `09:30:00.123`.
fn is_clock(text: &str) -> bool {
    let (text, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let two = |part: &str, most: u8| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits && part.parse::<u8>().is_ok_and(|number| number <= most)
    };
    let mut parts = text.split(':');
    let hours = parts.next().is_some_and(|part| two(part, 23));
    let minutes = parts.next().is_some_and(|part| two(part, 59));
    let seconds = parts.next().is_none_or(|part| two(part, 60));
    let fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    hours && minutes && seconds && fraction && parts.next().is_none()
}

/// Nothing, `Z`, `+08:00`, `+0800`, `+08`.
fn is_zone(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-', '−']) else {
        return matches!(text, "" | "Z" | "z");
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2).unwrap_or((rest, "")),
    };
    let two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let minutes = two(minutes) || (minutes.is_empty() && !rest.contains(':'));
    two(hours) && minutes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::*;
    use crate::form::day::read;
    use proptest::prelude::*;

    fn format(text: &str) -> DateFormat {
        DateFormat::parse(text).unwrap().with_pivot(2050)
    }

    fn found(format: &DateFormat, text: &str) -> Result<String, &'static str> {
        let read = read(text, std::slice::from_ref(format));
        read.map(|day| day.to_string()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn months_have_names_and_years_a_pivot() {
        for (pattern, text, day) in [
            ("d-mmm-yy", "23-Apr-12", "2012-04-23"),
            ("d-mmm-yyyy", "2-Jan-2013", "2013-01-02"),
            ("d mmm yyyy", "2 September 2013", "2013-09-02"),
            ("mmm d, yyyy", "SEPT 2, 2013", "2013-09-02"),
            ("dd-mmm-yyyy", "01-may-2013", "2013-05-01"),
            ("ddmmmyyyy", "05MAR2013", "2013-03-05"),
            ("dd/mm/yy", "01/02/50", "2050-02-01"),
            ("dd/mm/yy", "01/02/51", "1951-02-01"),
            ("dd/mm/yy", "01/02/00", "2000-02-01"),
            ("yymmdd", "991231", "1999-12-31"),
        ] {
            assert_eq!(found(&format(pattern), text), Ok(day.to_owned()), "{text}");
        }
        for (pattern, text) in [
            ("d-mmm-yyyy", "2-Janu-2013"),
            ("d-mmm-yyyy", "2-Mai-2013"),
            ("d-mmm-yyyy", "2-1-2013"),
            ("d-mmm-yyyy", "2-Jan-13"),
            ("dd/mm/yy", "01/02/2013"),
            ("dd/mm/yy", "01/02/3"),
        ] {
            assert_eq!(found(&format(pattern), text), Err("date_malformed"), "{text}");
        }
        let bare = DateFormat::parse("dd/mm/yy").unwrap();
        assert_eq!(found(&bare, "01/02/13"), Err("date_malformed"), "of which hundred?");
    }

    #[test]
    fn a_serial_number_is_a_day_of_its_system() {
        let (old, new) = (format("serial"), format("serial1904"));
        for (text, of_1900, of_1904) in [
            ("41279", "2013-01-05", "2017-01-06"),
            ("1", "1900-01-01", "1904-01-02"),
            ("59", "1900-02-28", "1904-02-29"),
            ("61", "1900-03-01", "1904-03-02"),
            ("41279.0", "2013-01-05", "2017-01-06"),
        ] {
            assert_eq!(found(&old, text), Ok(of_1900.to_owned()), "{text}");
            assert_eq!(found(&new, text), Ok(of_1904.to_owned()), "{text}");
        }
        assert_eq!(found(&old, "60"), Err("date_no_such_day"));
        assert_eq!(found(&new, "60"), Ok("1904-03-01".to_owned()));
        assert_eq!(found(&new, "0"), Ok("1904-01-01".to_owned()));
        assert_eq!(found(&old, "2958465"), Ok("9999-12-31".to_owned()));
        for text in ["0", "-1", "2958466", "41279.5", "41,279", "4e4", "", "99999999999"] {
            assert_eq!(found(&old, text), Err("date_malformed"), "{text}");
        }
        let cut = format("serial").cutting_time();
        assert_eq!(found(&cut, "41279.99999"), Ok("2013-01-05".to_owned()));
        assert_eq!(found(&cut, "41.279"), Err("date_malformed"));
        assert!(old.contradicts(&new).is_some());
        assert!(old.contradicts(&format("ddmmyy")).is_some());
        assert!(old.contradicts(&format("yyyymmdd")).is_none());
    }

    #[test]
    fn a_day_with_time_and_zone_is_the_day_that_is_written() {
        let iso = format("iso");
        for text in [
            "2013-01-05",
            "2013-01-05T00:00:00Z",
            "2013-01-05T23:59:59+14:00",
            "2013-01-05T23:59:60.999-0330",
            "2013-01-05 09:30",
            "2013-01-05t09:30z",
            "2013-01-05T09:30:00,5+08",
        ] {
            assert_eq!(found(&iso, text), Ok("2013-01-05".to_owned()), "{text}");
        }
        for text in [
            "2013-01-05T",
            "2013-01-05T24:00",
            "2013-1-5T00:00",
            "2013-01-05T00:00:00X",
            "2013-01-05T9:30",
            "2013-01-05T00:00+8",
            "2013-01-05T00:00+08:",
            "20130105T000000Z",
            "2013-01-05x",
        ] {
            assert_eq!(found(&iso, text), Err("date_malformed"), "{text}");
        }
        assert_eq!(found(&iso, "2013-02-29T00:00Z"), Err("date_no_such_day"));
    }

    #[test]
    fn formats_that_contradict_each_other_are_known() {
        for (a, b, differ) in [
            ("dd/mm/yy", "mm/dd/yy", true),
            ("dd/mm/yy", "yy/mm/dd", true),
            ("d-mmm-yy", "yy-mmm-d", true),
            ("d-mmm-yyyy", "d-mm-yyyy", false),
            ("d-mmm-yyyy", "d-mmm-yy", false),
            ("iso", "yyyy-mm-dd", false),
            ("iso", "yyyy-dd-mm", true),
        ] {
            assert_eq!(format(a).contradicts(&format(b)).is_some(), differ, "{a} {b}");
        }
        for text in ["yy-mm", "yyyy-yy-mm-dd", "mmm-mm-yyyy", "d-mmm", "serial1900", "iso8601"] {
            assert_eq!(DateFormat::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn numbers_of_days_go_on_with_the_days(number in 61_i32..2_950_000) {
            let day = |number: i32| read(&number.to_string(), &[format("serial")]).unwrap();
            prop_assert_eq!(day(number).0 + 1, day(number + 1).0);
            let other = read(&(number - 61).to_string(), &[format("serial1904")]).unwrap();
            prop_assert_eq!(other.0 - day(number).0, 1_462 - 61);
        }

        #[test]
        fn two_digits_are_a_year_of_the_hundred_up_to_the_pivot(pivot in 1_000_i16..3_000, short in 0_i16..100) {
            let format = DateFormat::parse("yymmdd").unwrap().with_pivot(pivot);
            let (year, _, _) = format.matched(&format!("{short:02}0101")).unwrap();
            prop_assert_eq!(year.rem_euclid(100), short);
            prop_assert!(year <= pivot && year > pivot - 100);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            for pattern in ["serial", "serial1904", "iso", "d-mmm-yy"] {
                let _read = found(&format(pattern), &text);
            }
        }
    }
}
