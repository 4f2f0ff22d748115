//! Lines, `FUND:YEAR[:ORIGIN[:CLASS]]`, and lines with an amount, `LINE=AMOUNT`.

use super::{AmountText, parse_year, unreadable};
use crate::domain::ids::LineKey;
use crate::error::Error;
use std::str::FromStr;

const HINT: &str = "write FUND:YEAR, for example PD-INFO:2002, or FUND:YEAR:ORIGIN[:CLASS]; see \
                    `earmark balance --by line`";

/// A line.
///
/// # Errors
/// Code `line_malformed`.
pub(crate) fn parse_line(text: &str) -> Result<LineKey, Error> {
    let years = text.split(':').skip(1).take(2).all(|year| parse_year(year).is_ok());
    LineKey::parse(text)
        .filter(|_| years)
        .ok_or_else(|| unreadable("line_malformed", "not a line", text, HINT))
}

/// A part of an amount on a line: `PD-INFO:2002=500000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinePart {
    /// The line.
    pub(crate) line: LineKey,
    /// How much of it.
    pub(crate) amount: AmountText,
}

impl FromStr for LinePart {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // A code holds no `=`, so the first one parts line and amount.
        let (line, amount) = text.split_once('=').ok_or_else(|| {
            let hint = "write LINE=AMOUNT, for example PD-INFO:2002=500000";
            unreadable("line_malformed", "not a line with an amount", text, hint)
        })?;
        Ok(Self { line: parse_line(line)?, amount: amount.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_years_of_four_digits() {
        for text in ["PD-INFO:2001", "PD-INFO:2002:2001", "PD-INFO:2002:2002:设备"] {
            assert_eq!(parse_line(text).unwrap().to_string(), text);
        }
        for text in ["", "PD-INFO", ":2001", "PD:1", "PD:+2001", "PD:2001:1", "PD:2001:2001:a:b"] {
            assert_eq!(parse_line(text).unwrap_err().code(), "line_malformed", "{text}");
        }
        assert_eq!(
            parse_line("PD").unwrap_err().to_string(),
            "line_malformed: not a line; found `PD`\n  next: write FUND:YEAR, for example \
             PD-INFO:2002, or FUND:YEAR:ORIGIN[:CLASS]; see `earmark balance --by line`"
        );
    }

    #[test]
    fn a_line_part_is_a_line_and_an_amount() {
        let part: LinePart = "PD-INFO:2002=50万".parse().unwrap();
        assert_eq!(part.line.to_string(), "PD-INFO:2002");
        assert_eq!(part.amount, "50万".parse().unwrap());
        let code = |text: &str| text.parse::<LinePart>().unwrap_err().code();
        assert_eq!(code("PD-INFO:2002"), "line_malformed");
        assert_eq!(code("PD-INFO=5"), "line_malformed");
        assert_eq!(code("PD-INFO:2002=-5"), "amount_signed");
        assert_eq!(code("PD-INFO:2002=5=6"), "amount_malformed");
        assert_eq!(
            "PD-INFO:2002".parse::<LinePart>().unwrap_err().to_string(),
            "line_malformed: not a line with an amount; found `PD-INFO:2002`\n  \
             next: write LINE=AMOUNT, for example PD-INFO:2002=500000"
        );
    }
}
