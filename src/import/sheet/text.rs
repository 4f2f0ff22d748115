//! The text of a cell: one for each value, whatever program saved it and however it is shown, since row keys
//! are made of it (schemas/mapping.md §1.3).

use calamine::{Data, ExcelDateTime};

/// From here on a number has more than the 15 digits that spreadsheets keep.
const BEYOND_DIGITS: f64 = 1e15;
/// The first day that is the same in every program that counts from 1900: 1 March 1900.
const FIRST_SURE_DAY: f64 = 61.0;
/// The day after 9999-12-31, as counted from 1900 and from 1904.
const BEHIND_DAYS: f64 = 2_958_466.0;
const BEHIND_DAYS_1904: f64 = 2_957_004.0;

/// The text of a cell; nothing for a number that is none.
pub(super) fn of(value: &Data, from_1904: bool) -> Option<String> {
    match value {
        Data::Empty => Some(String::new()),
        Data::String(text) => Some(plain(text)),
        Data::Int(whole) => Some(whole.to_string()),
        Data::Float(number) => self::number(*number),
        Data::Bool(true) => Some("TRUE".to_owned()),
        Data::Bool(false) => Some("FALSE".to_owned()),
        Data::DateTime(moment) => self::moment(moment, from_1904),
        Data::DateTimeIso(text) => Some(iso(text)),
        Data::DurationIso(text) => Some(plain(text)),
        Data::Error(error) => Some(error.to_string()),
    }
}

/// Line breaks as LF.
fn plain(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// The fewest digits that are this number.
fn number(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    if value.abs() < BEYOND_DIGITS {
        let text = value.to_string();
        return Some(if text == "-0" { "0".to_owned() } else { text });
    }
    // With the sign that spreadsheets write: `9.13E+17`.
    Some(format!("{value:E}").replace('E', "E+"))
}

/// A day, a day with its time, or a time; the number, where programs differ about it or it is none.
fn moment(moment: &ExcelDateTime, from_1904: bool) -> Option<String> {
    let value = moment.as_f64();
    let behind = if from_1904 { BEHIND_DAYS_1904 } else { BEHIND_DAYS };
    let unsure = !from_1904 && (1.0..FIRST_SURE_DAY).contains(&value);
    if moment.is_duration() || !(0.0..behind).contains(&value) || unsure {
        return number(value);
    }
    let (year, month, day, hour, minute, second, thousandths) = moment.to_ymd_hms_milli();
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if thousandths > 0 {
        time.push_str(&format!(".{thousandths:03}"));
    }
    if value < 1.0 {
        return Some(time);
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    Some(if time == "00:00:00" { day } else { format!("{day}T{time}") })
}

/// A day that the file has as text of ISO 8601.
fn iso(text: &str) -> String {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let time = time.trim_end_matches('Z');
    let time = time.strip_suffix(".000").unwrap_or(time);
    if matches!(time, "" | "00:00" | "00:00:00") { day.to_owned() } else { format!("{day}T{time}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};
    use proptest::prelude::*;

    fn text(value: Data) -> String {
        of(&value, false).unwrap()
    }

    fn day(value: f64, from_1904: bool) -> String {
        let moment = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, from_1904);
        of(&Data::DateTime(moment), from_1904).unwrap()
    }

    #[test]
    fn a_number_is_its_fewest_digits() {
        for (value, expected) in [
            (1200.0, "1200"),
            (0.1, "0.1"),
            (-12.5, "-12.5"),
            (0.0, "0"),
            (-0.0, "0"),
            (109_073.680_000_000_01, "109073.68000000001"),
            (1e-10, "0.0000000001"),
            (2_147_483_647.0, "2147483647"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1E+15"),
            (-913_101_780_000_000_000.0, "-9.1310178E+17"),
            (1.234_567_890_123_456_7e300, "1.2345678901234567E+300"),
        ] {
            assert_eq!(text(Data::Float(value)), expected, "{value}");
        }
        assert_eq!(text(Data::Int(-7)), "-7");
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(of(&Data::Float(value), false), None);
        }
    }

    #[test]
    fn days_are_those_of_the_workbooks_count() {
        for (value, from_1904, expected) in [
            (41_348.0, false, "2013-03-15"),
            (41_348.0, true, "2017-03-16"),
            (39_886.0, true, "2013-03-15"),
            (41_348.437_5, false, "2013-03-15T10:30:00"),
            (41_348.437_502_893_52, false, "2013-03-15T10:30:00.250"),
            (41_348.999_999_999_9, false, "2013-03-16"),
            (0.437_5, false, "10:30:00"),
            (0.0, false, "00:00:00"),
            (0.0, true, "00:00:00"),
            (1.0, true, "1904-01-02"),
            (61.0, false, "1900-03-01"),
            (36_585.0, false, "2000-02-29"),
            (2_958_465.0, false, "9999-12-31"),
            // What programs differ about, and what is no day.
            (60.0, false, "60"),
            (1.5, false, "1.5"),
            (-1.0, false, "-1"),
            (2_958_466.0, false, "2958466"),
            (1e300, false, "1E+300"),
        ] {
            assert_eq!(day(value, from_1904), expected, "{value} {from_1904}");
        }
        let length = ExcelDateTime::new(1.25, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(text(Data::DateTime(length)), "1.25");
        for (iso, expected) in [
            ("2013-03-15", "2013-03-15"),
            ("2013-03-15T00:00:00", "2013-03-15"),
            ("2013-03-15T00:00:00.000Z", "2013-03-15"),
            ("2013-03-15T10:30:00Z", "2013-03-15T10:30:00"),
            ("10:30", "10:30"),
        ] {
            assert_eq!(text(Data::DateTimeIso(iso.to_owned())), expected);
        }
    }

    #[test]
    fn other_values_have_one_text_too() {
        for (value, expected) in [
            (Data::Bool(true), "TRUE"),
            (Data::Bool(false), "FALSE"),
            (Data::Error(CellErrorType::Ref), "#REF!"),
            (Data::Error(CellErrorType::Div0), "#DIV/0!"),
            (Data::Error(CellErrorType::NA), "#N/A"),
            (Data::Empty, ""),
            (Data::String(" 0012\r\nx\ry ".to_owned()), " 0012\nx\ny "),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    proptest! {
        #[test]
        fn no_two_numbers_have_one_text(value in proptest::num::f64::NORMAL) {
            let text = text(Data::Float(value));
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
