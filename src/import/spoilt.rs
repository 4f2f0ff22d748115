//! Codes that a spreadsheet spoilt: it takes `913101780000000000` for a number and writes `9.13E+17`,
//! takes `3-1` for a day and writes `1-Mar`. What it lost cannot be found again, so such a cell is
//! refused where a code is wanted.

use super::problem::{Problem, quoted};
use crate::domain::calendar::Date;
use crate::form::day::{self, DateFormat};
use crate::form::fold_wide;

/// The code of such a refusal.
pub(super) const CODE: &str = "code_spoilt";

/// Short names of months in the languages of common spreadsheets, beside English.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sept",
    "janv", "févr", "fév", "mars", "avr", "avril", "mai", "juin", "juil", "août", "déc", "mrz",
    "mär", "märz", "okt", "dez", "ene", "abr", "ago", "dic", "gen", "mag", "giu", "lug", "set",
    "ott", "mrt", "mei", "maj",
];

/// Refuses a number in scientific notation, and what a spreadsheet writes where it has no value, where a
/// code or number of a document is wanted.
pub(super) fn lost(cell: &str) -> Result<(), Problem> {
    let text = fold_wide(cell.trim());
    if is_error_value(&text) {
        let rule = "a spreadsheet had no value here, or no room for it; `as_written = true` where the list really has such codes";
        return Err(Problem::new(CODE, rule, "the code itself", quoted(cell)));
    }
    if !is_scientific(&text) && !has_residue(&text) {
        return Ok(());
    }
    let rule = "a spreadsheet wrote this code as a number and lost digits of it; `as_written = true` where the list really has such codes";
    Err(Problem::new(CODE, rule, "the code itself", quoted(cell)))
}

/// What spreadsheets write where they have no value, as workbooks hold it in any language.
const NO_VALUE: [&str; 7] = ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#N/A"];

/// Refuses a value that a spreadsheet does not have.
pub(super) fn no_value(cell: &str) -> Result<(), Problem> {
    if !NO_VALUE.contains(&cell.trim()) {
        return Ok(());
    }
    let rule = "a spreadsheet had no value here: the formula is wrong, or what it looked for was not there; `as_written = true` where the list really says this";
    Err(Problem::new("cell_error", rule, "a value, or a blank cell", quoted(cell)))
}

/// Refuses what looks like a day where a code is wanted.
pub(super) fn day(cell: &str) -> Result<(), Problem> {
    let text = fold_wide(cell.trim());
    if has_month_name(&text) || is_full_date(&text) {
        return Err(day_problem(cell));
    }
    Ok(())
}

/// Refuses what a spreadsheet makes of a code that looked like a day to it, where the cell is a part of
/// a code; a day that is written as the file writes days is meant.
pub(super) fn day_in_part(cell: &str, formats: &[DateFormat]) -> Result<(), Problem> {
    let text = fold_wide(cell.trim());
    let is_meant = !formats.is_empty() && day::read(cell, formats).is_ok();
    if has_month_name(&text) && !is_meant {
        return Err(day_problem(cell));
    }
    Ok(())
}

fn day_problem(cell: &str) -> Problem {
    let rule = "a spreadsheet took this code for a day; `as_written = true` where the list really has such codes";
    Problem::new(CODE, rule, "the code itself", quoted(cell))
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `#N/A`, `#REF!`, `#NAME?`, `#WERT!`, `#DIV/0!`, `####`, `Err:502`.
fn is_error_value(text: &str) -> bool {
    if let Some(number) = text.strip_prefix("Err:") {
        return digits(number, 3, 3);
    }
    let Some(name) = text.strip_prefix('#') else { return false };
    let is_name = |name: &str| {
        name.chars().all(|c| c.is_uppercase() || matches!(c, '/' | '0' | '_' | '¡' | '¿'))
    };
    match name.strip_suffix(['!', '?']) {
        Some(name) => !name.is_empty() && is_name(name),
        None => {
            !name.is_empty() && name.bytes().all(|byte| byte == b'#')
                || matches!(name, "N/A" | "NV" | "N/D" | "N/B" | "I/T" | "ND" | "NULL")
        }
    }
}

/// `9.13E+17`, `2E5`, `1,5e-3`.
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix(['-', '+']).unwrap_or(number);
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    digits(whole, 1, 15) && digits(fraction, 1, 20) && digits(power, 1, 3)
}

/// `1234.5678901234567`: a number with a point and more digits than spreadsheets keep is what is left of a sum.
fn has_residue(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, fraction)) = number.split_once(['.', ',']) else { return false };
    let significant = whole.trim_start_matches('0').len().saturating_add(fraction.len());
    digits(whole, 1, 15) && digits(fraction, 1, 400) && significant > 15
}

