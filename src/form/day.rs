//! Days as the world writes them, and years. What people type begins with the year: `2002-03-15`,
//! `2002/3/15`, `2002.3.15`, `2002年3月15日`, `20020315`. A file may declare formats of its own
//! (schemas/mapping.md §5). Two-digit years only where it says of which hundred; no guessing between day and
//! month.

pub mod fiscal;
mod format;

pub use fiscal::year;
pub use format::DateFormat;

use super::refusal::Refusal;
use super::wide::fold_wide;
use crate::domain::calendar::Date;
use std::borrow::Cow;

/// How days are written that begin with the year, and are therefore one day only.
const YEAR_FIRST: &[&str] =
    &["yyyy-m-d", "yyyy/m/d", "yyyy.m.d", "yyyy年m月d日", "yyyy年m月d号", "yyyymmdd"];

/// Examples of what can be typed.
const EXAMPLES: &str = "2002-03-15, 2002/3/15, 2002.3.15, 2002年3月15日 or 20020315";

/// The day that a text says, its year first.
///
/// ```
/// use earmark::form::day;
/// for text in ["2027-01-12", "2027/1/12", "2027.1.12", "2027年1月12日", "20270112"] {
///     assert_eq!(day::parse(text).unwrap().to_string(), "2027-01-12");
/// }
/// let refusal = day::parse("03/04/2026").unwrap_err();
/// assert_eq!(refusal.next, "write 2026-04-03 or 2026-03-04, whichever is meant");
/// ```
///
/// # Errors
/// `date_malformed` with the days that it may be, `date_no_such_day` for one that no calendar has.
pub fn parse(text: &str) -> Result<Date, Refusal> {
    read(text, &[])
}

/// The day that a text says in the first of `formats` it is written in; without formats, as [`parse`].
///
/// ```
/// use earmark::form::day::{DateFormat, read};
/// let formats = [DateFormat::parse("dd.mm.yyyy").unwrap()];
/// assert_eq!(read("26.04.2016", &formats).unwrap().to_string(), "2016-04-26");
/// assert_eq!(read("30.02.2016", &formats).unwrap_err().code, "date_no_such_day");
/// assert_eq!(read("26.04.16", &formats).unwrap_err().code, "date_malformed");
/// ```
///
/// # Errors
/// `date_malformed` when no format fits, `date_no_such_day` when one fits but there is no such day.
pub fn read(text: &str, formats: &[DateFormat]) -> Result<Date, Refusal> {
    let folded = fold_wide(text.trim());
    let found = if formats.is_empty() {
        if let Some(day) = Date::parse(&folded) {
            return Ok(day);
        }
        year_first(&folded)
    } else {
        formats.iter().find_map(|format| format.matched(&folded))
    };
    match found {
        Some((year, month, day)) => {
            Date::new(year, month, day).ok_or_else(|| no_such_day(text, (year, month)))
        }
        None if formats.is_empty() => Err(no_day(&folded, text)),
        None => {
            let known: Vec<&str> = formats.iter().map(DateFormat::text).collect();
            let rule = "a date is written in one of the mapping's formats";
            Err(Refusal::new(MALFORMED, rule, &known.join(" or "), text).in_case("formats"))
        }
    }
}

const MALFORMED: &str = "date_malformed";

fn year_first(text: &str) -> Option<(i16, i8, i8)> {
    // 2002 年 3 月 15 日 is set with spaces often.
    let text: Cow<'_, str> = if text.contains('年') {
        Cow::Owned(text.split_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    };
    let formats = YEAR_FIRST.iter().filter_map(|format| DateFormat::parse(format));
    formats.into_iter().find_map(|format| format.matched(&text))
}

fn no_such_day(text: &str, (year, month): (i16, i8)) -> Refusal {
    let rule = "a date is a day of the calendar";
    let allowed = "a day from 0001-01-01 to 9999-12-31";
    let last = (28..=31).rev().find(|day| Date::new(year, month, *day).is_some());
    let refusal = Refusal::new("date_no_such_day", rule, allowed, text);
    match last {
        Some(last) => refusal
            .with_next(format!("{year:04}-{month:02} has {last} days"))
            .with_figure("month", format!("{year:04}-{month:02}"))
            .with_figure("days", last),
        None => refusal.with_next("a month is 1 to 12, and stands between year and day"),
    }
}

