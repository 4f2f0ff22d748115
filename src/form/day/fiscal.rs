//! Years as files write them: `2002`, `2002年度`, `2012/13`, `FY2013`. A fiscal year of the ledger is named by
//! the calendar year in which it begins.

use crate::domain::calendar::Year;
use crate::form::refusal::Refusal;
use crate::form::wide::fold_wide;

/// By which calendar year `FY2013` names a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The one in which it begins; so too where it begins in January.
    ByBegin,
    /// The one in which it ends.
    ByEnd,
    /// Nobody said: `FY2013` may be either.
    Unknown,
}

/// The year that a text says: four digits, with or without 年 or 年度; or two years that follow each other,
/// `2012/13`, of which it is the first.
///
/// ```
/// use earmark::form::day::year;
/// assert_eq!(year("2002年度"), Ok(2002));
/// assert_eq!(year("2012/13"), Ok(2012));
/// assert_eq!(year("FY2013").unwrap_err().code, "year_ambiguous");
/// ```
///
/// # Errors
/// `year_malformed`; `year_ambiguous` for `FY2013`.
pub fn year(text: &str) -> Result<Year, Refusal> {
    year_named(text, Named::Unknown)
}

/// The same where it is known how `FY2013` names a year.
///
/// # Errors
/// As [`year`]; `year_ambiguous` for `FY2013` where it is not known.
pub fn year_named(text: &str, named: Named) -> Result<Year, Refusal> {
    let folded = fold_wide(text.trim());
    let malformed = || {
        Refusal::new("year_malformed", "a year has four digits", "0001 to 9999", text)
            .with_next("write it as 2002")
    };
    let marked = folded.strip_prefix("FY").or_else(|| folded.strip_prefix("fy"));
    let plain = marked.unwrap_or(&folded).trim_start();
    if let Some(first) = span(plain) {
        return Ok(first);
    }
    let Some(_) = marked else {
        return single(plain).ok_or_else(malformed);
    };
    let year = four(plain).ok_or_else(malformed)?;
    match named {
        Named::ByBegin => Ok(year),
        Named::ByEnd => year.checked_sub(1).filter(|year| *year > 0).ok_or_else(malformed),
        Named::Unknown => {
            let before = year.saturating_sub(1);
            let rule =
                format!("it may be the fiscal year that begins in {year}, or the one of {before}");
            let allowed = "a year named by the calendar year in which it begins";
            Err(Refusal::new("year_ambiguous", rule, allowed, text)
                .with_next(format!("write {year} or {before}, whichever is meant; in a mapping, `fy = \"begins\"` or `fy = \"ends\"` in [dates]"))
                .with_figure("meant", year)
                .with_figure("meant", before))
        }
    }
}

fn four(text: &str) -> Option<Year> {
    let shaped = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| shaped && *year > 0)
}

/// Four digits, with or without 年 or 年度.
fn single(text: &str) -> Option<Year> {
    let digits = text.strip_suffix('度').unwrap_or(text);
    let digits = if digits.len() == text.len() || digits.ends_with('年') {
        digits.strip_suffix('年').unwrap_or(digits).trim_end()
    } else {
        text
    };
    four(digits)
}

/// The first of two years that follow each other: `2012/13`, `2012-2013`, `1999/00`.
fn span(text: &str) -> Option<Year> {
    let (first, second) = text.split_once(['/', '-', '–'])?;
    let first = four(first.trim_end())?;
    let second = second.trim_start();
    let next = first.checked_add(1)?;
    let follows = match second.len() {
        4 => four(second) == Some(next),
        2 => {
            second.parse() == Ok(next.rem_euclid(100)) && second.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    };
    follows.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_the_one_in_which_it_begins() {
        for text in [
            "2012",
            "2012年",
            "2012年度",
            "2012 年度",
            "2012/13",
            "2012-13",
            "2012/2013",
            "2012–13",
            "２０１２／１３",
            "FY2012/13",
            "2012 / 13",
        ] {
            assert_eq!(year(text), Ok(2012), "{text}");
        }
        assert_eq!(year("1999/00"), Ok(1999));
        for text in [
            "2012/12",
            "2012/14",
            "2012/3",
            "2012/113",
            "2012/2014",
            "12/13",
            "FY12",
            "FY",
            "2012/+3",
        ] {
            assert_eq!(year(text).unwrap_err().code, "year_malformed", "{text}");
        }
    }

    #[test]
    fn a_marked_year_is_what_the_file_says_it_is() {
        for text in ["FY2013", "FY 2013", "fy2013", "ＦＹ２０１３"] {
            assert_eq!(year_named(text, Named::ByBegin), Ok(2013));
            assert_eq!(year_named(text, Named::ByEnd), Ok(2012));
            assert_eq!(year(text).unwrap_err().code, "year_ambiguous");
        }
        assert_eq!(year_named("FY2012/13", Named::ByEnd), Ok(2012), "both years are there");
        assert_eq!(year_named("2013", Named::ByEnd), Ok(2013), "no mark, the ledger's name");
    }
}