/// `1-Mar`, `Mar-01`, `01. Mrz`, `2-Jan-13`, `1-mars`, `3月1日`, `2013年3月`.
fn has_month_name(text: &str) -> bool {
    if let Some((month, day)) = text.split_once('月') {
        let month = month.split_once('年').map_or(month, |(_, month)| month);
        let day = day.strip_suffix(['日', '号']).unwrap_or(day);
        return digits(month, 1, 2) && (day.is_empty() || digits(day, 1, 2));
    }
    // Capitals throughout are somebody's code: spreadsheets write Mar or mars.
    if text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase) {
        return false;
    }
    let parts: Vec<&str> =
        text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    if !matches!(parts.len(), 2 | 3) {
        return false;
    }
    let is_month = |part: &str| {
        // The longest name has six bytes.
        part.len() <= 6 && MONTHS.contains(&part.to_lowercase().as_str())
    };
    let months = parts.iter().filter(|part| is_month(part)).count();
    let numbers = parts.iter().filter(|part| digits(part, 1, 4)).count();
    months == 1 && matches!(numbers, 1 | 2) && parts.len() == months.saturating_add(numbers)
}

/// `2013/3/1`, `01-03-2013`, `1.3.2013`: a day of the calendar, with a year of four digits.
fn is_full_date(text: &str) -> bool {
    ["/", "-", "."].iter().any(|between| {
        let parts: Vec<&str> = text.split(between).collect();
        let &[a, b, c] = parts.as_slice() else { return false };
        let day = |year: &str, month: &str, day: &str| {
            let fits = digits(year, 4, 4) && digits(month, 1, 2) && digits(day, 1, 2);
            let year = year.parse().ok().filter(|year| (1900..2200).contains(year));
            let date = year.zip(month.parse().ok()).zip(day.parse().ok());
            fits && date.is_some_and(|((year, month), day)| Date::new(year, month, day).is_some())
        };
        day(a, b, c) || day(c, b, a) || day(c, a, b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_make_of_codes_is_known() {
        for text in
            ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#WERT!", "####", "＃N/A", "Err:502"]
        {
            assert_eq!(lost(text).unwrap_err().code, "code_spoilt", "{text}");
        }
        for text in ["#", "#1", "#4711", "C#", "#Board!", "N/A", "#!", "Err:5", "#MeToo"] {
            assert!(lost(text).is_ok(), "{text}");
        }
        for text in ["9.13101E+17", "9,13E+17", "2E5", "2.00E+05", "1e10", "９.13E+17", " 1E-3 "] {
            assert_eq!(lost(text).unwrap_err().code, "code_spoilt", "{text}");
        }
        for text in ["1234.5678901234567", "-0,1000000000000001", "9.1310178000000001E+17"] {
            assert_eq!(lost(text).unwrap_err().code, "code_spoilt", "{text}");
        }
        for text in ["#REF!", "#N/A", " #DIV/0! "] {
            assert_eq!(no_value(text).unwrap_err().code, "cell_error", "{text}");
        }
        for text in ["N/A", "#NV", "#ref!", "####", "see #REF!", "", "#1"] {
            assert!(no_value(text).is_ok(), "{text}");
        }
        for text in [
            "1-Mar",
            "Mar-01",
            "1-mars",
            "01. Mrz",
            "2-Jan-13",
            "02/Jan/2013",
            "Sep-2013",
            "3月1日",
            "2013年3月1日",
            "2013年3月",
            "2013/3/1",
            "2013-03-01",
            "01/03/2013",
            "13/12/2013",
            "1.3.2013",
        ] {
            assert_eq!(day(text).unwrap_err().code, "code_spoilt", "{text}");
        }
    }

    #[test]
    fn codes_stay_codes() {
        for text in [
            "913101780000000000",
            "1.5",
            "12345678.1234567",
            "1.2.3456789012345678",
            "E5",
            "2E",
            "2EX5",
            "W01-2012-00001",
            "PD-INFO-2002",
            "2012-13",
            "12/5",
            "MAR-12",
            "A1E+5",
            "Birch",
            "1E5000",
            "31/02/2013",
            "1.2.3",
            "沪财〔2002〕15号",
            "Mar",
            "3月份",
            "March",
            "Mar-B-1",
            "2013-13-41",
            "1-2-3",
            "0x1E5",
            "",
            "12E4F",
        ] {
            assert!(lost(text).is_ok() && day(text).is_ok(), "{text}");
        }
        let formats = [DateFormat::parse("yyyy-mm-dd").unwrap()];
        assert!(day_in_part("2013-03-01", &formats).is_ok());
        assert!(day_in_part("1-Mar", &formats).is_err());
    }
}