/// What is no day with its year first, with the days that it may be.
fn no_day(folded: &str, text: &str) -> Refusal {
    let refusal = |rule: String| Refusal::new(MALFORMED, rule, EXAMPLES, text);
    let groups: Vec<&str> =
        folded.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    match groups.as_slice() {
        [one, another, year] if year.len() == 4 && one.len() <= 2 && another.len() <= 2 => {
            let day = |month: &str, day: &str| {
                Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
            };
            match (day(another, one), day(one, another)) {
                (Some(a), Some(b)) if a != b => refusal(format!("it may be {a} or {b}"))
                    .with_next(format!("write {a} or {b}, whichever is meant"))
                    .in_case("meant")
                    .with_figure("meant", a)
                    .with_figure("meant", b),
                (Some(only), _) | (_, Some(only)) => {
                    let refusal = refusal("a day begins with its year".into());
                    let refusal = refusal.with_next(format!("write {only}")).in_case("year_first");
                    refusal.with_figure("meant", only)
                }
                (None, None) => refusal("not a day of the calendar".into()),
            }
        }
        [_, _, _] if groups.iter().all(|group| group.len() <= 3) => {
            refusal("a day has a year of four digits".into()).in_case("year")
        }
        [_, _] if groups.iter().all(|group| group.len() <= 2) => {
            refusal("a day has its year".into()).in_case("year")
        }
        [_, _] => refusal("a day has year, month and day".into()).in_case("parts"),
        _ => refusal("not a day of the calendar".into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "test code")]
    use super::*;
    use proptest::prelude::*;

    fn with(formats: &[&str], text: &str) -> Result<String, String> {
        let formats: Vec<_> = formats.iter().map(|f| DateFormat::parse(f).unwrap()).collect();
        read(text, &formats).map(|date| date.to_string()).map_err(|refusal| {
            format!("{}: {}; allowed {}", refusal.code, refusal.rule, refusal.allowed)
        })
    }

    #[test]
    fn formats_of_the_world() {
        for (format, text, date) in [
            ("dd.mm.yyyy", "26.04.2016", "2016-04-26"),
            ("yyyy-mm-dd", "2002-03-15", "2002-03-15"),
            ("yyyy/m/d", "2002/3/5", "2002-03-05"),
            ("yyyy/m/d", "2002/03/15", "2002-03-15"),
            ("yyyymmdd", "20020315", "2002-03-15"),
            ("yyyy年m月d日", "２００２年3月15日", "2002-03-15"),
            ("roc/m/d", "108/1/31", "2019-01-31"),
            ("民國roc年m月d日", "民國91年12月1日", "2002-12-01"),
            ("d/m/yyyy", " 1/2/2003 ", "2003-02-01"),
        ] {
            assert_eq!(with(&[format], text), Ok(date.to_owned()), "{text}");
        }
        assert_eq!(with(&["yyyy-mm-dd", "dd.mm.yyyy"], "15.10.1931"), Ok("1931-10-15".into()));
    }

    #[test]
    fn refusals_say_the_formats_and_the_cell() {
        assert_eq!(
            with(&["dd.mm.yyyy", "yyyy-mm-dd"], "3.4.2016").unwrap_err(),
            "date_malformed: a date is written in one of the mapping's formats; allowed dd.mm.yyyy or yyyy-mm-dd"
        );
        assert_eq!(
            with(&["yyyy-mm-dd"], "2001-02-29").unwrap_err(),
            "date_no_such_day: a date is a day of the calendar; allowed a day from 0001-01-01 to 9999-12-31"
        );
        assert_eq!(
            year("02").unwrap_err().to_string(),
            "year_malformed: a year has four digits; found `02`\n  next: write it as 2002"
        );
        assert_eq!(year("２０１９年"), Ok(2019));
        for text in ["", "0000", "-200", "20190", "二〇一九"] {
            assert!(year(text).is_err(), "{text}");
        }
        for text in ["", "99999999-01-01", "2002-00-10", "2002-13-01", "0000-01-01", "2002-01-01x"]
        {
            assert!(with(&["yyyy-mm-dd"], text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_format_has_one_year_month_and_day() {
        for text in ["yyyy-mm", "mm.dd", "", "yyyy-mm-mm", "yyyyroc-mm-dd"] {
            assert_eq!(DateFormat::parse(text), None, "{text}");
        }
    }

    #[test]
    fn formats_that_contradict_each_other_are_known() {
        let format = |text| DateFormat::parse(text).unwrap();
        for (a, b, differ) in [
            ("dd/mm/yyyy", "mm/dd/yyyy", true),
            ("d/m/yyyy", "mm/dd/yyyy", true),
            ("yyyy-mm-dd", "yyyy-dd-mm", true),
            ("roc/m/d", "roc/d/m", true),
            ("yyyymmdd", "ddmmyyyy", true),
            ("yyyymmdd", "yyyyddmm", true),
            ("dd/mm/yyyy", "mm-dd-yyyy", false),
            ("yyyy-mm-dd", "yyyy-m-d", false),
            ("yyyy/mm/dd", "roc/mm/dd", false),
            ("dd.mm.yyyy", "yyyy-mm-dd", false),
        ] {
            let (a, b) = (format(a), format(b));
            assert_eq!(a.contradicts(&b).is_some(), differ, "{a:?} {b:?}");
            assert_eq!(b.contradicts(&a).is_some(), differ, "{a:?} {b:?}");
        }
        for text in ["yyyymd", "dmyyyy", "yyyy-md"] {
            assert_eq!(DateFormat::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_written_is_the_day_read(days in -25_567_i32..84_006) {
            let day = Date(days);
            let dotted = format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year());
            let loose = format!("{}/{}/{}", day.year(), day.month(), day.day());
            for text in [day.to_string(), dotted, loose] {
                prop_assert_eq!(with(&["yyyy-mm-dd", "dd.mm.yyyy", "yyyy/m/d"], &text), Ok(day.to_string()));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _read = with(&["roc/m/d", "yyyymmdd"], &text);
            let _year = year(&text);
        }
    }
}
